package saga

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// plan is a definition without its type parameter: the shape, and the functions behind it.
type plan struct {
	shape Shape
	codec *codec
	wrong mistakes
	call  func(ctx context.Context, step int, kind CallKind, state any, a Attempt) error
	reply func(step int, state any, r Reply) error
	when  func(step int, state any) bool
	sleep func(step int, state any) time.Duration
}

// plan erases the state's type once; mistakes that only the functions and the type show are kept
// for New to report with the rest.
func (d Definition[S]) plan() *plan {
	laid := layOut(d.Steps)
	p := &plan{shape: d.shape(laid), wrong: laid.wrong}
	p.wrong = append(p.wrong, p.shape.check()...)
	steps := laid.steps
	for i := range steps {
		steps[i].check(p.wrong.at(i))
	}
	codec, err := newCodec(reflect.TypeFor[S]())
	if err != nil {
		p.wrong.at(wholeDefinition)("%w", err)
	}
	p.codec = codec
	p.call = func(ctx context.Context, step int, kind CallKind, state any, a Attempt) error {
		return steps[step].function(kind)(ctx, state.(*S), a)
	}
	p.reply = func(step int, state any, r Reply) error {
		if fold := steps[step].Reply; fold != nil {
			return fold(state.(*S), r)
		}
		return nil
	}
	p.when = func(step int, state any) bool {
		return steps[step].When == nil || steps[step].When(*state.(*S))
	}
	p.sleep = func(step int, state any) time.Duration { return steps[step].Sleep(*state.(*S)) }
	return p
}

// err is what is wrong with the definition, given what a step without a timeout has; zero if that is
// not known.
func (p *plan) err(timeout time.Duration) error {
	all := slices.Clone(p.wrong)
	p.shape.checkBudget(&all, timeout)
	return all.error(p.shape.Name)
}

// check notes what only the functions of a step show.
func (st *Step[S]) check(bad func(string, ...any)) {
	switch acts, sleeps := st.Action != nil, st.Sleep != nil; {
	case !acts && !sleeps && st.Reply == nil:
		bad("step %q has no Action; one that others do unasked needs a Reply, by which it is heard of", st.Name)
	case acts && sleeps:
		bad("step %q sleeps and has an Action; make them two steps", st.Name)
	}
}

func (d Definition[S]) shape(laid layout[S]) Shape {
	s := Shape{Name: d.Name, Version: d.Version, Deadline: d.Deadline, LeaveInDoubt: d.LeaveInDoubt}
	for i, st := range laid.steps {
		kind := st.Kind
		switch {
		case kind == "" && st.Sleep != nil:
			kind = ReadOnly
		case kind == "":
			kind = Compensatable
		}
		s.Steps = append(s.Steps, StepShape{
			Name: st.Name, Kind: kind, Compensation: st.Compensation != nil, Probe: st.Probe != nil,
			Fence: st.Fence != nil, Timeout: st.Timeout, Retry: st.Retry, Replayable: st.Replayable,
			Reply: st.Reply != nil, ReplyTimeout: st.ReplyTimeout, When: st.When != nil, Sleep: st.Sleep != nil,
			Expects: st.Action == nil && st.Reply != nil && st.Sleep == nil,
			Group:   laid.lanes[i].group, Branch: laid.lanes[i].branch,
		})
	}
	return s
}

func (st *Step[S]) function(kind CallKind) Func[S] {
	switch kind {
	case CallProbe:
		return st.Probe
	case CallFence:
		return st.Fence
	case CallCompensation:
		return st.Compensation
	}
	return st.Action
}

func (d Definition[S]) key() shapeKey { return shapeKey{d.Name, d.Version} }

func (p *plan) key() shapeKey { return shapeKey{p.shape.Name, p.shape.Version} }

// encode turns an input into what a start records.
func (p *plan) encode(state any, limit int) (fields, []byte, error) {
	input, err := p.codec.encode(state)
	if err != nil {
		return nil, nil, err
	}
	if size := input.size(); size > limit {
		return nil, nil, fmt.Errorf("%w: %d bytes of JSON, the limit is %d; keep references in the state, not bodies", ErrTooLarge, size, limit)
	}
	hash, err := inputHash(p.shape.Name, input)
	return input, hash, err
}

// attempt makes one call, or hears one reply, and reports what changed. A panic is an unknown
// outcome: the function may have done its work before it.
func (p *plan) attempt(ctx context.Context, c callStep, memo *stateMemo) (patch fields, err error) {
	in, sh := c.In, c.Shape
	defer func() {
		if v := recover(); v != nil {
			patch, err = nil, fmt.Errorf("%w: panic: %v", Unknown, v)
		}
	}()
	before, after, err := p.codec.twice(in.State, memo)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", NotDone, err)
	}
	var passed error
	if c.Reply == nil && in.mayPass() {
		passed = reachesNobody(in, "When", func() error {
			if !p.when(in.Step, after) {
				return NotNeeded
			}
			return nil
		})
	}
	switch {
	case c.Reply != nil:
		err = p.hear(in.Step, after, c.Reply.reply(in, sh))
	case passed != nil:
		return nil, passed
	case sh.Steps[in.Step].Sleep:
		err = reachesNobody(in, "Sleep", func() error { return asleep(p.sleep(in.Step, after)) })
	case sh.Steps[in.Step].Expects && in.Call == CallAction:
		return nil, Pending
	default:
		err = own(p.call(ctx, in.Step, in.Call, after, Attempt{Key: in.key(sh), Number: in.Calls + 1}))
	}
	if o := OutcomeOf(err); o != Succeeded && o != Refused && o != Pending {
		return nil, err
	}
	patch, lost := p.codec.diff(in.State, before, after)
	if lost != nil {
		return nil, fmt.Errorf("%w: the step answered, but its state cannot be recorded: %w", Unknown, lost)
	}
	return patch, err
}

// reachesNobody asks a function that makes no call. If it panics, nothing was done by that; an action's
// step may be tried again, and a probe was not asked.
func reachesNobody(in *instance, name string, ask func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			did := NotDone
			if in.Call != CallAction {
				did = Unknown
			}
			err = fmt.Errorf("%w: %s panicked: %v", did, name, v)
		}
	}()
	return ask()
}

// hear lets a step fold in a reply that is an answer.
func (p *plan) hear(step int, state any, r Reply) error {
	if r.Outcome == Succeeded || r.Outcome == Refused {
		if err := p.reply(step, state, r); err != nil {
			return err
		}
	}
	return r.err()
}
