package query_test

import (
	"errors"
	"flag"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// Whatever is typed is refused as a mistake, or is a filter that is the same once it was written and
// read again, and that asks a store for nothing strange.
func FuzzFilter(f *testing.F) {
	for _, line := range []string{
		"", "-id\x00a\x00-id=b", "-status\x00attention,running\x00-older\x0010m", "-why=in-doubt", "-text\x00--\x00x",
		"-older=1d2h3m4.5s", "-definition\x00한글\x00--\x00-step", "-step=\x00", "-h", "-id\x00\xff\x1b[2J", "-status=,", "-all=1", "-older=1e9h",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Split(line, "\x00")
		first, others, err := parse(args...)
		if err != nil {
			if !errors.Is(err, saga.ErrInvalid) && !errors.Is(err, flag.ErrHelp) {
				t.Fatalf("%q: %v matches neither ErrInvalid nor ErrHelp", args, err)
			}
			return
		}
		if len(others) > len(args) {
			t.Fatalf("%q: %d arguments remain", args, len(others))
		}
		again, rest, err := parse(first.Args()...)
		if err != nil || len(rest) > 0 || !reflect.DeepEqual(first, again) {
			t.Fatalf("%q is %+v, written as %q, read again as %+v, others %q, error %v", args, first, first.Args(), again, rest, err)
		}
		now := time.Now()
		if got := first.At(now); got.Stood.After(now) || got.Limit != 0 || got.After != "" {
			t.Fatalf("%q asks for %+v", args, got)
		}
	})
}
