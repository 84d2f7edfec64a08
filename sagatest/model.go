package sagatest

import (
	"context"
	"slices"

	"github.com/seosa-dev/saga"
)

// Model returns the definition with every function replaced by that of a [Participant], one for each
// step and named after it. It explores the shape of a saga alone: which steps there are, of which
// kinds, in which groups, with which of probe, fence and compensation, timeouts and retries. Actions
// and compensations of steps that have a Reply are answered by replies, and what is expected is done
// unasked when the last step before it is that is neither a timer nor may be passed over. The state is never changed; When and Sleep stay as they are and
// go by the case's Input.
func Model[S any](w *World, definition saga.Definition[S]) saga.Definition[S] {
	m := modelling[S]{world: w}
	definition.Steps = m.steps(definition.Steps, "")
	for i := len(m.leaves) - 1; i >= 0; i-- {
		m.model(i)
	}
	return definition
}

// modelling is a definition that is being modelled.
type modelling[S any] struct {
	world  *World
	leaves []leaf[S]
}

// leaf is a step that is no group, under its whole name, and what its participant does.
type leaf[S any] struct {
	name string
	step *saga.Step[S]
	do   func(context.Context, saga.Key) error
}

// steps copies steps and notes the leaves of the copy.
func (m *modelling[S]) steps(steps []saga.Step[S], prefix string) []saga.Step[S] {
	steps = slices.Clone(steps)
	for i := range steps {
		st := &steps[i]
		if len(st.Steps) > 0 {
			st.Steps = m.steps(st.Steps, prefix+st.Name+".")
			continue
		}
		m.leaves = append(m.leaves, leaf[S]{name: prefix + st.Name, step: st})
	}
	return steps
}

// model replaces the functions of one step. The step after it is done already.
func (m *modelling[S]) model(i int) {
	l, p := &m.leaves[i], m.world.Participant(m.leaves[i].name)
	do, undo := p.Do, p.Undo
	if next := m.expectedAfter(i); next != nil {
		do = m.followed(p.Do, next)
	}
	l.do = do
	if l.step.Reply != nil {
		l.step.Reply = func(*S, saga.Reply) error { return nil }
		do, undo = m.replied(do), m.replied(p.Undo)
	}
	l.step.Action = modelled(l.step.Action, do)
	l.step.Compensation = modelled(l.step.Compensation, undo)
	l.step.Probe = modelled(l.step.Probe, p.Probe)
	l.step.Fence = modelled(l.step.Fence, p.Fence)
}

// expected reports whether others do a step unasked.
func expected[S any](st *saga.Step[S]) bool {
	return st.Action == nil && st.Reply != nil && st.Sleep == nil
}

// expectedAfter returns what others do unasked once a step is done; nil if nothing. Timers and steps
// that may be passed over do not set them off.
func (m *modelling[S]) expectedAfter(i int) *leaf[S] {
	sure := func(l *leaf[S]) bool { return l.step.When == nil && l.step.Sleep == nil }
	if !sure(&m.leaves[i]) {
		return nil
	}
	for j := i + 1; j < len(m.leaves); j++ {
		switch l := &m.leaves[j]; {
		case expected(l.step):
			return l
		case sure(l):
			return nil
		}
	}
	return nil
}

// followed does, once something is done, what is expected next.
func (m *modelling[S]) followed(do func(context.Context, saga.Key) error, next *leaf[S]) func(context.Context, saga.Key) error {
	return func(ctx context.Context, key saga.Key) error {
		err := do(ctx, key)
		if err == nil {
			_ = m.world.Later(saga.Reply{Key: saga.Key{Instance: key.Instance, Step: next.name}}, next.do)
		}
		return err
	}
}

func (m *modelling[S]) replied(do func(context.Context, saga.Key) error) func(context.Context, saga.Key) error {
	return func(_ context.Context, key saga.Key) error { return m.world.Later(saga.Reply{Key: key}, do) }
}

func modelled[S any](was saga.Func[S], by func(context.Context, saga.Key) error) saga.Func[S] {
	if was == nil {
		return nil
	}
	return func(ctx context.Context, _ *S, a saga.Attempt) error { return by(ctx, a.Key) }
}
