package saga

import (
	"context"
	"fmt"
	"time"
)

// Nest adapts steps over one state to a saga over another, of which part returns a pointer to the
// field that is theirs: a saga within a saga is a group of its steps. Its end is the group's outcome,
// and what undoes it are the compensations of its steps. part is called for every call of a function
// and must not return nil. A parallel group may hold several, each in a field of its own.
//
//	{Name: "charge", Steps: saga.Nest(func(t *Tour) *Charge { return &t.Charge }, charge.Steps...)}
func Nest[S, P any](part func(*S) *P, steps ...Step[P]) []Step[S] {
	out := make([]Step[S], len(steps))
	for i, st := range steps {
		out[i] = Step[S]{
			Name: st.Name, Kind: st.Kind, ReplyTimeout: st.ReplyTimeout, Timeout: st.Timeout, Retry: st.Retry,
			Replayable: st.Replayable, Parallel: st.Parallel,
			Action: nestFunc(part, st.Action), Compensation: nestFunc(part, st.Compensation),
			Probe: nestFunc(part, st.Probe), Fence: nestFunc(part, st.Fence),
		}
		if st.Reply != nil {
			out[i].Reply = func(s *S, r Reply) error { return st.Reply(part(s), r) }
		}
		if st.When != nil {
			out[i].When = func(s S) bool { return st.When(*part(&s)) }
		}
		if st.Sleep != nil {
			out[i].Sleep = func(s S) time.Duration { return st.Sleep(*part(&s)) }
		}
		if st.Steps != nil {
			out[i].Steps = Nest(part, st.Steps...)
		}
	}
	return out
}

func nestFunc[S, P any](part func(*S) *P, f Func[P]) Func[S] {
	if f == nil {
		return nil
	}
	return func(ctx context.Context, s *S, a Attempt) error { return f(ctx, part(s), a) }
}

// layout is a definition's steps in one list, and the line that each is in.
type layout[S any] struct {
	steps []Step[S]
	lanes []lane
	errs  []error
}

// lane is the branch of a parallel group; the zero value is the saga's own line.
type lane struct{ group, branch int }

func layOut[S any](definition string, steps []Step[S]) layout[S] {
	l, groups := layout[S]{}, 0
	var add func(prefix string, in lane, steps []Step[S])
	add = func(prefix string, in lane, steps []Step[S]) {
		for _, st := range steps {
			bad := func(why string) {
				l.errs = append(l.errs, fmt.Errorf("%w: definition %q: group %q: %s", ErrInvalid, definition, prefix+st.Name, why))
			}
			if st.Steps == nil && !st.Parallel {
				st.Name = prefix + st.Name
				l.steps, l.lanes = append(l.steps, st), append(l.lanes, in)
				continue
			}
			if why := st.groupFault(in); why != "" {
				bad(why)
				continue
			}
			if !st.Parallel {
				add(prefix+st.Name+".", in, st.Steps)
				continue
			}
			groups++
			for i := range st.Steps {
				add(prefix+st.Name+".", lane{groups, i}, st.Steps[i:i+1])
			}
		}
	}
	add("", lane{}, steps)
	return l
}

// groupFault says what is wrong with a group, and what to change; "" if nothing.
func (st *Step[S]) groupFault(in lane) string {
	shape := Definition[S]{}.shape(layout[S]{steps: []Step[S]{*st}, lanes: make([]lane, 1)}).Steps[0]
	shape.Kind = st.Kind
	switch {
	case !validID(st.Name):
		return "it needs a name, which its steps are called by"
	case len(st.Steps) == 0:
		return "it has no steps; add some or remove Parallel"
	case st.Action != nil || shape != StepShape{Name: st.Name}:
		return "a group has only Name, Steps and Parallel; move the rest to its steps"
	case st.Parallel && in.group > 0:
		return "a parallel group within a parallel group; make its steps branches of the outer one"
	}
	return ""
}
