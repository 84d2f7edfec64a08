package orchestrator

import (
	"context"
	"errors"

	"github.com/seosa-dev/saga/systems/ticketing/access"
)

// errGate marks that the gate could not say whose a token is.
var errGate = errors.New("orchestrator: the queue does not say whose turn it is")

// Gate knows the tokens of the queue; an [*access.QueueGate] is one. It must be safe for concurrent use.
type Gate interface {
	// Check says what a token is for. The error matches [access.ErrNoPass] if there is no such token, and is
	// any other, [access.ErrGateAway] for one, if that is not known.
	Check(ctx context.Context, token string) (access.Pass, error)
}
