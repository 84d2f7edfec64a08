package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// tables are a store's tables as a driver would report them.
type tables struct {
	all    []cli.Migration
	refuse error // of both functions
	breaks error // after the first migration was applied
}

func (s *tables) list(context.Context, string) ([]cli.Migration, error) { return s.all, s.refuse }

func (s *tables) apply(context.Context, string) (done []cli.Migration, err error) {
	if s.refuse != nil {
		return nil, s.refuse
	}
	for i := range s.all {
		if m := &s.all[i]; !m.Applied {
			m.Applied, m.At = true, since
			done = append(done, *m)
			done[len(done)-1].Took = 38 * time.Millisecond
			if s.breaks != nil {
				return done, s.breaks
			}
		}
	}
	return done, nil
}

var since = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// known are migrations that this program has, of which the first were applied.
func known(names ...string) (all []cli.Migration) {
	for i, name := range names {
		name, missing := strings.CutSuffix(name, "?")
		m := cli.Migration{Version: int64(i + 1), Name: name, SQL: "create table saga_" + name + ";\n", Applied: !missing}
		if m.Applied {
			m.At = since
		}
		all = append(all, m)
	}
	return all
}

// migrate runs the command on these tables.
func (s *tables) migrate(t *testing.T, line string) ran {
	t.Helper()
	var out, err bytes.Buffer
	c := &cli.Command{Migrations: s.list, Migrate: s.apply, Store: "postgres://app:secret@db/shop",
		Out: layout.Screen{Writer: &out}, Err: layout.Screen{Writer: &err}}
	code := c.Run(t.Context(), append([]string{"migrate"}, strings.Fields(line)...))
	return ran{t, code, out.String(), err.String()}.never("secret")
}

var tooNew = fmt.Errorf("%w: the tables have format 3", saga.ErrFormat)

// Where the tables stand is said in a sentence and in the exit code: a script asks whether the
// program can be started.
func TestMigrateStatus(t *testing.T) {
	later := append(known("saga"), cli.Migration{Version: 2, Applied: true, At: since})
	for name, c := range map[string]struct {
		tables
		code int
		says []string
		json string
	}{
		"up to date": {tables{all: known("saga", "more")}, cli.ExitDone,
			[]string{"      2  more  2026-03-01 12:00:00 UTC\n", "Up to date: at migration 2. This program can run on these tables.\n"},
			"up to date true 2 2 0"},
		"one to apply": {tables{all: known("saga", "more?")}, cli.ExitRefused,
			[]string{"      2  more  not yet\n", "1 to apply.", "cannot run", "up instead of status"}, "to apply false 1 2 1"},
		"nothing there": {tables{all: known("saga?", "more?")}, cli.ExitRefused, []string{"2 to apply."}, "to apply false 0 2 2"},
		"newer, and it runs": {tables{all: later}, cli.ExitDone,
			[]string{"      2  of a later version  2026-03-01 12:00:00 UTC\n", "Newer than this program: at migration 2, and it knows 1.", "can run"},
			"newer true 2 1 0"},
		"newer": {tables{refuse: tooNew}, cli.ExitRefused,
			[]string{"Newer than this program, which cannot run on these tables: ", "the tables have format 3\n"}, "newer false 0 0 0"},
	} {
		r := c.migrate(t, "status").ends(c.code).says(c.says...)
		if r.err != "" {
			t.Errorf("%s: it prints %q as an error", name, r.err)
		}
		var got struct {
			State              string
			Runs               bool
			Why                string
			At, Known, ToApply int
			Migrations         []struct{ Known, Applied bool }
		}
		r = c.migrate(t, "status -json").ends(c.code)
		if err := json.Unmarshal([]byte(r.out), &got); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, r.out)
		}
		facts := fmt.Sprint(got.State, " ", got.Runs, " ", got.At, " ", got.Known, " ", got.ToApply)
		if facts != c.json || len(got.Migrations) != len(c.all) || (got.Why != "") != (c.refuse != nil) {
			t.Errorf("%s: %s, why %q, %d migrations", name, facts, got.Why, len(got.Migrations))
		}
	}
}

