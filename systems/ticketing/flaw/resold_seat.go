package flaw

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

func resoldSeat() Flaw {
	return Flaw{
		ID: "F-A10", Name: "resold-seat", Title: "a seat that is released although somebody else has it by now",
		Invariant: "I-A2", Promise: "a seat has at most one live reservation",
		Remedy: "a seat names the reservation that holds it, and is set free only by that one (reservation/end.go, store.go)",
		play:   playResoldSeat,
	}
}

// naiveSeats keep who has reserved what, and which seats are free.
type naiveSeats struct{ tables }

const naiveSeatTables = `
	create table seat (number integer primary key, free integer not null);
	create table held (id integer primary key, user text not null, seat integer not null, status text not null, until integer not null);
	insert into seat values (1, 1), (2, 1), (3, 1)`

// reserve takes seat 1 if it is free.
func (n naiveSeats) reserve(user string) act {
	return func(ctx context.Context) (string, error) {
		free, err := n.number(ctx, `select free from seat where number = 1`)
		if err != nil || free == 0 {
			return "refused: the seat is taken", err
		}
		return user + " holds seat 1", n.exec(ctx, `
			update seat set free = 0 where number = 1;
			insert into held (user, seat, status, until) values (?, 1, 'PENDING', 5)`, user)
	}
}

func (n naiveSeats) undo(ctx context.Context) (string, error) {
	// The mistake: the seat is set free, whoever has it by now.
	return "mina's is CANCELLED, seat 1 is free", n.exec(ctx, `
		update held set status = 'CANCELLED' where user = 'mina';
		update seat set free = 1 where number = (select seat from held where user = 'mina')`)
}

// live counts who has a reservation of seat 1.
func live(ctx context.Context, t tables, query string) (Finding, error) {
	n, err := t.number(ctx, query)
	return Finding{Broken: n > 1, Says: fmt.Sprintf("live reservations of seat 1: %d", n)}, err
}

const (
	naiveLive = `select count(*) from held where seat = 1 and status in ('PENDING', 'PAYING', 'PAID')`
	realLive  = `select count(*) from reservation where seat = 1 and status in ('PAYMENT_PENDING', 'PAYING', 'PAYMENT_COMPLETED')`
)

// reserve takes seat 1 for a buyer, or says why not.
func (r realSeats) reserve(buyer string) act {
	return func(ctx context.Context) (string, error) {
		if _, err := r.hold(ctx, buyer, 1); err != nil {
			return refusal(err)
		}
		return buyer + " holds seat 1", nil
	}
}

func playResoldSeat(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, naiveSeatTables)
	if err != nil {
		return err
	}
	naive := naiveSeats{t}
	seats, err := s.reservations(ctx)
	if err != nil {
		return err
	}
	s.step(ctx, "mina reserves seat 1, and saga s-1 begins to pay for it", naive.reserve("mina"), func(ctx context.Context) (string, error) {
		if _, err := seats.hold(ctx, "mina", 1); err != nil {
			return "", err
		}
		_, err := seats.claim(ctx, "s-1", "mina", 1)
		return "mina holds seat 1, PAYING", err
	})
	s.step(ctx, "an administrator cancels her reservation", naive.undo, func(ctx context.Context) (string, error) {
		_, err := seats.service.Withdraw(ctx, "admin", 1, "double booking")
		return "mina's is CANCELLED, seat 1 is free", err
	})
	s.step(ctx, "jun reserves seat 1", naive.reserve("jun"), seats.reserve("jun"))
	s.step(ctx, "s-1 turns back, and its undo comes", naive.undo, func(ctx context.Context) (string, error) {
		if _, err := seats.undoes(ctx, event.Reservation, "s-1"); err != nil {
			return "", err
		}
		_, err := seats.undoes(ctx, event.Claim, "s-1")
		return "nothing of s-1 is left to undo; the seat is jun's", err
	})
	s.step(ctx, "sora asks for seat 1", naive.reserve("sora"), seats.reserve("sora"))
	s.judge(ctx, func(ctx context.Context) (Finding, error) { return live(ctx, naive.tables, naiveLive) },
		func(ctx context.Context) (Finding, error) { return live(ctx, seats.tables, realLive) })
	return nil
}
