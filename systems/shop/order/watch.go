package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
)

// watchAgain is the pause after which a failed look is repeated.
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
// attention when the service had just been killed. Every look is at all of them, so none is lost.
func (s *OrderService) watch(ctx context.Context) error {
	for {
		var again <-chan time.Time
		if err := s.recordUnknown(ctx); err != nil && ctx.Err() == nil {
			s.logger.ErrorContext(ctx, "orders that are unknown could not be recorded; trying again", "error", err)
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

func (s *OrderService) recordUnknown(ctx context.Context) error {
	open, err := s.store.unprocessedOrders(ctx)
	if err != nil {
		return err
	}
	for _, o := range open {
		in, err := s.engine.Get(ctx, instanceID(o.ID, o.Attempt))
		switch {
		case errors.Is(err, saga.ErrNotFound): // nobody works on it
		case err != nil:
			return fmt.Errorf("order: read order %d: %w", o.ID, err)
		case in.Status != saga.NeedsAttention:
			continue
		}
		if err := s.store.unknown(ctx, o.ID, o.Attempt); err != nil {
			return err
		}
	}
	return nil
}
