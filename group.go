package saga

import (
	"context"
	"time"
)

// Nest adapts steps over one state to a saga over another, of which part returns a pointer to the
// field that is theirs: a saga within a saga is a group of its steps. Its end is the group's outcome,
// and what undoes it are the compensations of its steps. part is called for every call of a function
// and must not return nil. A parallel group may hold several, each in a field of its own.
//
//	{Name: "charge", Steps: saga.Nest(func(t *Tour) *Charge { return &t.Charge }, charge.Steps...)}
func Nest[S, P any](part func(*S) *P, steps ...Step[P]) []Step[S] {
	out := nest(part, steps)
	if part == nil && len(out) > 0 {
		out[0].wrong = "saga.Nest was given no function; give it one that returns a pointer to the field that is these steps'"
	}
	return out
}

func nest[S, P any](part func(*S) *P, steps []Step[P]) []Step[S] {
	out := make([]Step[S], len(steps))
	for i, st := range steps {
		out[i] = Step[S]{
			wrong: st.wrong,
			Name:  st.Name, Kind: st.Kind, ReplyTimeout: st.ReplyTimeout, Timeout: st.Timeout, Retry: st.Retry,
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
			out[i].Steps = nest(part, st.Steps)
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
	wrong mistakes
}

// lane is the branch of a parallel group; the zero value is the saga's own line.
type lane struct{ group, branch int }

func layOut[S any](steps []Step[S]) layout[S] {
	l, groups := layout[S]{}, 0
	var add func(prefix string, in lane, steps []Step[S])
	add = func(prefix string, in lane, steps []Step[S]) {
		for _, st := range steps {
			bad, name := l.wrong.at(len(l.steps)), prefix+st.Name
			if st.wrong != "" {
				bad("%q: %s", name, st.wrong)
			}
			if st.Steps == nil && !st.Parallel {
				st.Name = name
				l.steps, l.lanes = append(l.steps, st), append(l.lanes, in)
				continue
			}
			for _, why := range st.groupFaults(in) {
				bad("group %q: %s", name, why)
			}
			if !st.Parallel || in.group > 0 {
				add(name+".", in, st.Steps)
				continue
			}
			groups++
			for i := range st.Steps {
				add(name+".", lane{groups, i}, st.Steps[i:i+1])
			}
		}
	}
	add("", lane{}, steps)
	return l
}

// groupFaults says what is wrong with a group, and what to change.
func (st *Step[S]) groupFaults(in lane) (all []string) {
	shape := Definition[S]{}.shape(layout[S]{steps: []Step[S]{*st}, lanes: make([]lane, 1)}).Steps[0]
	shape.Kind = st.Kind
	if !validID(st.Name) {
		all = append(all, "it needs a name, which its steps are called by")
	}
	if len(st.Steps) == 0 {
		all = append(all, "it has no steps; add some or remove Parallel")
	}
	if st.Action != nil || shape != (StepShape{Name: st.Name}) {
		all = append(all, "a group has only Name, Steps and Parallel; move the rest to its steps")
	}
	if st.Parallel && in.group > 0 {
		all = append(all, "a parallel group within a parallel group; make its steps branches of the outer one")
	}
	return all
}
