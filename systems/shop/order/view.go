package order

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// maxListed bounds what Orders and Latest return.
const maxListed = 100

// cancelledCode is the code of a refusal that says that nothing was done and nothing ever will be.
const cancelledCode = "cancelled"

// Order returns a user's order, from this service's own tables alone: it looks the same while other
// services are down. The error matches [ErrNotFound] if nothing was ordered under the number, and
// [ErrForeign] if the number is somebody else's.
func (s *OrderService) Order(ctx context.Context, user string, id int64) (View, error) {
	at, err := s.store.standing(ctx, user, id)
	switch {
	case err != nil:
		return View{}, err
	case at.Status == "":
		return View{}, ErrNotFound
	case at.Status == Success:
		return s.stored(ctx, id)
	}
	return s.unplaced(ctx, at)
}

func (s *OrderService) stored(ctx context.Context, id int64) (View, error) {
	stored, err := s.store.orders(ctx, "", id, id)
	if err == nil && len(stored) != 1 {
		err = fmt.Errorf("order: %d is a success and has %d rows", id, len(stored))
	}
	if err != nil {
		return View{}, err
	}
	return stored[0], nil
}

// Orders returns a user's orders, the highest number first, at most 100: all that are under way or
// unknown, however old, and the latest of those that are placed or failed.
func (s *OrderService) Orders(ctx context.Context, user string) ([]View, error) {
	return s.list(ctx, user, maxListed)
}

// Latest is Orders for all users, for the shop's own people, with a limit of theirs from 1 to 100;
// any other means 100.
func (s *OrderService) Latest(ctx context.Context, limit int) ([]View, error) {
	if limit < 1 || limit > maxListed {
		limit = maxListed
	}
	return s.list(ctx, "", limit)
}

func (s *OrderService) list(ctx context.Context, owner string, limit int) ([]View, error) {
	rows, err := s.store.standings(ctx, owner, limit)
	if err != nil {
		return nil, err
	}
	first := int64(math.MaxInt64) // of those that are stored
	for _, row := range rows {
		if row.Status == Success {
			first = min(first, row.ID)
		}
	}
	stored, err := s.store.orders(ctx, owner, first, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	views := make([]View, len(rows))
	for i, row := range rows {
		at := slices.IndexFunc(stored, func(v View) bool { return v.ID == row.ID })
		if row.Status == Success && at >= 0 {
			views[i] = stored[at]
		} else if views[i], err = s.unplaced(ctx, row); err != nil {
			return nil, err
		}
		views[i].Owner = row.Owner
	}
	return views, nil
}

// unplaced is how an order looks that is not stored.
func (s *OrderService) unplaced(ctx context.Context, at standing) (View, error) {
	if at.Status != Fail {
		return at.view(false), nil
	}
	waiting, err := s.outbox.Holds(ctx, strconv.FormatInt(at.ID, 10))
	if err != nil {
		return View{}, fmt.Errorf("order: read the outbox: %w", err)
	}
	return at.view(waiting), nil
}

// view is how an order looks that is not placed.
func (s standing) view(waiting bool) View {
	v := View{
		ID: s.ID, Status: s.Status, Lines: s.Lines, Currency: Currency, Since: s.Since, Attempt: s.Attempt,
		Next: nextOf(s.Status),
	}
	if s.Status == Fail {
		v.Refusal, v.Compensating = s.Refusal, waiting
	}
	return v
}

// nextOf is what the order's owner can do.
func nextOf(s OrderRetryStatus) string {
	switch s {
	case Unknown:
		return "Send the same order under the same number again. You will not be charged twice."
	case Fail:
		return "Send the same order under the same number to try anew, or another order under a new number."
	case Unprocessed:
		return "It is being worked on. Look again in a moment."
	}
	return ""
}
