package order

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// startWithin bounds how long an order may take to become durable before its caller is told that
// this is not known.
const startWithin = 5 * time.Second

// NewNumber gives out an order number to a user, to be used in one or several equal calls of Place.
// No number is given out twice; one that is not used leaves a gap.
func (s *OrderService) NewNumber(ctx context.Context, user string) (int64, error) {
	return s.store.newNumber(ctx, user)
}

// Place places a user's order under a number from NewNumber and waits for its end, at most
// [Config.Wait] from when it is durable. The view's status tells the end; Unprocessed and Unknown
// mean that it is not known yet.
//
// Placing the same lines under the same number again is the re-request of the write-up. What it
// does depends on how the order stands:
//
//	Success      nothing; the answer is the first one
//	Fail         a new attempt, under the next attempt's key
//	Unknown      asks what became of the last attempt. If it took effect, the order is stored; if
//	             it did not, it never will, and a new attempt follows at once; if nobody knows
//	             still, the order stays Unknown
//	Unprocessed  [ErrInFlight] while it is worked on
//
// So Place never orders twice. The error matches [ErrInvalid], [ErrNotFound] if the number was not
// given out, [ErrForeign], [ErrChanged], [ErrInFlight], or [saga.ErrClosed], [saga.NotDone] and
// [saga.Unknown] if the engine could not take the order: then the same call again is all there is
// to do.
func (s *OrderService) Place(ctx context.Context, user string, id int64, lines []Line) (View, error) {
	wanted, err := summed(lines)
	if err != nil {
		return View{}, err
	}
	at, err := s.store.standing(ctx, user, id)
	switch {
	case err != nil:
		return View{}, err
	case at.Attempt > 0 && !slices.Equal(at.Lines, wanted):
		return View{}, ErrChanged
	case at.Status == Success:
		return s.stored(ctx, id)
	}
	order := Order{ID: id, Owner: user, Attempt: max(at.Attempt, 1), Lines: wanted}
	switch at.Status {
	case Fail:
		order.Attempt++
	case Unprocessed, Unknown:
		return s.reRequest(ctx, order)
	}
	return s.try(ctx, order)
}

// reRequest goes on with an attempt that was begun and has not ended.
func (s *OrderService) reRequest(ctx context.Context, o Order) (View, error) {
	in, err := s.engine.Get(ctx, instanceID(o.ID, o.Attempt))
	switch {
	case errors.Is(err, saga.ErrNotFound): // the engine's store was replaced; the key is as good as ever
	case err != nil:
		return View{}, fmt.Errorf("order: read order %d: %w", o.ID, err)
	case in.Status == saga.Running, in.Status == saga.Compensating:
		return View{}, ErrInFlight
	}
	view, err := s.try(ctx, o)
	if err != nil || view.Status != Fail || view.Attempt != o.Attempt || !notDone(view.Refusal) {
		return view, err
	}
	o.Attempt++ // nothing was done under the old key, and nothing ever will be
	return s.try(ctx, o)
}

// notDone reports whether an attempt failed because it never happened, rather than because of an
// answer that its user should see.
func notDone(why *Refusal) bool { return why != nil && why.Code == cancelledCode }

// try runs one attempt and waits for its end. An attempt that has failed before the status could
// even be recorded is passed over.
func (s *OrderService) try(ctx context.Context, o Order) (View, error) {
	starting, stop := context.WithTimeout(ctx, startWithin)
	defer stop()
	started, err := s.plan.Start(starting, s.engine, instanceID(o.ID, o.Attempt), o)
	for err == nil && (started.Status == saga.Failed || started.Status == saga.Compensated) {
		o.Attempt++
		started, err = s.plan.Start(starting, s.engine, instanceID(o.ID, o.Attempt), o)
	}
	switch {
	case errors.Is(err, saga.ErrConflict):
		return View{}, ErrChanged
	case err != nil:
		return View{}, fmt.Errorf("order: start order %d: %w", o.ID, err)
	}
	return s.settled(ctx, o)
}

// settled waits for the end of a started attempt and returns how the order stands then.
func (s *OrderService) settled(ctx context.Context, o Order) (View, error) {
	waiting, stop := context.WithTimeout(ctx, s.wait)
	defer stop()
	unrecorded := Unprocessed // what an order is whose status could not be recorded
	_, err := s.plan.Wait(waiting, s.engine, instanceID(o.ID, o.Attempt))
	if status, ok := errors.AsType[*saga.StatusError](err); ok {
		unrecorded, err = Fail, nil
		if status.Instance.Status == saga.NeedsAttention {
			unrecorded, err = Unknown, s.store.unknown(ctx, o.ID, o.Attempt)
		}
	}
	if err != nil && (ctx.Err() != nil || waiting.Err() == nil) {
		return View{}, fmt.Errorf("order: wait for order %d: %w", o.ID, err)
	}
	view, err := s.Order(ctx, o.Owner, o.ID)
	// What is recorded may still be the end of an earlier attempt, which says nothing about this one.
	if errors.Is(err, ErrNotFound) || err == nil && view.Attempt < o.Attempt {
		return standing{ID: o.ID, Status: unrecorded, Attempt: o.Attempt, Lines: o.Lines}.view(false), nil
	}
	return view, err
}
