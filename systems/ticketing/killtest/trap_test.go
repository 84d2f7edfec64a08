//go:build unix

package killtest_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/seosa-dev/saga/systems/fault"
)

// The moments of a durable write. Before is the last moment at which a kill must lose it, after the first at
// which a kill must not.
const (
	before = "before"
	after  = "after"
)

// kindOf is what the faults call a moment.
func kindOf(moment string) fault.Kind { return fault.Kind("crash-" + moment) }

// momentOf is the moment that a kind stands for; "" if it is no crash.
func momentOf(kind fault.Kind) string {
	moment, _ := strings.CutPrefix(string(kind), "crash-")
	if kindOf(moment) != kind {
		return ""
	}
	return moment
}

// setTrap lets this process die as "place:moment:n" says: at the n-th arrival at one moment of a write. An
// empty text is no trap.
func setTrap(text string, faults *fault.Faults) error {
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return fmt.Errorf("%q is not place:moment:n", text)
	}
	n, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	p, found := placeOf(parts[0])
	if !found {
		return fmt.Errorf("%q is at no place", text)
	}
	var left atomic.Int64
	left.Store(n)
	named := func(r fault.Row) (at, key string) {
		if filepath.Base(r.File) != p.service+".db" || !p.is(r) || left.Add(-1) > 0 {
			return "", ""
		}
		return p.name(), ""
	}
	if err := faults.WatchCommits(fault.Table{Table: p.table, Name: named}); err != nil {
		return err
	}
	return faults.Arm(fault.Fault{At: p.name(), Kind: kindOf(parts[1])})
}
