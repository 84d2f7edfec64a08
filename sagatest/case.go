package sagatest

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// Case is one start of one saga, with everything that it touches. It is built anew for every
// schedule, several of which run at once, so it shares nothing with the others.
type Case[S any] struct {
	// Definition is the saga. Its functions call participants of the [World] they were built for.
	Definition saga.Definition[S]
	// Input is what the saga is started with.
	Input S
	// ID is the id it is started under; "case" if empty.
	ID string
	// Check, if not nil, is asked at the end of every run what is wrong with the instance as it ended,
	// or as it stands in attention. It may read what the case's own participants hold.
	Check func(in saga.Instance) error
	// NoEffect names the steps that have a compensation and yet no effect outside of the saga's own
	// state, so that there is nothing to count. Every other step that can be undone must tell the world
	// of its effect if any step does. Default: none.
	NoEffect []string
}

// plainCase is a case without its type parameter.
type plainCase struct {
	id         string
	definition saga.AnyDefinition
	input      any // pointers to the state's type
	other      any // nil if there is no other input
	steps      []stepFacts
	deadline   time.Duration
	timeout    time.Duration // the longest of a step
	check      func(saga.Instance) error
	noEffect   []string
}

// stepFacts is what the explorer knows of a step.
type stepFacts struct {
	name                                   string
	kind                                   saga.Kind
	probe, fence, compensation, replayable bool
	reply, sleep                           bool
	beside                                 bool // others, in a parallel group
	expected                               bool // done unasked
	replyTimeout                           time.Duration
	slept                                  time.Duration // as Sleep said last
}

func (s *stepFacts) has(call saga.CallKind) bool {
	switch call {
	case saga.CallAction:
		return !s.sleep && !s.expected
	case saga.CallProbe:
		return s.probe
	case saga.CallFence:
		return s.fence
	case saga.CallCompensation:
		return s.compensation
	}
	return true
}

func (c Case[S]) plain() *plainCase {
	p := &plainCase{
		id: c.ID, input: &c.Input, other: otherThan(c.Input),
		deadline: c.Definition.Deadline, check: c.Check, noEffect: c.NoEffect,
	}
	if p.id == "" {
		p.id = "case"
	}
	d := c.Definition
	d.Steps = overhear(p, c.Definition.Steps, "", false)
	p.definition = d
	return p
}

// overhear notes what the explorer must know of steps, and returns them with timers that tell it how
// long they run.
func overhear[S any](p *plainCase, steps []saga.Step[S], prefix string, beside bool) []saga.Step[S] {
	steps = slices.Clone(steps)
	for i := range steps {
		st := &steps[i]
		if len(st.Steps) > 0 {
			st.Steps = overhear(p, st.Steps, prefix+st.Name+".", beside || st.Parallel)
			continue
		}
		p.steps = append(p.steps, factsOf(st, prefix, beside))
		p.timeout = max(p.timeout, st.Timeout)
		if sleep, at := st.Sleep, len(p.steps)-1; sleep != nil {
			st.Sleep = func(s S) time.Duration {
				p.steps[at].slept = max(sleep(s), 0)
				return p.steps[at].slept
			}
		}
	}
	return steps
}

func factsOf[S any](st *saga.Step[S], prefix string, beside bool) stepFacts {
	f := stepFacts{
		name: prefix + st.Name, kind: cmp.Or(st.Kind, saga.Compensatable), probe: st.Probe != nil, fence: st.Fence != nil,
		compensation: st.Compensation != nil, replayable: st.Replayable,
		reply: st.Reply != nil, replyTimeout: st.ReplyTimeout, sleep: st.Sleep != nil, beside: beside,
		expected: expected(st),
	}
	if f.sleep {
		f.kind = saga.ReadOnly
	}
	return f
}

func (c *plainCase) step(name string) int {
	for i := range c.steps {
		if c.steps[i].name == name {
			return i
		}
	}
	return -1
}

var errTooEarly = errors.New("the world is used before the case is built; use it in the functions of the case, which are called later")

// stepOf finds what a key is about.
func (r *run) stepOf(key saga.Key) (int, error) {
	c := r.of
	if c == nil {
		return 0, errTooEarly
	}
	step := c.step(key.Step)
	switch {
	case key.Instance != c.id:
		return 0, fmt.Errorf("key %s is of instance %q, the case is %q; pass the Key of the Attempt", key, key.Instance, c.id)
	case step < 0:
		return 0, fmt.Errorf("key %s is of step %q, which the definition lacks; pass the Key of the Attempt", key, key.Step)
	case key.Undo && !c.steps[step].compensation:
		return 0, fmt.Errorf("key %s undoes a step that has no compensation; pass the Key of the Attempt", key)
	}
	return step, nil
}

// otherThan returns a pointer to an input that differs in one field, or nil if no field is fit.
func otherThan[S any](input S) any {
	v := reflect.ValueOf(&input).Elem()
	if v.Kind() != reflect.Struct || !differ(v) {
		return nil
	}
	return &input
}

// differ changes the first field that it can, at any depth.
func differ(v reflect.Value) bool {
	switch {
	case !v.CanSet():
		return false
	case v.Kind() == reflect.String:
		v.SetString(v.String() + " (another)")
	case v.CanInt():
		v.SetInt(v.Int() ^ 1)
	case v.CanUint():
		v.SetUint(v.Uint() ^ 1)
	case v.CanFloat():
		v.SetFloat(v.Float() + 1)
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" && differ(v.Field(i)) {
				return true
			}
		}
		return false
	default:
		return false
	}
	return true
}

// longest is the longest that a call may take.
func (c *plainCase) longest(engine *saga.Config) time.Duration {
	return max(c.timeout, cmp.Or(engine.Timeout, 10*time.Second))
}
