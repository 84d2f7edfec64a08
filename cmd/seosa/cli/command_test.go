package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/cmd/seosa/cli"
)

// What cannot be meant is refused before the store is touched, and says what to write instead.
func TestMistakesAreRefused(t *testing.T) {
	s := newShop(t)
	for line, says := range map[string]string{
		"lst":                                               "did you mean list?",
		"frobnicate":                                        `there is no command "frobnicate"; "seosa help" lists them`,
		"-sotre x list":                                     "did you mean -store?",
		"list -staus running":                               "did you mean -status?",
		"list -reason in-doubt":                             `no flag "-reason"`,
		"list -o xml":                                       "there are json and wide",
		"postgres://app:secret@db/shop list":                "write -store before it",
		"help rtry":                                         "did you mean retry?",
		"retry":                                             "retry what? name ids, or choose by filter",
		"retry -reason x":                                   "retry what?",
		"retry order-1":                                     "-reason is required",
		"retry -id= -reason x":                              "empty",
		"retry -status= -reason x":                          "empty",
		"retry order-1 -step charge -reason x":              "not both",
		"retry order-1 -reason x -by=":                      "-by is required",
		"retry order-1 -reason x -wait 1ms":                 "-wait is 1ms",
		"retry order-1 -reason x -limit -1":                 "-limit is -1",
		"retry order-1 -reason x -done":                     `no flag "-done"`,
		"resolve order-1 -reason x":                         "either -done or -not-done",
		"resolve order-1 -reason x -done -not-done":         "either -done or -not-done",
		"resolve order-1 -reason x -not-done -set A=1":      "-set goes with -done",
		"resolve order-1 -reason x -done -set A=text":       "is no JSON",
		"resolve order-1 -reason x -done -set A":            "write FIELD=JSON",
		"resolve order-1 -reason x -done -set A=1 -set A=2": "set twice",
	} {
		r := s.run(strings.Fields(line)...).ends(cli.ExitUsage).says(says)
		if r.out != "" || strings.Count(r.err, "\n") != 1 || !strings.HasPrefix(r.err, "seosa: ") {
			t.Errorf("%s: it prints %q and %q", line, r.out, r.err)
		}
	}
}

// A store that cannot be read is told from one in which nothing is.
func TestStoresThatCannotBeRead(t *testing.T) {
	s := newShop(t)
	s.runAs(func(c *cli.Command) { c.Store = "" }, "list").ends(cli.ExitUsage).says("-store FILE, -store postgres://... or set SEOSA_STORE")
	s.run("-store", filepath.Join(t.TempDir(), "none.db"), "list").ends(cli.ExitStore)
	text := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run("list", "-store="+text).ends(cli.ExitStore)
	s.run("retry", "-store", text, "order-1", "-reason", "x").ends(cli.ExitStore)
	s.runAs(func(c *cli.Command) { c.Store = "" }, "-store="+s.file, "list").ends(cli.ExitDone)
}

// Help is there for everything, says what it promises, and fits.
func TestHelp(t *testing.T) {
	s := newShop(t)
	for _, args := range []string{"", "help", "-h", "--help"} {
		r := s.run(strings.Fields(args)...).ends(cli.ExitDone).says("list", "resolve", "Exit codes", "130  interrupted")
		if r.err != "" {
			t.Errorf("%q: errors %q", args, r.err)
		}
	}
	for _, name := range []string{"list", "show", "retry", "compensate", "resolve", "skip", "stop", "migrate", "help"} {
		r := s.run("help", name).ends(cli.ExitDone).says("seosa " + name)
		if same := s.run(name, "-h"); name != "help" && same.out != r.out {
			t.Errorf("%s -h says\n%s", name, same.out)
		}
		for line := range strings.Lines(r.out) {
			if len(line) > 100 {
				t.Errorf("help %s: %d letters: %s", name, len(line), line)
			}
		}
	}
}
