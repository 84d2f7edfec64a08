package sagatest

import (
	"context"

	"github.com/seosa-dev/saga"
)

// Model returns the definition with every function replaced by that of a [Participant], one for each
// step and named after it. It explores the shape of a saga alone: which steps there are, of which
// kinds, with which of probe, fence and compensation, timeouts and retries. The state is never
// changed.
func Model[S any](w *World, definition saga.Definition[S]) saga.Definition[S] {
	steps := make([]saga.Step[S], len(definition.Steps))
	for i, st := range definition.Steps {
		p := w.Participant(st.Name)
		st.Action = modelled(st.Action, p.Do)
		st.Compensation = modelled(st.Compensation, p.Undo)
		st.Probe = modelled(st.Probe, p.Probe)
		st.Fence = modelled(st.Fence, p.Fence)
		steps[i] = st
	}
	definition.Steps = steps
	return definition
}

func modelled[S any](was saga.Func[S], by func(context.Context, saga.Key) error) saga.Func[S] {
	if was == nil {
		return nil
	}
	return func(ctx context.Context, _ *S, a saga.Attempt) error { return by(ctx, a.Key) }
}
