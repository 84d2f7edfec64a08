package flaw

import (
	"context"
	"fmt"
)

func partialHold() Flaw {
	return Flaw{
		ID: "F-A22", Name: "partial-hold", Title: "a request for three seats of which some are held",
		Invariant: "I-A2", Promise: "a seat that is not free has a live reservation, and who was refused has none",
		Remedy: "all seats are looked at and taken in one transaction, or none (reservation/hold.go)",
		play:   playPartialHold,
	}
}

// naiveBasket reserves seats one after the other.
type naiveBasket struct{ naiveSeats }

func (n naiveBasket) reserve(user string, seats ...int) act {
	return func(ctx context.Context) (string, error) {
		for _, seat := range seats {
			if err := n.exec(ctx, `update seat set free = 0 where number = ?`, seat); err != nil {
				return "", err
			}
		}
		// The mistake: each is a transaction of its own, and the first that fails leaves the others as they are.
		for _, seat := range seats {
			taken, err := n.number(ctx, `select count(*) from held where seat = ? and status = 'PENDING'`, seat)
			if err != nil || taken > 0 {
				return fmt.Sprintf("refused: seat %d is taken", seat), err
			}
			if err := n.exec(ctx, `insert into held (user, seat, status, until) values (?, ?, 'PENDING', 5)`, user, seat); err != nil {
				return "", err
			}
		}
		return user + " holds " + fmt.Sprint(seats), nil
	}
}

func playPartialHold(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, naiveSeatTables)
	if err != nil {
		return err
	}
	naive := naiveBasket{naiveSeats{t}}
	seats, err := s.reservations(ctx)
	if err != nil {
		return err
	}
	reserve := func(buyer string, numbers ...int) act {
		return func(ctx context.Context) (string, error) {
			if _, err := seats.hold(ctx, buyer, numbers...); err != nil {
				return refusal(err)
			}
			return buyer + " holds " + fmt.Sprint(numbers), nil
		}
	}
	s.step(ctx, "jun reserves seat 2", naive.reserve("jun", 2), reserve("jun", 2))
	s.step(ctx, "mina asks for seats 1, 2 and 3", naive.reserve("mina", 1, 2, 3), reserve("mina", 1, 2, 3))
	s.judge(ctx, func(ctx context.Context) (Finding, error) {
		return orphans(ctx, naive.tables, `select count(*) from held where user = 'mina'`,
			`select count(*) from seat where free = 0 and number not in (select seat from held)`)
	}, func(ctx context.Context) (Finding, error) {
		return orphans(ctx, seats.tables, `select count(*) from reservation where user = 'mina'`,
			`select count(*) from reservation_seat where holder is not null and holder not in (select id from reservation)`)
	})
	return nil
}

// orphans counts what a refused request has left behind.
func orphans(ctx context.Context, t tables, mine, nobodys string) (Finding, error) {
	held, err := t.number(ctx, mine)
	if err != nil {
		return Finding{}, err
	}
	lost, err := t.number(ctx, nobodys)
	return Finding{
		Broken: held+lost > 0, Says: fmt.Sprintf("mina was refused; reservations of hers: %d, seats held by nobody: %d", held, lost),
	}, err
}
