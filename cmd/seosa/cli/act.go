package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// intent is what a person wants done, with how they want it done.
type intent struct {
	saga.Intervention
	dryRun bool
	limit  int // 0 if none
	yes    int // the number that a script confirms; -1 if it does not
	wait   time.Duration
}

// act is every verb: look at what would happen, let it be confirmed, do it, report.
func (t *task) act(ctx context.Context, args []string) error {
	w, err := t.intent(args)
	if err != nil {
		return err
	}
	closed, err := t.open(ctx)
	if err != nil {
		return err
	}
	defer closed()
	effects, err := t.preview(ctx, w)
	if err != nil {
		return err
	}
	if w.dryRun {
		return t.showPreview(w, effects)
	}
	if err := t.confirm(ctx, w, effects); err != nil {
		return err
	}
	return t.apply(ctx, w, effects)
}

// intent reads a verb's arguments.
func (t *task) intent(args []string) (*intent, error) {
	w := &intent{Intervention: saga.Intervention{Verb: saga.Verb(t.verb)}}
	set := flag.NewFlagSet(t.verb, flag.ContinueOnError)
	t.filter.Register(set)
	set.StringVar(&w.Reason, "reason", "", "")
	set.StringVar(&w.By, "by", t.User, "")
	set.BoolVar(&w.dryRun, "dry-run", false, "")
	set.IntVar(&w.limit, "limit", 0, "")
	set.IntVar(&w.yes, "yes", -1, "")
	set.DurationVar(&w.wait, "wait", 10*time.Second, "")
	var done, notDone bool
	if w.Verb == saga.Resolve {
		set.BoolVar(&done, "done", false, "")
		set.BoolVar(&notDone, "not-done", false, "")
		set.Func("set", "", w.set)
	}
	if w.Verb == saga.Resolve || w.Verb == saga.Skip {
		set.StringVar(&w.Step, "at", "", "")
	}
	if err := t.parse(set, args); err != nil {
		return nil, err
	}
	if w.Verb == saga.Resolve {
		if err := w.resolve(done, notDone); err != nil {
			return nil, err
		}
	}
	return w, t.checkIntent(w)
}

// set reads field=json.
func (w *intent) set(s string) error {
	name, value, found := strings.Cut(s, "=")
	switch {
	case !found || name == "":
		return fmt.Errorf("write FIELD=JSON, for example receipt='\"88-1234\"'")
	case !json.Valid([]byte(value)):
		return fmt.Errorf("%s is no JSON; a text stands in quotes, and the shell needs quotes around them: %s='\"...\"'",
			layout.Word(value), name)
	case w.Set[name] != nil:
		return fmt.Errorf("the field %q is set twice", name)
	}
	if w.Set == nil {
		w.Set = map[string]json.RawMessage{}
	}
	w.Set[name] = json.RawMessage(value)
	return nil
}

func (w *intent) resolve(done, notDone bool) error {
	switch {
	case done == notDone:
		return usage("resolve wants either -done or -not-done; ask the participant which is true")
	case done:
		w.Outcome = saga.Succeeded
		return nil
	case len(w.Set) > 0:
		return usage("-set goes with -done: a step that is not done sets nothing")
	}
	w.Outcome = saga.Refused
	return nil
}

// checkIntent refuses what would be a mistake. What is chosen by leaving everything out is the
// worst of them.
func (t *task) checkIntent(w *intent) error {
	named := slices.Concat(t.filter.IDs, t.others)
	t.filter.IDs = nil
	chosen := !t.filter.Empty()
	slices.Sort(named)
	t.filter.IDs = slices.Compact(named)
	switch {
	case len(named) == 0 && !chosen:
		return usage("%s what? name ids, or choose by filter; \"-status attention\" is all that needs a person", t.verb)
	case len(named) > 0 && chosen:
		return usage("name ids or choose by filter, not both")
	case w.Reason == "":
		return usage("-reason is required: say why, for those who read the history later")
	case w.By == "":
		return usage("-by is required here: your name on this system is not known")
	case w.limit < 0:
		return usage("-limit is %d; use at least 1, or leave it out for all", w.limit)
	case w.wait < time.Second:
		return usage("-wait is %v; use at least 1s", w.wait)
	}
	return nil
}
