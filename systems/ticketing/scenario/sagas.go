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

// intervene is what a person does with the command seosa, who looks again when the saga has moved by itself
// meanwhile. To retry one that has moved is not needed.
func (s *System) intervene(ctx context.Context, id string, verb saga.Verb) error {
	return s.desk(ctx, func(e *saga.Engine) error {
		for {
			err := once(ctx, e, id, verb)
			if verb == saga.Retry {
				return ignoring(ignoring(err, saga.ErrMoved), saga.ErrInvalid)
			}
			if !errors.Is(err, saga.ErrMoved) || ctx.Err() != nil {
				return err
			}
		}
	})
}

func once(ctx context.Context, e *saga.Engine, id string, verb saga.Verb) error {
	preview, err := e.Preview(ctx, saga.Intervention{
		Verb: verb, Filter: saga.Filter{IDs: []string{id}}, By: "kim", Reason: "the row wants it",
	})
	if err != nil {
		return err
	}
	results, err := e.Apply(ctx, preview)
	for _, r := range results {
		err = errors.Join(err, r.Err)
	}
	return err
}

// ignoring drops an error that is expected.
func ignoring(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
