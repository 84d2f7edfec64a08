package sagatest

import (
	"context"

	"github.com/seosa-dev/saga"
)

// Model returns the definition with every function replaced by that of a [Participant], one for each
// step and named after it. It explores the shape of a saga alone: which steps there are, of which
// kinds, with which of probe, fence and compensation, timeouts and retries. Actions and compensations
// of steps that have a Reply are answered by replies. The state is never changed; When and Sleep stay
// as they are and go by the case's Input.
func Model[S any](w *World, definition saga.Definition[S]) saga.Definition[S] {
	steps := make([]saga.Step[S], len(definition.Steps))
	for i, st := range definition.Steps {
		p := w.Participant(st.Name)
		do, undo := p.Do, p.Undo
		if st.Reply != nil {
			st.Reply = func(*S, saga.Reply) error { return nil }
			do, undo = repliedTo(w, p.Do), repliedTo(w, p.Undo)
		}
		st.Action = modelled(st.Action, do)
		st.Compensation = modelled(st.Compensation, undo)
		st.Probe = modelled(st.Probe, p.Probe)
		st.Fence = modelled(st.Fence, p.Fence)
		steps[i] = st
	}
	definition.Steps = steps
	return definition
}

func repliedTo(w *World, do func(context.Context, saga.Key) error) func(context.Context, saga.Key) error {
	return func(_ context.Context, key saga.Key) error { return w.Later(saga.Reply{Key: key}, do) }
}

func modelled[S any](was saga.Func[S], by func(context.Context, saga.Key) error) saga.Func[S] {
	if was == nil {
		return nil
	}
	return func(ctx context.Context, _ *S, a saga.Attempt) error { return by(ctx, a.Key) }
}
