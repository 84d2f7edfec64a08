package redistest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/redis/rueidis"

	"github.com/seosa-dev/saga/internal/redistest"
)

func client(t *testing.T, address string) rueidis.Client {
	t.Helper()
	option := rueidis.MustParseURL(address)
	option.DisableCache = true
	c, err := rueidis.NewClient(option)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestTheKeysOfATestGoWithIt(t *testing.T) {
	t.Parallel()
	c := client(t, redistest.URL(t))
	var key string
	t.Run("inner", func(t *testing.T) {
		key = "{" + redistest.Prefix(t) + "}:thing"
		if err := c.Do(t.Context(), c.B().Set().Key(key).Value("x").Build()).Error(); err != nil {
			t.Fatal(err)
		}
	})
	if n, err := c.Do(t.Context(), c.B().Exists().Key(key).Build()).AsInt64(); n != 0 || err != nil {
		t.Errorf("%s is there after its test; %v", key, err)
	}
}

func TestAServerKeepsItsAddressAndCanBeEmptied(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	set := func() {
		c := client(t, s.URL())
		if err := c.Do(t.Context(), c.B().Set().Key("a").Value("x").Build()).Error(); err != nil {
			t.Fatal(err)
		}
	}
	set()
	s.Kill()
	s.Kill()
	s.Start()
	set()
	s.Flush()
	c := client(t, s.URL())
	if n, err := c.Do(t.Context(), c.B().Dbsize().Build()).AsInt64(); n != 0 || err != nil {
		t.Errorf("it has %d keys after Flush; %v", n, err)
	}
}

// failing is a test that remembers how it failed.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestWithoutAServerATestFailsAndSaysWhatToRun(t *testing.T) {
	for name, c := range map[string]struct{ value, want string }{
		"no variable": {"", "SAGA_REDIS is not set"},
		"no URL":      {"localhost", "not a URL"},
		"no server":   {"redis://:secret@127.0.0.1:1/0", "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(redistest.Variable, c.value)
			f := &failing{TB: t}
			done := make(chan struct{})
			go func() { defer close(done); redistest.URL(f) }()
			<-done
			for _, want := range []string{c.want, "make test", `eval "$(.ci/servers start)"`} {
				if !strings.Contains(f.said, want) || strings.Contains(f.said, "secret") {
					t.Errorf("the test said %q, want %q in it and no password", f.said, want)
				}
			}
		})
	}
}
