package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/seosa-dev/saga/systems/fault"
)

// Faults is what a shop's control address knows of what goes wrong.
type Faults struct {
	Armed  []fault.Fault  // what is going to
	Calls  []fault.Call   // what was called since Forget
	Counts map[string]int // how often each kind struck since Forget
}

// Faults looks at what goes wrong.
func (s *Shop) Faults(ctx context.Context) (Faults, error) {
	return s.control(ctx, http.MethodGet, "/faults", nil)
}

// Arm makes things go wrong from now on. What cannot is refused with a reason, and nothing is armed.
func (s *Shop) Arm(ctx context.Context, faults ...fault.Fault) error {
	_, err := s.control(ctx, http.MethodPost, "/faults", faults)
	return err
}

// Disarm takes a fault of this place and kind away.
func (s *Shop) Disarm(ctx context.Context, f fault.Fault) error {
	_, err := s.control(ctx, http.MethodDelete, "/faults/"+url.PathEscape(f.At)+"/"+url.PathEscape(string(f.Kind)), nil)
	return err
}

// Heal ends all that goes wrong. When it returns, what was delayed has arrived.
func (s *Shop) Heal(ctx context.Context) error {
	if _, err := s.control(ctx, http.MethodDelete, "/faults", nil); err != nil {
		return fmt.Errorf("clear the faults: %w", err)
	}
	_, err := s.control(ctx, http.MethodPost, "/faults/release", nil)
	return err
}

// Forget drops what is remembered of calls.
func (s *Shop) Forget(ctx context.Context) error {
	_, err := s.control(ctx, http.MethodDelete, "/calls", nil)
	return err
}

func (s *Shop) control(ctx context.Context, method, path string, body any) (Faults, error) {
	var got Faults
	a, err := s.ask(ctx, 0, method, s.Control+path, body)
	return got, errors.Join(err, a.read(http.StatusOK, &got))
}
