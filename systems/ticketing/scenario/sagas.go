package scenario

import (
	"context"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// desk opens the orchestrator's file beside the orchestrator, as the command seosa does.
func (s *System) desk(ctx context.Context, do func(*saga.Engine) error) (err error) {
	file, err := sqlite.Visit(ctx, s.Sagas)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	engine, err := saga.New(file, nil)
	if err != nil {
		return err
	}
	return do(engine)
}

// undone are the steps that were undone, in order, by the history of a saga that has ended.
func (s *System) undone(ctx context.Context, id string) (steps []string, err error) {
	err = s.desk(ctx, func(e *saga.Engine) error {
		return until(ctx, "the end in the history", func() (bool, error) {
			history, err := e.History(ctx, id)
			if err != nil || len(history) == 0 || !history[len(history)-1].Status.Ended() {
				return false, ignoring(err, saga.ErrNotFound)
			}
			for _, ev := range history {
				if ev.Call == saga.CallCompensation && ev.Outcome == saga.Succeeded {
					steps = append(steps, ev.Step)
				}
			}
			return true, nil
		})
	})
	return steps, err
}

// attention is why a saga needs a person, and where.
func (s *System) attention(ctx context.Context, id string) (why string, err error) {
	err = s.desk(ctx, func(e *saga.Engine) error {
		return until(ctx, "the reason in the list", func() (bool, error) {
			in, err := e.Get(ctx, id)
			why = fmt.Sprintf("%s at %s", in.Reason, in.Step)
			return in.Status == saga.NeedsAttention && in.Reason != "", ignoring(err, saga.ErrNotFound)
		})
	})
	return why, err
}

// retry is what a person does with `seosa retry`, who looks again if it has moved meanwhile. A saga that goes
// on by itself by then needs none.
func (s *System) retry(ctx context.Context, id string) error {
	return s.desk(ctx, func(e *saga.Engine) error {
		return until(ctx, "a retry", func() (bool, error) {
			preview, err := e.Preview(ctx, saga.Intervention{
				Verb: saga.Retry, Filter: saga.Filter{IDs: []string{id}}, By: "kim", Reason: "what was broken works again",
			})
			if err != nil {
				return false, err
			}
			results, err := e.Apply(ctx, preview)
			for _, r := range results {
				err = errors.Join(err, r.Err)
			}
			return !errors.Is(err, saga.ErrMoved), ignoring(ignoring(err, saga.ErrMoved), saga.ErrInvalid)
		})
	})
}

// callOff is what a program does, or a person with `seosa compensate`.
func (s *System) callOff(ctx context.Context, id string) error {
	return s.desk(ctx, func(e *saga.Engine) error { return e.Compensate(ctx, id, "kim", "nobody wants it any more") })
}

// ignoring drops an error that is expected.
func ignoring(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
