package compare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	price  = 50_000
	charge = 200_000
)

// buyer is somebody at one of the systems, who holds a seat of their own.
type buyer struct {
	s           *system
	name        string
	cookie      *http.Cookie
	token       string
	reservation int64
}

// hall is the date that seats are held of.
type hall struct{ concert, schedule int64 }

// statusError is an answer that was not the one that was hoped for.
type statusError struct {
	status int
	text   string
}

func (e *statusError) Error() string { return fmt.Sprintf("%d %.300s", e.status, e.text) }

// ask sends a request and decodes the answer, which is an error unless it is below 300.
func (b *buyer) ask(ctx context.Context, method, path, key string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, b.s.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("QUEUE-TOKEN", b.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	answer, err := b.s.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	switch {
	case err != nil:
		return err
	case answer.StatusCode >= http.StatusMultipleChoices:
		return fmt.Errorf("%s %s: %w", method, path, &statusError{answer.StatusCode, string(said)})
	}
	for _, cookie := range answer.Cookies() {
		b.cookie = cookie
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(said, into)
}

// signOn is an account's session.
func (s *system) signOn(ctx context.Context, name string) (*buyer, error) {
	b := &buyer{s: s, name: name}
	return b, b.ask(ctx, http.MethodPost, "/session", "", map[string]string{"user": name, "password": password}, nil)
}

// opens makes a concert of one date, and waits until it can be seen.
func (s *system) opens(ctx context.Context, seats int) (h hall, err error) {
	b, err := s.signOn(ctx, admin)
	if err != nil {
		return h, err
	}
	var made struct{ ID int64 }
	if err := b.ask(ctx, http.MethodPost, "/admin/concerts", "concert", map[string]any{
		"title": "Spring", "schedules": []any{map[string]any{"concertAt": time.Now().Add(240 * time.Hour), "seats": seats, "price": price}},
	}, &made); err != nil {
		return h, err
	}
	var dates struct{ Schedules []struct{ ID int64 } }
	if err := b.ask(ctx, http.MethodGet, fmt.Sprintf("/concerts/%d/schedules", made.ID), "", nil, &dates); err != nil {
		return h, err
	}
	return hall{made.ID, dates.Schedules[0].ID}, nil
}

// arrives is a new buyer with money and an active token.
func (s *system) arrives(ctx context.Context, name string, at hall) (*buyer, error) {
	b := &buyer{s: s, name: name}
	if err := b.ask(ctx, http.MethodPost, "/users", "", map[string]string{"name": name, "password": password}, nil); err != nil {
		return nil, err
	}
	b, err := s.signOn(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := b.charges(ctx, charge, "first"); err != nil {
		return nil, err
	}
	var place struct{ Token, Status string }
	enter := func() error {
		return b.ask(ctx, http.MethodPost, "/queue/tokens", "", map[string]int64{"concertId": at.concert}, &place)
	}
	if err := patiently(ctx, enter); err != nil { // the services' queue hears of a concert a little later
		return nil, err
	}
	b.token = place.Token
	return b, patiently(ctx, func() error {
		err := b.ask(ctx, http.MethodGet, "/queue/tokens/me", "", nil, &place)
		if err == nil && place.Status != "ACTIVE" {
			err = errors.New("the token is " + place.Status)
		}
		return err
	})
}

// patiently tries for a minute.
func patiently(ctx context.Context, try func() error) error {
	for deadline := time.Now().Add(time.Minute); ; {
		err := try()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (b *buyer) charges(ctx context.Context, amount int64, key string) error {
	return b.ask(ctx, http.MethodPost, "/balance/charges", key, map[string]int64{"amount": amount}, nil)
}

// holds reserves a seat.
func (b *buyer) holds(ctx context.Context, at hall, seat int) error {
	var held struct{ Reservations []struct{ ID int64 } }
	err := b.ask(ctx, http.MethodPost, "/reservations", "", map[string]any{
		"concertId": at.concert, "scheduleId": at.schedule, "seats": []int{seat},
	}, &held)
	if err == nil {
		b.reservation = held.Reservations[0].ID
	}
	return err
}

// pays is over when the tickets are there, or the payment was refused.
func (b *buyer) pays(ctx context.Context) error {
	var paid struct{ State string }
	err := b.ask(ctx, http.MethodPost, "/payments", "pay", map[string]any{"reservationIds": []int64{b.reservation}}, &paid)
	if err == nil && paid.State != "COMPLETED" {
		err = errors.New("the payment is " + strings.ToLower(paid.State))
	}
	return err
}
