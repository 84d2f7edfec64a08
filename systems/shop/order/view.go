package order

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/seosa-dev/saga"
)

// maxListed bounds what Orders returns.
const maxListed = 100

// Order returns an order. A stored one is read from the service's own tables, so that it looks the
// same for ever and while other services are down. The error matches [ErrNotFound] if nothing was
// ordered under the number.
func (s *OrderService) Order(ctx context.Context, id int64) (View, error) {
	view, err := s.storedOrder(ctx, id)
	if !errors.Is(err, ErrNotFound) {
		return view, err
	}
	in, err := s.engine.Get(ctx, instanceID(id, 1))
	switch {
	case errors.Is(err, saga.ErrNotFound):
		return View{}, ErrNotFound
	case err != nil:
		return View{}, fmt.Errorf("order: read order %d: %w", id, err)
	case in.Status == saga.Completed: // it was stored in between
		return s.storedOrder(ctx, id)
	}
	return viewOf(in)
}

func (s *OrderService) storedOrder(ctx context.Context, id int64) (View, error) {
	stored, err := s.store.orders(ctx, id, 1)
	if err != nil {
		return View{}, err
	}
	if len(stored) == 0 || stored[0].ID != id {
		return View{}, ErrNotFound
	}
	return stored[0], nil
}

// Orders returns the latest orders, the highest number first, at most 100: what is placed, under
// way, unknown or failed. What is under way may be a moment old.
func (s *OrderService) Orders(ctx context.Context) ([]View, error) {
	views, err := s.store.orders(ctx, 0, maxListed)
	if err != nil {
		return nil, err
	}
	others, err := s.engine.Find(ctx, saga.Filter{Definition: definitionName, Limit: maxListed, Statuses: []saga.Status{
		saga.Running, saga.Compensating, saga.NeedsAttention, saga.Failed, saga.Compensated,
	}})
	if err != nil {
		return nil, fmt.Errorf("order: read orders: %w", err)
	}
	for _, in := range others {
		view, err := viewOf(in)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(views, func(v View) bool { return v.ID == view.ID }) {
			views = append(views, view)
		}
	}
	slices.SortFunc(views, func(a, b View) int { return cmp.Compare(b.ID, a.ID) })
	return views[:min(len(views), maxListed)], nil
}

// viewOf is an order that is known from its saga alone. An instance that no checkpoint has written
// yet has no state, only an id.
func viewOf(in saga.Instance) (View, error) {
	var o Order
	if len(in.State) > 0 {
		if err := json.Unmarshal(in.State, &o); err != nil {
			return View{}, fmt.Errorf("order: state of %s: %w", in.ID, err)
		}
	}
	if o.ID == 0 {
		if _, err := fmt.Sscanf(in.ID, "%d/", &o.ID); err != nil {
			return View{}, fmt.Errorf("order: %s is not an order: %w", in.ID, err)
		}
	}
	view := View{ID: o.ID, Status: statusOf(in.Status), Lines: o.Lines, Total: o.Total, Currency: Currency}
	if view.Status == Fail {
		view.Refusal = o.Refusal
	}
	return view, nil
}

func statusOf(s saga.Status) Status {
	switch s {
	case saga.Completed:
		return Success
	case saga.Failed, saga.Compensated:
		return Fail
	case saga.NeedsAttention:
		return Unknown
	}
	return Unprocessed
}
