package flaw

import (
	"context"
	"fmt"
	"strings"
)

func twoSagas() Flaw {
	return Flaw{
		ID: "F-A19", Name: "two-sagas", Title: "a check, and then an insert",
		Invariant: "I-A6", Promise: "a reservation has one live saga",
		Remedy: "the first step of the saga is the check and the insert in one: PENDING to PAYING by compare-and-set (reservation/claim.go)",
		play:   playTwoSagas,
	}
}

// naiveStart starts a saga unless there is one.
type naiveStart struct {
	tables
	found map[string]int64 // what each click has seen
}

func (n naiveStart) check(click string) act {
	return func(ctx context.Context) (string, error) {
		found, err := n.number(ctx, `select count(*) from live where reservation = 1`)
		n.found[click] = found
		return fmt.Sprintf("sagas seen: %d", found), err
	}
}

func (n naiveStart) start(click string) act {
	return func(ctx context.Context) (string, error) {
		if n.found[click] > 0 {
			return "refused: paying", nil
		}
		// The mistake: what was seen need not be so any more.
		return click + " is started, 100 won are debited", n.exec(ctx, `
			insert into live (id, reservation) values (?, 1); update wallet set amount = amount - 100`, click)
	}
}

func playTwoSagas(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, naivePaid+`; create table live (id text primary key, reservation integer not null)`)
	if err != nil {
		return err
	}
	naive := naiveStart{t, map[string]int64{}}
	seats, err := s.reservations(ctx)
	if err != nil {
		return err
	}
	if _, err := seats.hold(ctx, "mina", 1); err != nil {
		return err
	}
	if _, err := seats.tells(ctx); err != nil {
		return err
	}
	claimed := 0
	start := func(click string) act {
		return func(ctx context.Context) (string, error) {
			told, err := seats.claim(ctx, click, "mina", 1)
			claimed += strings.Count(told, "ReservationsClaimed")
			return click + ": " + told, err
		}
	}
	s.step(ctx, "mina clicks: is somebody paying for reservation 1?", naive.check("s-1"), nothing("does not ask"))
	s.step(ctx, "her other window asks the same", naive.check("s-2"), nothing("does not ask"))
	s.step(ctx, "the first one starts saga s-1", naive.start("s-1"), start("s-1"))
	s.step(ctx, "the other one starts saga s-2", naive.start("s-2"), start("s-2"))
	s.judge(ctx, func(ctx context.Context) (Finding, error) {
		n, err := naive.number(ctx, `select count(*) from live where reservation = 1`)
		return paying(n), err
	}, func(ctx context.Context) (Finding, error) {
		n, err := seats.number(ctx, `select count(distinct saga) from reservation where id = 1 and status = 'PAYING'`)
		return paying(max(n, int64(claimed))), err
	})
	return nil
}

func paying(sagas int64) Finding {
	return Finding{Broken: sagas != 1, Says: fmt.Sprintf("sagas that pay for reservation 1: %d", sagas)}
}
