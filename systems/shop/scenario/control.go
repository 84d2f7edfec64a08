package scenario

import (
	"context"

	"github.com/seosa-dev/saga/systems/fault"
)

// Faults is what a shop's control address knows of what goes wrong.
type Faults = fault.State

func (s *Shop) remote() fault.Remote { return fault.Remote{URL: s.Control, HTTP: s.HTTP} }

// Faults looks at what goes wrong.
func (s *Shop) Faults(ctx context.Context) (Faults, error) { return s.remote().State(ctx) }

// Arm makes things go wrong from now on. What cannot is refused with a reason, and nothing is armed.
func (s *Shop) Arm(ctx context.Context, faults ...fault.Fault) error {
	return s.remote().Arm(ctx, faults...)
}

// Disarm takes a fault of this place and kind away.
func (s *Shop) Disarm(ctx context.Context, f fault.Fault) error { return s.remote().Disarm(ctx, f) }

// Heal ends all that goes wrong. When it returns, what was delayed has arrived.
func (s *Shop) Heal(ctx context.Context) error { return s.remote().Heal(ctx) }

// Forget drops what is remembered of calls.
func (s *Shop) Forget(ctx context.Context) error { return s.remote().Forget(ctx) }