func TestMigrateUp(t *testing.T) {
	s := &tables{all: known("saga", "more?", "most?")}
	inOrder(t, s.migrate(t, "up -dry-run").ends(cli.ExitDone).never("saga_saga").out,
		"-- 2 more\ncreate table saga_more;\n\n-- 3 most\ncreate table saga_most;\n\n-- 2 migrations would be applied. Nothing was done.\n")
	s.migrate(t, "up -dry-run -json").ends(cli.ExitDone).says(`"dryRun": true`, `"toApply": 2`, `"sql": "create table saga_most;\n"`)
	s.migrate(t, "status").ends(cli.ExitRefused) // so nothing was done
	inOrder(t, s.migrate(t, "up").ends(cli.ExitDone).out,
		"2  more  applied  38 ms\n", "3  most  applied  38 ms\n", "\n2 migrations applied in ")
	s.migrate(t, "status").ends(cli.ExitDone)
	s.migrate(t, "up").ends(cli.ExitDone).says("Nothing to apply: the tables are up to date.\n")
	s.migrate(t, "up -dry-run").ends(cli.ExitDone).says("-- Nothing to apply: at migration 3. Nothing was done.\n")

	s = &tables{all: known("saga?")}
	s.migrate(t, "up -o json").ends(cli.ExitDone).says(`"applied": 1`, `"tookMs": 38`, `"version": 1`, `"at": "2026-03-01T12:00:00Z"`)
}

// What went wrong says how far it came.
func TestMigrateThatFails(t *testing.T) {
	s := &tables{all: known("saga?", "more?"), breaks: errors.New("the disk is full")}
	r := s.migrate(t, "up").ends(cli.ExitStore).says("1  saga  applied", "seosa: the disk is full")
	if strings.Contains(r.out, "more") {
		t.Errorf("it prints %q", r.out)
	}
	s.migrate(t, "status").ends(cli.ExitRefused).says("1 to apply")

	for _, line := range []string{"up", "up -json", "up -dry-run"} {
		r := (&tables{refuse: tooNew}).migrate(t, line).ends(cli.ExitRefused).says("the tables have format 3")
		if r.out != "" {
			t.Errorf("%s: it prints %q", line, r.out)
		}
	}
	gone := &tables{refuse: errors.New("failed to connect to `user=app database=shop`:\n\tdb:5432: refused\n\tdb:5433: refused")}
	for _, line := range []string{"up", "up -dry-run", "status", "status -json"} {
		gone.migrate(t, line).ends(cli.ExitStore).says("database=shop`: db:5432: refused; db:5433: refused\n")
	}
}

func TestMigrateThatIsInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var out, err bytes.Buffer
	c := &cli.Command{Store: "sagas.db", Out: layout.Screen{Writer: &out}, Err: layout.Screen{Writer: &err},
		Migrate: func(ctx context.Context, _ string) ([]cli.Migration, error) {
			stop()
			return known("saga"), ctx.Err()
		}}
	code := c.Run(ctx, []string{"migrate", "up"})
	ran{t, code, out.String(), err.String()}.ends(cli.ExitInterrupted).
		says("1  saga  applied", "seosa: interrupted; each migration is applied whole or not at all")
}

func TestMigrateWantsOneOfTwoWords(t *testing.T) {
	s := &tables{all: known("saga")}
	for line, says := range map[string]string{
		"":                               "migrate what?",
		"upp":                            "did you mean up?",
		"status up":                      `got "status up"`,
		"down":                           `got "down"`,
		"status -dry-run":                "-dry-run goes with",
		"up -force":                      `no flag "-force"`,
		"postgres://app:secret@db/x up":  "write -store before it",
		"up -store= ":                    "no store is named",
		"-store postgres://a:secret@b/c": "migrate what?",
	} {
		if r := s.migrate(t, line).ends(cli.ExitUsage).says(says); r.out != "" || strings.Count(r.err, "\n") != 1 {
			t.Errorf("%s: it prints %q and %q", line, r.out, r.err)
		}
	}
}
