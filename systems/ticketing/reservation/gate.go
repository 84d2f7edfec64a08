package reservation

import (
	"context"

	"github.com/seosa-dev/saga/systems/ticketing/access"
)

const tokenHeader = "QUEUE-TOKEN"

// Gate knows the tokens of the queue; an [*access.QueueGate] is one. It must be safe for concurrent use.
type Gate interface {
	// Check says what a token is for. The error matches [access.ErrNoPass] if there is no such token, and is
	// any other, [access.ErrGateAway] for one, if that is not known.
	Check(ctx context.Context, token string) (access.Pass, error)
}
