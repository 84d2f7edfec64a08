package scenario

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"
)

// scene is what a row plays in: a concert of its own, and a buyer of its own who holds seats.
type scene struct {
	admin, buyer, rival *person
	concert, schedule   int64
	reservations        []int64
	money               int64 // the buyer's, when the row begins or after a charge of its own
}

// set makes the scene of a row.
func (s *System) set(ctx context.Context, row Row) (c scene, err error) {
	if c.admin, err = s.administrator(ctx); err != nil {
		return c, err
	}
	if c.buyer, err = s.newPerson(ctx); err != nil {
		return c, err
	}
	if c.money = max(cmp.Or(row.Money, 200_000), 0); c.money > 0 {
		if err := c.buyer.charge(ctx, c.money, "money"); err != nil {
			return c, err
		}
	}
	if err := c.open(ctx, cmp.Or(row.Seats, 5)); err != nil {
		return c, err
	}
	if err := c.buyer.enter(ctx, c.concert); err != nil {
		return c, err
	}
	return c, c.reserve(ctx, cmp.Or(row.Book, 1))
}

func (p *person) charge(ctx context.Context, amount int64, key string) error {
	return p.must(ctx, http.StatusCreated, "POST", "/balance/charges", map[string]int64{"amount": amount}, nil, key)
}

// open makes a concert of one date.
func (c *scene) open(ctx context.Context, seats int) error {
	var made struct{ ID int64 }
	now := time.Now()
	err := c.admin.must(ctx, http.StatusCreated, "POST", "/admin/concerts", map[string]any{
		"title": "For " + c.buyer.name, "schedules": []any{map[string]any{
			"concertAt": now.Add(240 * time.Hour), "reservationAvailableAt": now.Add(-time.Hour), "seats": seats, "price": Price,
		}},
	}, &made, c.buyer.name)
	if err != nil {
		return err
	}
	var dates struct{ Schedules []struct{ ID int64 } }
	if err := c.buyer.see(ctx, fmt.Sprintf("/concerts/%d/schedules", made.ID), &dates); err != nil {
		return err
	}
	c.concert, c.schedule = made.ID, dates.Schedules[0].ID
	return nil
}

// enter gets a token and waits until it is the person's turn.
func (p *person) enter(ctx context.Context, concert int64) error {
	err := until(ctx, "the concert's line", func() (bool, error) {
		status, err := p.join(ctx, concert)
		return status < 300 && status > 0, err
	})
	if err != nil {
		return err
	}
	return until(ctx, p.name+"'s turn", func() (bool, error) {
		status, err := p.standing(ctx)
		return status == "ACTIVE", err
	})
}

// join asks for a token, and returns what that was answered.
func (p *person) join(ctx context.Context, concert int64) (status int, err error) {
	a, err := p.ask(ctx, "POST", "/queue/tokens", map[string]int64{"concertId": concert})
	if err != nil || a.status >= 300 || a.status == 0 {
		return a.status, err
	}
	var got struct{ Token string }
	if err := a.read(&got); err != nil {
		return a.status, err
	}
	p.token = got.Token
	return a.status, nil
}

// reserve holds the first seats, and waits until the concert shows them so.
func (c *scene) reserve(ctx context.Context, seats int) error {
	numbers := make([]int, seats)
	for i := range numbers {
		numbers[i] = i + 1
	}
	var held struct{ Reservations []struct{ ID int64 } }
	err := until(ctx, "the concert's seats", func() (bool, error) {
		a, err := c.buyer.hold(ctx, c, numbers...)
		if err != nil || a.status != http.StatusCreated {
			return false, err
		}
		return true, a.read(&held)
	})
	if err != nil {
		return err
	}
	for _, r := range held.Reservations {
		c.reservations = append(c.reservations, r.ID)
	}
	return until(ctx, "the held seats", func() (bool, error) {
		shown, err := c.seats(ctx)
		for _, s := range shown {
			if s != "HELD" {
				return false, err
			}
		}
		return err == nil, err
	})
}

func (p *person) hold(ctx context.Context, c *scene, seats ...int) (answer, error) {
	return p.ask(ctx, "POST", "/reservations", map[string]any{"concertId": c.concert, "scheduleId": c.schedule, "seats": seats})
}
