package load

import (
	"context"
	"errors"
)

// Bare calls the participant and keeps nothing: what the calls of W2 cost without any durability.
func Bare() Contestant {
	return Contestant{Name: "bare HTTP", Only: []string{"W2"}, Open: func(_ context.Context, c Case) (Runner, error) {
		return bare{c.Participant}, nil
	}}
}

type bare struct{ p Participant }

func (b bare) Saga(ctx context.Context, id string) error {
	var errs []error
	for step := range Steps {
		errs = append(errs, b.p.Act(ctx, id, step))
	}
	return errors.Join(errs...)
}

func (b bare) Close() error { return nil }
