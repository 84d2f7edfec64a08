package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// ran is what a command left.
type ran struct {
	testing.TB
	code     int
	out, err string
}

// seosa runs the command line of this process on a store that the environment names.
func seosa(t testing.TB, store string, args ...string) ran {
	t.Helper()
	t.Setenv("SEOSA_STORE", store)
	var out, err bytes.Buffer
	c := commandLine()
	c.Out, c.Err, c.Asks, c.User = layout.Screen{Writer: &out}, layout.Screen{Writer: &err}, false, "lee"
	code := c.Run(t.Context(), args)
	return ran{t, code, out.String(), err.String()}
}

// ends asserts the exit code, and parts of what was printed.
func (r ran) ends(code int, parts ...string) ran {
	r.Helper()
	if r.code != code {
		r.Fatalf("exit code %d, want %d\n%s%s", r.code, code, r.out, r.err)
	}
	for _, p := range parts {
		if !strings.Contains(r.out+r.err, p) {
			r.Errorf("it does not say %q:\n%s%s", p, r.out, r.err)
		}
	}
	return r
}

// A store that is not there is an error, and not a store.
func TestAStoreThatIsNotThere(t *testing.T) {
	for _, name := range []string{filepath.Join(t.TempDir(), "none.db"), "postgres://nobody@127.0.0.1:1/none", "mysql://db/none"} {
		store, err := open(t.Context(), name)
		if err == nil || store != nil {
			t.Errorf("open %s returns %v, error %v", name, store, err)
		}
		seosa(t, name, "list").ends(cli.ExitStore)
	}
}

// Whatever is wrong with a store's name, the password in it is not shown.
func TestNoErrorShowsAPassword(t *testing.T) {
	for _, name := range []string{
		"postgres://app:sEcRet@127.0.0.1:1/shop",
		"postgresql://app:sEcRet@127.0.0.1:1/shop?sslmode=disable",
		"postgres://app@127.0.0.1:1/shop?password=sEcRet",
		"postgres://app:sEcRet%zz@db/shop",
		"postgres://app:sEcRet@127.0.0.1:port/shop",
		"postgres://app:sEc Ret@127.0.0.1:1/shop",
		"postgres://app:1/sEcRet@127.0.0.1:1/shop",
		"postgres://app:1#sEcRet@127.0.0.1:1/shop",
		"postgres://app:1?sEcRet@127.0.0.1:1/shop",
		"POSTGRES://app:sEcRet@127.0.0.1:1/shop",
		"mysql://app:sEcRet@127.0.0.1:1/shop",
		"host=127.0.0.1 password=sEcRet",
	} {
		for _, line := range []string{"list", "show order-1", "migrate status", "migrate up", "migrate up -dry-run"} {
			r := seosa(t, name, strings.Fields(line)...).ends(cli.ExitStore)
			if printed := r.out + r.err; strings.Contains(printed, "Ret") || strings.Count(printed, "\n") != 1 {
				t.Errorf("%s on %s prints %s", line, name, printed)
			}
		}
		if r := seosa(t, "", name, "list"); strings.Contains(name, "://") && (r.code != cli.ExitUsage || strings.Contains(r.err, "Ret")) {
			t.Errorf("%s as a command prints %s", name, r.err)
		}
	}
}

// The exit code tells a script what happened; here a word was mistyped, and nothing was done.
func Example() {
	code := commandLine().Run(context.Background(), []string{"help", "show"})
	if code != cli.ExitDone || commandLine().Run(context.Background(), []string{"help", "shwo"}) != cli.ExitUsage {
		panic("exit codes are a promise")
	}
	// Output:
	// seosa show ID [-o json]
	//
	// Shows one instance: where it stands and why, what happens next, what a person may do, what is
	// known of each step, its state, and every attempt with its outcome, duration and key.
	//
	// The key names an effect to its participant: ask about it there.
}
