package saga

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxByBytes     = 200
	maxReasonBytes = 1000
)

// Preview says what an intervention would do, and does nothing. It is decided by the same rule as
// the intervention itself, from the rows, which are at most one checkpoint old. It needs neither
// Run nor the definitions' functions. The error matches [ErrInvalid] if the intervention makes no
// sense at any instance.
func (e *Engine) Preview(ctx context.Context, i Intervention) (Preview, error) {
	p := Preview{Intervention: i}
	if err := i.check(); err != nil {
		return p, err
	}
	f := i.Filter
	if len(f.IDs) == 0 && len(f.Statuses) == 0 {
		f.Statuses = []Status{NeedsAttention, Compensating, Running}
	}
	if err := e.learnShapes(ctx); err != nil && !errors.Is(err, ErrFormat) {
		return p, err
	}
	rows, err := e.store.Reader().Find(ctx, f)
	if err != nil {
		return p, fmt.Errorf("preview: %w", err)
	}
	p.More = len(rows) == f.limit()
	found := map[string]bool{}
	for _, row := range rows {
		found[row.ID] = true
		p.Effects = append(p.Effects, e.effect(row, &i, now()))
	}
	for _, id := range f.IDs {
		if !found[id] && f.After == "" && !p.More {
			p.Effects = append(p.Effects, Effect{Instance: Instance{ID: id}, Refused: fmt.Errorf("instance %s: %w, or not as the filter asks", id, ErrNotFound)})
		}
	}
	return p, nil
}

// limit is how many rows a filter finds at most.
func (f *Filter) limit() int {
	if f.Limit <= 0 {
		return 100
	}
	return min(f.Limit, 1000)
}

func (e *Engine) effect(row Row, i *Intervention, at time.Time) Effect {
	in, err := fromRow(row)
	if err != nil {
		return Effect{Instance: Instance{ID: row.ID, Status: row.Status}, Refused: err}
	}
	sh := e.shape(shapeKey{in.Definition, in.Version})
	out := Effect{Instance: in.public(sh, row.Owner), To: in.Status}
	if sh == nil || len(sh.Steps) != len(in.Marks) {
		out.Refused = fmt.Errorf("%w: nobody has stored the definition %q version %d that %s has", ErrInvalid, in.Definition, in.Version, in.ID)
		return out
	}
	o := i.order("", "")
	h := o.happened(at)
	if out.Refused = permitted(in, h, e.config.StateLimit); out.Refused != nil {
		return out
	}
	after, err := decide(sh, in, h)
	if err != nil {
		out.Refused = err
		return out
	}
	left := maxPlanned
	out.To, out.Calls = after.Status, planned(sh, after, at, &left)
	if row.Owner != "" && in.live() {
		out.UnderWay, out.Within = sh.underWay(in, at)
	}
	if i.Verb != Stop { // which means the same wherever the instance is
		out.seen = in.standing()
	}
	return out
}

// underWay is the open step to which a call may be under way now, of several the one whose call may
// take longest.
func (s *Shape) underWay(in *instance, at time.Time) (step string, within time.Duration) {
	for i := range in.width() {
		t := in.nth(i)
		if st := &s.Steps[t.Step]; !t.Still && t.Call != "" && !t.Waits && !t.Due.After(at) && st.Timeout > within {
			step, within = st.Name, st.Timeout
		}
	}
	return step, within
}

// maxPlanned bounds a preview: each question doubles what may follow.
const maxPlanned = 200

// planned lists the calls that follow if each succeeds, and beside each question those that follow
// if its answer is no.
func planned(sh *Shape, in *instance, at time.Time, left *int) []Planned {
	var calls []Planned
	for *left > 0 {
		if sh.turnsBy(in) && !at.Before(in.Deadline) && !in.Still {
			in, _ = decide(sh, in, happened{kind: EventTurned, at: at})
		}
		if !in.live() || in.Still || in.Call == "" {
			return calls
		}
		*left--
		call := Planned{Call: in.Call, Key: in.key(sh)}
		if in.Call == CallProbe || in.Call == CallFence {
			if no, err := decide(sh, in, happened{kind: EventAnswered, at: at, step: in.Step, outcome: Refused}); err == nil {
				call.Otherwise = planned(sh, no, at, left)
			}
			not, err := decide(sh, in, happened{kind: EventAnswered, at: at, step: in.Step, outcome: NotDone})
			if err == nil && not.Call != in.Call {
				call.NotYet = planned(sh, not, at, left)
			}
		}
		if !in.Waits { // else it was made, and its answer is awaited
			calls = append(calls, call)
		}
		yes, err := decide(sh, in, in.success(sh, at))
		if err != nil {
			return calls
		}
		in = yes
	}
	return calls
}

// success is what happens when the open step does what it should.
func (in *instance) success(sh *Shape, at time.Time) happened {
	h := happened{kind: EventAnswered, at: at, step: in.Step, outcome: Succeeded}
	switch {
	case in.Waits && sh.Steps[in.Step].Sleep:
		h.kind, h.at = EventExpired, in.Due
	case in.Waits:
		h.kind, h.call = EventReplied, in.Call
	}
	return h
}

// check reports what is wrong with an intervention wherever it is made.
func (i *Intervention) check() error {
	var errs []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...))
		}
	}
	resolve := i.Verb == Resolve
	bad(!slices.Contains(verbs(), i.Verb), "verb %q; use one of %v", i.Verb, verbs())
	bad(!plainText(i.By, maxByBytes), "By needs a name of 1 to %d bytes without control characters", maxByBytes)
	bad(!plainText(i.Reason, maxReasonBytes), "Reason needs 1 to %d bytes without control characters: say why", maxReasonBytes)
	bad(resolve && i.Outcome != Succeeded && i.Outcome != Refused, "resolve needs an Outcome: Succeeded if it is done, Refused if it is not and never will be")
	bad(!resolve && i.Outcome != "", "%s takes no Outcome", i.Verb)
	bad(len(i.Set) > 0 && (!resolve || i.Outcome != Succeeded), "Set is for a step that is resolved as done")
	bad(i.Step != "" && !resolve && i.Verb != Skip, "%s takes no Step: it is about all that is open", i.Verb)
	for name, value := range i.Set {
		bad(!json.Valid(value), "Set: the value of %q is not JSON", name)
	}
	return errors.Join(errs...)
}

func plainText(s string, most int) bool {
	return strings.TrimSpace(s) != "" && len(s) <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// order is the intervention as a command carries it.
func (i *Intervention) order(command, seen string) *order {
	return &order{ID: command, Format: format, Verb: i.Verb, Step: i.Step, Outcome: i.Outcome, Set: fieldsOf(i.Set), By: i.By, Reason: i.Reason, Seen: seen}
}
