package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

func (a answer) read(into any) error { return json.Unmarshal(a.body, into) }

// standing is the status of a person's token.
func (p *person) standing(ctx context.Context) (string, error) {
	a, err := p.ask(ctx, "GET", "/queue/tokens/me", nil)
	if err != nil {
		return "", err
	}
	var got struct{ Status, Type any } // in a problem the status is that of HTTP
	if err := a.read(&got); err != nil {
		return "", fmt.Errorf("the token's answer %d: %w", a.status, err)
	}
	switch {
	case a.status == http.StatusOK:
		return fmt.Sprint(got.Status), nil
	case strings.HasSuffix(fmt.Sprint(got.Type), ":token-expired"):
		return "EXPIRED", nil
	case strings.HasSuffix(fmt.Sprint(got.Type), ":taken-away"):
		return "CANCELLED", nil
	}
	return "", fmt.Errorf("the token was answered %d: %.300s", a.status, a.body)
}

// seats are the statuses of the seats that the buyer has reserved.
func (c *scene) seats(ctx context.Context) ([]string, error) {
	var shown struct {
		Seats []struct{ Status string }
	}
	if err := c.buyer.see(ctx, fmt.Sprintf("/concerts/%d/schedules/%d/seats", c.concert, c.schedule), &shown); err != nil {
		return nil, err
	}
	var all []string
	for i := range c.reservations {
		all = append(all, shown.Seats[i].Status)
	}
	return all, nil
}

// look reads everything of an end that the services show.
func (c *scene) look(ctx context.Context, saga string) (e End, err error) {
	for _, part := range []func(context.Context, string, *End) error{
		c.lookAtSaga, c.lookAtPayment, c.lookAtReservations, c.lookAtMoney, c.lookAtLine, c.lookAtConcert,
	} {
		if err := part(ctx, saga, &e); err != nil {
			return e, err
		}
	}
	return e, nil
}

func (c *scene) lookAtSaga(ctx context.Context, saga string, e *End) (err error) {
	e.Saga, err = c.state(ctx, saga)
	return err
}

// state is what GET /sagas says; "" of a saga that was not begun.
func (c *scene) state(ctx context.Context, saga string) (string, error) {
	a, err := c.buyer.ask(ctx, "GET", "/sagas/"+saga, nil)
	if err != nil || a.status == http.StatusNotFound || a.status == 0 {
		return "", err
	}
	var shown struct{ State string }
	return shown.State, a.read(&shown)
}

func (c *scene) lookAtPayment(ctx context.Context, saga string, e *End) error {
	var list struct {
		Payments []struct {
			SagaID, Status string
			RefundedAt     time.Time
		}
	}
	if err := c.buyer.see(ctx, "/payments", &list); err != nil {
		return err
	}
	e.Payment = "none"
	for _, p := range list.Payments {
		if p.SagaID != saga {
			continue
		}
		if e.Payment = p.Status; !p.RefundedAt.IsZero() {
			e.Payment += ", refunded"
		}
	}
	return nil
}

func (c *scene) lookAtReservations(ctx context.Context, _ string, e *End) (err error) {
	for _, id := range c.reservations {
		var r struct{ Status string }
		if err := c.buyer.see(ctx, fmt.Sprintf("/reservations/%d", id), &r); err != nil {
			return err
		}
		e.Reserved = append(e.Reserved, r.Status)
	}
	e.Seats, err = c.seats(ctx)
	return err
}

func (c *scene) lookAtMoney(ctx context.Context, saga string, e *End) error {
	var now struct{ Amount int64 }
	if err := c.buyer.see(ctx, "/balance", &now); err != nil {
		return err
	}
	e.Balance = now.Amount - c.money
	var told struct {
		Notifications []struct{ SagaID, Kind string }
	}
	if err := c.buyer.see(ctx, "/notifications", &told); err != nil {
		return err
	}
	for _, n := range told.Notifications {
		if n.SagaID == saga {
			e.Told = strings.TrimSpace(e.Told + " " + n.Kind)
		}
	}
	return nil
}

func (c *scene) lookAtLine(ctx context.Context, _ string, e *End) (err error) {
	var line struct{ Restored int64 }
	if err := c.admin.see(ctx, fmt.Sprintf("/admin/queue/%d", c.concert), &line); err != nil {
		return err
	}
	e.Restored = line.Restored
	e.Token, err = c.buyer.standing(ctx)
	return err
}

func (c *scene) lookAtConcert(ctx context.Context, _ string, e *End) error {
	var shown struct{ Status string }
	err := c.buyer.see(ctx, fmt.Sprintf("/concerts/%d", c.concert), &shown)
	e.Concert = shown.Status
	return err
}
