package platform

import (
	"context"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// Check says what a token is for, as an [access.QueueGate] does over HTTP.
type Check func(ctx context.Context, token string) (access.Pass, error)

// gate asks the queue of this process, past what is in the way.
type gate struct {
	queue  *queue.QueueService
	asking func(ctx context.Context, token string, next Check) (access.Pass, error)
}

// Check asks.
func (g gate) Check(ctx context.Context, token string) (access.Pass, error) {
	if g.asking != nil {
		return g.asking(ctx, token, g.check)
	}
	return g.check(ctx, token)
}

func (g gate) check(ctx context.Context, token string) (access.Pass, error) {
	p, err := g.queue.Pass(ctx, token)
	switch {
	case errors.Is(err, line.ErrUnknown):
		return access.Pass{}, access.ErrNoPass
	case err != nil:
		return access.Pass{}, fmt.Errorf("%w: %w", access.ErrGateAway, err)
	}
	status := line.Status(p.Status)
	return access.Pass{
		UserID: p.UserID, ConcertID: p.ConcertID, Active: status == line.Active, Ended: status != line.Active && status != line.Waiting,
	}, nil
}
