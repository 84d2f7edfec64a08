package flaw

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

func blindAvailable() Flaw {
	return Flaw{
		ID: "F-A12", Name: "blind-available", Title: "a concert that is set to AVAILABLE whatever an administrator said",
		Invariant: "I-A11", Promise: "a concert's status follows from its seats and the administrator's word",
		Remedy: "the status is never set, but computed after each change (concert/manager.go, stand)",
		play:   playBlindAvailable,
	}
}

// naiveConcert keeps a status that whoever wants to sets.
type naiveConcert struct{ tables }

func (n naiveConcert) sell(ctx context.Context) (string, error) {
	if err := n.exec(ctx, `update concert set free = free - 1; update concert set status = 'UNAVAILABLE' where free = 0`); err != nil {
		return "", err
	}
	return n.text(ctx, `select status || ', ' || free || ' free' from concert`)
}

func (n naiveConcert) close(ctx context.Context) (string, error) {
	return "UNAVAILABLE", n.exec(ctx, `update concert set closed = 1, status = 'UNAVAILABLE'`)
}

func (n naiveConcert) undo(ctx context.Context) (string, error) {
	// The mistake: back to what it was when the saga began, whatever has happened since.
	return "AVAILABLE", n.exec(ctx, `update concert set free = free + 1, status = 'AVAILABLE'`)
}

func playBlindAvailable(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, `
		create table concert (status text not null, free integer not null, closed integer not null);
		insert into concert values ('AVAILABLE', 2, 0)`)
	if err != nil {
		return err
	}
	naive := naiveConcert{t}
	r, service, err := s.concerts(ctx)
	if err != nil {
		return err
	}
	const stands = `select status from concert where id = 1`
	s.step(ctx, "a concert has two seats, and saga s-1 sells one", naive.sell, func(ctx context.Context) (string, error) {
		sold := sale("s-1", event.Line{ReservationID: 1, ScheduleID: 1, Seat: 1, Price: 100, Version: 2})
		if _, err := r.hears(ctx, "QueueCompleted", "s-1", event.QueueCompleted{Sale: sold}); err != nil {
			return "", err
		}
		return r.text(ctx, `
			select concert.status || ', ' || count(*) || ' free' from concert, concert_seat where concert_seat.status = 'AVAILABLE'`)
	})
	s.step(ctx, "an administrator closes the concert", naive.close, func(ctx context.Context) (string, error) {
		c, err := service.CloseConcert(ctx, 1, concert.Decision{Reason: "the hall is flooded", Admin: "admin"})
		return string(c.Status), err
	})
	s.step(ctx, "s-1 turns back, and its undo comes", naive.undo, func(ctx context.Context) (string, error) {
		if _, err := r.undoes(ctx, event.Concert, "s-1"); err != nil {
			return "", err
		}
		return r.text(ctx, stands)
	})
	s.judge(ctx, func(ctx context.Context) (Finding, error) {
		return closedAnd(ctx, naive.tables, `select status from concert`)
	},
		func(ctx context.Context) (Finding, error) { return closedAnd(ctx, r.tables, stands) })
	return nil
}

// closedAnd reports how a closed concert stands.
func closedAnd(ctx context.Context, t tables, query string) (Finding, error) {
	status, err := t.text(ctx, query)
	return Finding{Broken: status != "UNAVAILABLE", Says: fmt.Sprintf("closed by an administrator, and %s", status)}, err
}
