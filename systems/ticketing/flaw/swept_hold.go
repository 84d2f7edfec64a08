package flaw

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

func sweptHold() Flaw {
	return Flaw{
		ID: "F-A18", Name: "swept-hold", Title: "a hold that ends while it is being paid",
		Invariant: "I-A2", Promise: "a seat is sold once",
		Remedy: "a saga claims first, PENDING to PAYING, and the sweep touches PENDING only (reservation/claim.go, end.go)",
		play:   playSweptHold,
	}
}

// naiveHolds end when their time is over, and are paid whenever the money comes.
type naiveHolds struct {
	naiveSeats
	clock func() int64 // minutes
}

func (n naiveHolds) sweep(ctx context.Context) (string, error) {
	// The mistake: whoever is paying at this moment is PENDING like everybody else.
	return "mina's hold is EXPIRED, seat 1 is free", n.exec(ctx, `
		update seat set free = 1 where number in (select seat from held where status = 'PENDING' and until <= ?1);
		update held set status = 'EXPIRED' where status = 'PENDING' and until <= ?1`, n.clock())
}

func (n naiveHolds) pay(user string) act {
	return func(ctx context.Context) (string, error) {
		return user + "'s reservation is PAID", n.exec(ctx, `update held set status = 'PAID' where user = ?`, user)
	}
}

func playSweptHold(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, naiveSeatTables)
	if err != nil {
		return err
	}
	naive := naiveHolds{naiveSeats{t}, func() int64 { return int64(s.now.Sub(eight()).Minutes()) }}
	seats, err := s.reservations(ctx)
	if err != nil {
		return err
	}
	var held []reservation.Reservation
	s.step(ctx, "20:00, mina holds seat 1 until 20:05", naive.reserve("mina"), func(ctx context.Context) (_ string, err error) {
		held, err = seats.hold(ctx, "mina", 1)
		return "mina holds seat 1", err
	})
	s.at(4)
	s.step(ctx, "20:04, she pays; the money takes its time", nothing("PENDING"), func(ctx context.Context) (string, error) {
		_, err := seats.claim(ctx, "s-1", "mina", held[0].ID)
		return "PAYING for s-1", err
	})
	s.at(6)
	s.step(ctx, "20:06, the sweep comes by", naive.sweep, func(ctx context.Context) (string, error) {
		n, err := seats.service.Sweep(ctx)
		return fmt.Sprintf("holds that have ended: %d", n), err
	})
	s.step(ctx, "jun asks for seat 1", naive.reserve("jun"), seats.reserve("jun"))
	s.step(ctx, "mina's money is there", naive.pay("mina"), func(ctx context.Context) (string, error) {
		told, err := seats.pays(ctx, "s-1", "mina", held[0])
		return told, err
	})
	s.step(ctx, "jun pays what jun has", naive.pay("jun"), nothing("nothing to pay"))
	s.judge(ctx, func(ctx context.Context) (Finding, error) {
		return sold(ctx, naive.tables, `select count(*) from held where seat = 1 and status = 'PAID'`)
	}, func(ctx context.Context) (Finding, error) {
		return sold(ctx, seats.tables, `select count(*) from reservation where seat = 1 and status = 'PAYMENT_COMPLETED'`)
	})
	return nil
}

func sold(ctx context.Context, t tables, query string) (Finding, error) {
	n, err := t.number(ctx, query)
	return Finding{Broken: n != 1, Says: fmt.Sprintf("sales of seat 1: %d", n)}, err
}
