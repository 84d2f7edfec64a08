package racetest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// buyer wants a seat.
type buyer struct {
	c      *city
	name   string
	cookie *http.Cookie
	token  string
	clicks int // how often everything is sent at once
	// patient is the longest time between two looks at the line.
	patient time.Duration

	asked, answered time.Time // when the line was entered
	tries           int
	repeats         atomic.Int64 // of requests that a service could not answer
	seat            int          // that it has; 0: sold out
	took            map[string]time.Duration
}

// said is an answer.
type said struct {
	status int
	body   string
}

func (a said) code() string {
	var p struct{ Type string }
	_ = json.Unmarshal([]byte(a.body), &p)
	return strings.TrimPrefix(p.Type, "urn:problem-type:ticketing:")
}

// send sends one request. What a service cannot answer is sent again, as it asks for.
func (b *buyer) send(ctx context.Context, method, path, body, key string) said {
	for {
		a := b.once(ctx, method, path, body, key)
		if a.status < 500 || pause(ctx, time.Second) != nil {
			return a
		}
		b.repeats.Add(1)
	}
}

func (b *buyer) once(ctx context.Context, method, path, body, key string) said {
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("QUEUE-TOKEN", b.token)
	r.Header.Set("Idempotency-Key", key)
	r.AddCookie(b.cookie)
	w := httptest.NewRecorder()
	b.c.p.ServeHTTP(w, r)
	return said{w.Code, w.Body.String()}
}

// click sends what changes something as often as the buyer clicks, at once, and wants the answers to say the same:
// the status, but that what is new once is there already for the others, and the member that names the result.
func (b *buyer) click(ctx context.Context, method, path, body, key, member string) (said, error) {
	all := make([]said, b.clicks)
	var sent sync.WaitGroup
	start := make(chan struct{})
	for i := range all {
		sent.Go(func() {
			<-start
			all[i] = b.send(ctx, method, path, body, key)
		})
	}
	close(start)
	sent.Wait()
	for _, a := range all[1:] {
		if a.status/100 != all[0].status/100 || a.status >= 300 && a.status != all[0].status || named(a, member) != named(all[0], member) {
			return said{}, fmt.Errorf("%s: %s %s twice under %s: %d %s and %d %s", b.name, method, path, key, all[0].status, all[0].body, a.status, a.body)
		}
	}
	return all[0], nil
}

// named is the member of an answer that names what came of a request; a list counts by its ids.
func named(a said, member string) string {
	var all map[string]json.RawMessage
	if a.status >= 300 || json.Unmarshal([]byte(a.body), &all) != nil {
		return ""
	}
	var list []struct{ ID int64 }
	if json.Unmarshal(all[member], &list) == nil {
		return fmt.Sprint(list)
	}
	return string(all[member])
}

// wants sends what must go well, under a key of its path.
func (b *buyer) wants(t *testing.T, status int, method, path, body string) {
	if a := b.send(t.Context(), method, path, body, "once"); a.status != status {
		t.Errorf("%s: %s %s: %d %s", b.name, method, path, a.status, a.body)
	}
}

// buy goes the whole way. It returns when the buyer has a ticket or was told that nothing is left.
func (b *buyer) buy(ctx context.Context) error {
	b.took = map[string]time.Duration{}
	for _, step := range []struct {
		name string
		do   func(ctx context.Context) (left bool, err error)
	}{{"enter", b.enter}, {"wait", b.wait}, {"hold", b.hold}} {
		began := time.Now()
		left, err := step.do(ctx)
		if err != nil || !left {
			return err
		}
		b.took[step.name] = time.Since(began)
	}
	return nil
}

func (b *buyer) enter(ctx context.Context) (bool, error) {
	b.asked = time.Now()
	a, err := b.click(ctx, "POST", "/queue/tokens", fmt.Sprintf(`{"concertId":%d}`, concert), "enter", "token")
	b.answered = time.Now()
	if err != nil || a.status == http.StatusConflict && a.code() == "sold-out" {
		return false, err
	}
	if a.status >= 300 {
		return false, fmt.Errorf("%s: to enter: %d %s", b.name, a.status, a.body)
	}
	var got struct{ Token string }
	err = json.Unmarshal([]byte(a.body), &got)
	b.token = got.Token
	return true, err
}

