package cli

import (
	"context"
	"errors"
	"flag"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/query"
)

// Migration is one change of a store's tables.
type Migration struct {
	Version int64
	Name    string
	SQL     string        // what applies it; "" if a later version brought it, and it is not known here
	Applied bool          // to the tables of the store
	At      time.Time     // when; zero if it was not
	Took    time.Duration // how long, if it was applied just now; 0 if nobody knows
}

// migrate shows how far a store's tables are, or brings them up to date.
func (t *task) migrate(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("migrate", flag.ContinueOnError)
	dryRun := set.Bool("dry-run", false, "")
	asJSON := set.Bool("json", false, "")
	if err := t.parse(set, args); err != nil {
		return err
	}
	if *asJSON {
		t.output = outputJSON
	}
	action, err := t.migrateAction(*dryRun)
	if err != nil {
		return err
	}
	if t.store == "" {
		return usage(noStore)
	}
	switch {
	case action == "status":
		return t.migrateStatus(ctx)
	case *dryRun:
		return t.migrateDry(ctx)
	}
	return t.migrateUp(ctx)
}

func (t *task) migrateAction(dryRun bool) (string, error) {
	actions := []string{"status", "up"}
	switch {
	case len(t.others) == 0:
		return "", usage("migrate what? \"migrate status\" looks, \"migrate up\" applies what is missing")
	case slices.ContainsFunc(t.others, isAddress):
		return "", usage(addressAlone)
	case len(t.others) > 1 || !slices.Contains(actions, t.others[0]):
		return "", usage("migrate wants status or up, and got %q%s", strings.Join(t.others, " "), query.DidYouMean(t.others[0], actions))
	case dryRun && t.others[0] == "status":
		return "", usage("-dry-run goes with \"migrate up\"; \"migrate status\" changes nothing anyway")
	}
	return t.others[0], nil
}

// schema is how far the tables are, as this program sees them.
type schema struct {
	all []Migration
	why error // this program is too old to use the tables
}

// look reads how far the tables are. That they are too new is a finding, and not a failure.
func (t *task) look(ctx context.Context) (s schema, err error) {
	s.all, err = t.Migrations(ctx, t.store)
	switch {
	case errors.Is(err, saga.ErrFormat):
		return schema{why: err}, nil
	case err != nil:
		return s, failed(ExitStore, err)
	}
	return s, nil
}

// stage is where the tables stand beside this program.
type stage string

const (
	upToDate stage = "up to date"
	toApply  stage = "to apply"
	newer    stage = "newer"
)

func (s schema) stage() stage {
	switch {
	case s.why != nil:
		return newer
	case len(s.missing()) > 0:
		return toApply
	case s.at() > s.known():
		return newer
	}
	return upToDate
}

// runs reports whether this program can work on the tables as they are.
func (s schema) runs() bool { return s.why == nil && len(s.missing()) == 0 }

// missing is what would be applied.
func (s schema) missing() (missing []Migration) {
	for _, m := range s.all {
		if !m.Applied {
			missing = append(missing, m)
		}
	}
	return missing
}

// at is the newest migration that was applied, and known the newest that this program has.
func (s schema) at() int64    { return s.newest(func(m Migration) bool { return m.Applied }) }
func (s schema) known() int64 { return s.newest(func(m Migration) bool { return m.SQL != "" }) }

func (s schema) newest(of func(Migration) bool) (newest int64) {
	for _, m := range s.all {
		if of(m) {
			newest = max(newest, m.Version)
		}
	}
	return newest
}

func (t *task) migrateStatus(ctx context.Context) error {
	s, err := t.look(ctx)
	if err != nil {
		return err
	}
	if t.output == outputJSON {
		err = t.statusJSON(s)
	} else {
		t.statusText(s)
	}
	if err == nil && !s.runs() {
		return quiet(ExitRefused)
	}
	return err
}

// migrateDry prints what would be run, as a script.
func (t *task) migrateDry(ctx context.Context) error {
	s, err := t.look(ctx)
	switch {
	case err != nil:
		return err
	case s.why != nil:
		return failed(ExitRefused, s.why)
	case t.output == outputJSON:
		return t.dryJSON(s)
	}
	t.dryText(s)
	return nil
}

func (t *task) migrateUp(ctx context.Context) error {
	begun := time.Now()
	done, err := t.Migrate(ctx, t.store)
	if err == nil || len(done) > 0 {
		if e := t.showUp(done, time.Since(begun)); e != nil {
			return e
		}
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return failed(ExitInterrupted, errors.New("interrupted; each migration is applied whole or not at all; \"seosa migrate status\" tells which were"))
	case errors.Is(err, saga.ErrFormat):
		return failed(ExitRefused, err)
	}
	return failed(ExitStore, err)
}
