package saga_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/seosa-dev/saga"
)

func TestOutcomeOf(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want saga.Outcome
	}{
		{"nil", nil, saga.Succeeded},
		{"refused itself", saga.Refused, saga.Refused},
		{"refused, wrapped twice", fmt.Errorf("a: %w", fmt.Errorf("%w: sold out", saga.Refused)), saga.Refused},
		{"not done with its cause", fmt.Errorf("%w: %w", saga.NotDone, errReset), saga.NotDone},
		{"joined", errors.Join(errReset, saga.NotDone), saga.NotDone},
		{"an ordinary error", errReset, saga.Unknown},
		{"the end of a context", context.DeadlineExceeded, saga.Unknown},
		{"unknown itself", saga.Unknown, saga.Unknown},
		{"no outcome", saga.Outcome(""), saga.Unknown},
		{"succeeded as an error", saga.Succeeded, saga.Unknown},
		{"a word that is none", saga.Outcome("done"), saga.Unknown},
		{"refused and not done", fmt.Errorf("%w: %w", saga.Refused, saga.NotDone), saga.Unknown},
		{"refused and unknown", fmt.Errorf("%w: %w", saga.Refused, saga.Unknown), saga.Unknown},
		{"the text of a refusal only", errors.New(saga.Refused.Error()), saga.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := saga.OutcomeOf(c.err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestStatusErrorSaysHowItEnded(t *testing.T) {
	var err error = &saga.StatusError{Instance: saga.Instance{
		ID: "o-1", Definition: "order", Status: saga.NeedsAttention, Reason: saga.InDoubt, Detail: "connection reset",
	}}
	wantSaid(t, err, "order", "o-1", "needs attention", "in doubt", "connection reset")
	var found *saga.StatusError
	if !errors.As(fmt.Errorf("checkout: %w", err), &found) || found.Instance.ID != "o-1" {
		t.Error("errors.As does not find it")
	}
}

func TestStatusEnded(t *testing.T) {
	for s, want := range map[saga.Status]bool{
		saga.Running: false, saga.Compensating: false, saga.NeedsAttention: false,
		saga.Completed: true, saga.Compensated: true, saga.Failed: true,
	} {
		if s.Ended() != want {
			t.Errorf("%s: Ended is %v, want %v", s, s.Ended(), want)
		}
	}
}
