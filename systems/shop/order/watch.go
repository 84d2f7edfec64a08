package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
)

// watchAgain is the pause between two looks while orders are under way.
const watchAgain = time.Second

// observed is the engine's configuration with an ear of this service's own in it.
func (s *OrderService) observed(given *saga.Config) *saga.Config {
	var c saga.Config
	if given != nil {
		c = *given
	}
	also := c.Observe
	c.Observe = func(e saga.Event) {
		if also != nil {
			also(e)
		}
		if e.Definition == definitionName && e.Status == saga.NeedsAttention {
			select {
			case s.doubt <- struct{}{}:
			default: // a look is due already
			}
		}
	}
	return &c
}

// watch records Unknown for orders that nobody waited for: whose user went away, or which needed
// attention when the service was killed. What the engine tells of is heard only by the process that
// it was told, so as long as orders are under way, it looks again now and then.
func (s *OrderService) watch(ctx context.Context) error {
	for {
		var again <-chan time.Time
		open, err := s.recordUnknown(ctx)
		if err != nil && ctx.Err() == nil {
			s.logger.ErrorContext(ctx, "orders that are unknown could not be recorded; trying again", "error", err)
		}
		if open || err != nil {
			again = time.After(watchAgain)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.doubt:
		case <-again:
		}
	}
}

// recordUnknown looks at the orders that are under way. open says that some are still.
func (s *OrderService) recordUnknown(ctx context.Context) (open bool, err error) {
	rows, err := s.store.unprocessedOrders(ctx)
	if err != nil {
		return false, err
	}
	for _, o := range rows {
		in, err := s.engine.Get(ctx, instanceID(o.ID, o.Attempt))
		switch {
		case errors.Is(err, saga.ErrNotFound): // nobody works on it
		case err != nil:
			return false, fmt.Errorf("order: read order %d: %w", o.ID, err)
		case in.Status != saga.NeedsAttention:
			open = true
			continue
		}
		if err := s.store.unknown(ctx, o.ID, o.Attempt); err != nil {
			return false, err
		}
	}
	return open, nil
}