// wait asks for the place in the line as often as the queue says, but that nobody is told to wait longer than
// patient.
func (b *buyer) wait(ctx context.Context) (bool, error) {
	last := int64(0)
	for {
		a := b.send(ctx, "GET", "/queue/tokens/me", "", "")
		if a.status == http.StatusGone && a.code() == "sold-out" {
			return false, nil
		}
		var at struct {
			Status   string
			Position int64

			PollAfterSeconds int64
		}
		if err := json.Unmarshal([]byte(a.body), &at); err != nil || a.status != http.StatusOK {
			return false, fmt.Errorf("%s: to wait: %d %s", b.name, a.status, a.body)
		}
		if at.Status == "ACTIVE" {
			return true, nil
		}
		if at.Status != "WAITING" || at.Position < 1 || last > 0 && at.Position > last {
			return false, fmt.Errorf("%s: from position %d to %s at %d", b.name, last, at.Status, at.Position)
		}
		last = at.Position
		if err := pause(ctx, min(time.Duration(at.PollAfterSeconds)*time.Second, b.patient)); err != nil {
			return false, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// hold tries seats that are shown as free until it has one or all are sold, and pays for it.
func (b *buyer) hold(ctx context.Context) (bool, error) {
	began := time.Now()
	for {
		seat, soldOut, err := b.look(ctx)
		if err != nil || soldOut {
			return false, err
		}
		if seat == 0 {
			if err := pause(ctx, 500*time.Millisecond); err != nil {
				return false, err
			}
			continue
		}
		b.tries++
		a, err := b.click(ctx, "POST", "/reservations", fmt.Sprintf(`{"concertId":%d,"scheduleId":%d,"seats":[%d]}`, concert, concert, seat),
			fmt.Sprint("r-", b.tries), "reservations")
		if err != nil {
			return false, err
		}
		switch {
		case a.status < 300:
			b.took["hold"] = time.Since(began)
			return false, b.pay(ctx, seat, a)
		case a.status != http.StatusConflict || a.code() != "taken":
			return false, fmt.Errorf("%s: to reserve seat %d: %d %s", b.name, seat, a.status, a.body)
		}
	}
}

// look chooses a seat that is shown as free. If all are sold, the buyer leaves.
func (b *buyer) look(ctx context.Context) (seat int, soldOut bool, err error) {
	a := b.send(ctx, "GET", fmt.Sprintf("/concerts/%d/schedules/%d/seats", concert, concert), "", "")
	var got struct {
		Seats []struct {
			Number int
			Status string
		}
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != http.StatusOK {
		return 0, false, fmt.Errorf("%s: to look: %d %s", b.name, a.status, a.body)
	}
	var free []int
	soldOut = true
	for _, s := range got.Seats {
		soldOut = soldOut && s.Status == "SOLD"
		if s.Status == "AVAILABLE" {
			free = append(free, s.Number)
		}
	}
	if soldOut {
		if a := b.send(ctx, "DELETE", "/queue/tokens/me", "", ""); a.status != http.StatusNoContent {
			return 0, true, fmt.Errorf("%s: to leave: %d %s", b.name, a.status, a.body)
		}
	}
	if len(free) == 0 {
		return 0, soldOut, nil
	}
	return free[rand.IntN(len(free))], false, nil
}

// pay asks until the end of the payment is known.
func (b *buyer) pay(ctx context.Context, seat int, reserved said) error {
	var got struct{ Reservations []struct{ ID int64 } }
	if err := json.Unmarshal([]byte(reserved.body), &got); err != nil || len(got.Reservations) != 1 {
		return fmt.Errorf("%s: reserved %s: %w", b.name, reserved.body, err)
	}
	began := time.Now()
	for {
		a, err := b.click(ctx, "POST", "/payments", fmt.Sprintf(`{"reservationIds":[%d]}`, got.Reservations[0].ID), "p-1", "sagaId")
		if err != nil {
			return err
		}
		switch a.status {
		case http.StatusOK:
			b.took["pay"], b.seat = time.Since(began), seat
			return nil
		case http.StatusAccepted:
		default:
			return fmt.Errorf("%s: to pay for seat %d: %d %s", b.name, seat, a.status, a.body)
		}
	}
}
