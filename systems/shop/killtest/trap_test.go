//go:build unix

package killtest_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/seosa-dev/saga/systems/fault"
)

// The moments of a durable write. Before is the last moment at which a kill must lose it, after the
// first at which a kill must not.
const (
	before = "before"
	after  = "after"
)

// trap lets a process die at the n-th arrival at one moment of one write.
type trap struct {
	mu   sync.Mutex
	left int64
	own  string // the engine's incarnation, once it has joined
}

// setTrap reads "write:moment:n" and sets it. An empty text is no trap.
func setTrap(text string, faults *fault.Faults) error {
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return fmt.Errorf("%s=%q is not write:moment:n", envKill, text)
	}
	n, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return fmt.Errorf("%s=%q: %w", envKill, text, err)
	}
	t := &trap{left: n}
	var tables []fault.Table
	for _, w := range append(writes(), firstCommits()...) {
		if w.name == parts[0] {
			tables = append(tables, fault.Table{Table: w.table, Name: t.name(w)})
		}
	}
	if err := faults.WatchCommits(tables...); err != nil {
		return err
	}
	return faults.Arm(fault.Fault{At: parts[0], Kind: kindOf(parts[1])})
}

// name gives a commit the name of the write from its n-th arrival on.
func (t *trap) name(w write) func(fault.Row) (at, key string) {
	return func(r fault.Row) (at, key string) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if w.table == "saga_journal" && journal(0)(r, "") {
			t.own = r.New[0].(string)
		}
		if !w.is(r, t.own) {
			return "", ""
		}
		if t.left--; t.left > 0 {
			return "", ""
		}
		return w.name, ""
	}
}

// kindOf is what the faults call a moment.
func kindOf(moment string) fault.Kind {
	if moment == before {
		return fault.CrashBefore
	}
	return fault.CrashAfter
}

// momentOf is the moment that a kind stands for; "" if it is no crash.
func momentOf(kind fault.Kind) string {
	switch kind {
	case fault.CrashBefore:
		return before
	case fault.CrashAfter:
		return after
	}
	return ""
}
