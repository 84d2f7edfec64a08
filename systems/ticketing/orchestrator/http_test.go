package orchestrator_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// gates answers by the token: what it is to be.
type gates struct{}

func (gates) Check(ctx context.Context, token string) (access.Pass, error) {
	pass, err := gate{}.Check(ctx, token)
	switch token {
	case "of jun":
		pass = access.Pass{UserID: jun, ConcertID: 1, Active: true}
	case "of another queue":
		return pass, &web.Problem{Type: access.ProblemType + "no-such-token", Title: "There is no such token", Status: http.StatusUnauthorized, Detail: "Take one."}
	case "used up":
		pass = access.Pass{UserID: mina, ConcertID: 1, Ended: true}
	case "while the queue is down":
		return pass, errors.New("connection refused")
	}
	return pass, err
}

// patient waits for ends as long as they may take.
func patient(c *orchestrator.Config) { c.Wait = 20 * time.Second }

// Everything that the document promises is shown here once; the checker holds each exchange against it.
func TestEverythingDocumentedIsShown(t *testing.T) {
	t.Parallel()
	w := (&town{t: t, gate: gates{}, config: func(c *orchestrator.Config) { c.Wait, c.Budget = 200*time.Millisecond, time.Minute }}).opens()
	with := func(q request, change func(q *request)) request {
		change(&q)
		return q
	}
	w.wants(200, "", request{method: "GET", path: "/healthz"})
	paid := w.wants(200, "", pay("k")).view
	if paid.State != orchestrator.Completed || len(paid.Payments) != 2 || paid.Amount != 300 {
		t.Errorf("got %+v", paid)
	}
	if again := w.wants(200, "", pay("k")).view; again.SagaID != paid.SagaID {
		t.Errorf("the same request is %s, and then %s", paid.SagaID, again.SagaID)
	}
	w.wants(422, "key-reused", with(pay("k"), func(q *request) { q.body = `{"reservationIds":[1,3]}` }))
	w.wants(200, "", see(paid.SagaID))
	w.wants(401, "no-session", with(see(paid.SagaID), func(q *request) { q.user = "" }))
	w.wants(404, "no-such-saga", with(see(paid.SagaID), func(q *request) { q.user = jun }))
	w.wants(404, "no-such-saga", see("s-none"))

	for name, change := range map[string]func(q *request){
		"400 invalid-request":        func(q *request) { q.body = `{"reservationIds":[]}` },
		"400 invalid-request key":    func(q *request) { q.key = "" },
		"400 invalid-request blank":  func(q *request) { q.key = "a b" },
		"400 invalid-request member": func(q *request) { q.body = `{"reservationIds":[1],"amount":1}` },
		"401 no-session":             func(q *request) { q.user = "" },
		"401 no-such-token":          func(q *request) { q.token = "of another queue" },
		"403 not-admitted":           func(q *request) { q.token = "" },
		"403 not-admitted foreign":   func(q *request) { q.token = "of jun" },
		"413 too-large":              func(q *request) { q.body = `{"reservationIds":[` + strings.Repeat("1,", 64<<10) + `1]}` },
		"415 unsupported-media-type": func(q *request) { q.kind = "text/plain" },
		"503 unavailable":            func(q *request) { q.token = "while the queue is down" },
	} {
		var status int
		var code string
		_, err := fmt.Sscan(name, &status, &code)
		must(t, err)
		a := w.wants(status, code, with(pay("new"), change))
		if status != 413 && status != 415 && status != 401 && (!strings.Contains(a.problem.Detail, "Nothing was") || strings.Contains(a.problem.Detail, "orchestrator:")) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	again := w.wants(403, "not-admitted", with(pay("new"), func(q *request) { q.token = "used up" }))
	if !strings.Contains(again.problem.Detail, "enter the line again") {
		t.Errorf("a token that is over: %s", again.body)
	}
	w.refusals()
	w.loseAll("ClaimReservations to reservation")
	w.wants(202, "", pay("later"))
	w.wants(405, "method-not-allowed", request{method: "DELETE", path: "/payments"})
	w.wants(404, "no-such-resource", request{method: "GET", path: "/nothing"})
	if unseen := w.checked.Unseen(); len(unseen) > 0 {
		t.Errorf("documented and never shown:\n%s", strings.Join(unseen, "\n"))
	}
}

// refusals pays what services refuse, one way after the other.
func (w *town) refusals() {
	w.t.Helper()
	for _, c := range []struct {
		step   event.SagaStep
		code   string
		status int
		detail string
	}{
		{event.Claim, "foreign", 403, "Nothing was paid."},
		{event.Claim, "other-concert", 403, "Nothing was paid."},
		{event.Claim, "not-found", 404, "Nothing was paid."},
		{event.Claim, "expired", 410, "Nothing was paid."},
		{event.Claim, "paying", 409, "Nothing was paid."},
		{event.Debit, "insufficient-balance", 402, "Nothing was paid."},
		{event.Queue, "foreign-token", 409, "Your 300 won were paid back."},
	} {
		w.refuses(c.step, c.code)
		a := w.wants(c.status, c.code, pay(c.code))
		if !strings.Contains(a.problem.Detail, c.detail) || a.problem.SagaID == "" || (a.problem.Refunded == 300) != (c.step == event.Queue) {
			w.t.Errorf("%s: %s", c.code, a.body)
		}
		w.refuses(c.step, "")
		if again := w.wants(c.status, c.code, pay(c.code)); again.body != a.body {
			w.t.Errorf("the same request is answered by %s, and then by %s", a.body, again.body)
		}
	}
}

func (w *town) refuses(step event.SagaStep, code string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse[step] = code
}

func (w *town) loseAll(way string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lose[way] = -1
}

// A buyer who is answered 202 looks at the Location, or repeats.
func TestWhatIsNotKnownYetIsSaidSo(t *testing.T) {
	t.Parallel()
	w := (&town{t: t, config: func(c *orchestrator.Config) { c.Wait = time.Millisecond }}).opens()
	w.lose["ClaimReservations to reservation"] = 1 // so that it takes a while
	first := w.wants(202, "", pay("k"))
	at := first.header.Get("Location")
	if first.view.State != orchestrator.Running || at != "/sagas/"+first.view.SagaID || first.header.Get("Retry-After") != "1" {
		t.Errorf("got %s at %q", first.body, at)
	}
	w.ends(first.view.SagaID)
	if last := w.wants(200, "", request{user: mina, method: "GET", path: at}).view; last.State != orchestrator.Completed {
		t.Errorf("it ended %+v", last)
	}
	w.wants(200, "", pay("k"))
}

// Two clicks at once, and then some, pay once (F-A19).
func TestManyClicksAreOnePayment(t *testing.T) {
	t.Parallel()
	w := (&town{t: t, config: patient}).opens()
	ids := make([]string, 20)
	var clicks sync.WaitGroup
	for i := range ids {
		clicks.Go(func() { ids[i] = w.wants(200, "", pay("k")).view.SagaID })
	}
	clicks.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Errorf("there are several sagas: %q", ids)
			break
		}
	}
	if got := strings.Join(w.history(), " "); got != "CLAIM DEBIT RESERVATION QUEUE CONCERT" {
		t.Error(got)
	}
}

// A repeat needs no token: that of a payment that went through has done its work.
func TestARepeatIsNotTurnedAway(t *testing.T) {
	t.Parallel()
	w := (&town{t: t, gate: &turnstile{}, config: patient}).opens()
	w.wants(200, "", pay("k"))
	w.wants(200, "", pay("k"))
	w.wants(403, "not-admitted", pay("another"))
}

// turnstile lets one through.
type turnstile struct{ done sync.Once }

func (s *turnstile) Check(context.Context, string) (pass access.Pass, _ error) {
	s.done.Do(func() { pass = access.Pass{UserID: mina, ConcertID: 1, Active: true} })
	return pass, nil
}

// A click may be overtaken by its twin, payment and all, while the queue is asked about it.
func TestAClickThatIsOvertakenIsNotTurnedAway(t *testing.T) {
	t.Parallel()
	late := &overtaken{}
	w := (&town{t: t, gate: late, config: patient}).opens()
	late.twin = func() { w.wants(200, "", pay("k")) }
	w.wants(200, "", pay("k"))
	w.wants(403, "not-admitted", pay("another"))
}

// overtaken lets the second one through while it is asked about the first one.
type overtaken struct {
	asked atomic.Int64
	twin  func()
}

func (g *overtaken) Check(context.Context, string) (access.Pass, error) {
	switch g.asked.Add(1) {
	case 1:
		g.twin()
	case 2:
		return access.Pass{UserID: mina, ConcertID: 1, Active: true}, nil
	}
	return access.Pass{UserID: mina, ConcertID: 1}, nil
}

// A service that does not run says so, and the same request goes on where that one ended.
func TestAServiceThatDoesNotRunSaysSo(t *testing.T) {
	t.Parallel()
	w := (&town{t: t, config: patient}).opens()
	w.halt()
	a := w.wants(503, "unavailable", pay("k"))
	if a.header.Get("Retry-After") != "1" || !strings.Contains(a.problem.Detail, "same key") {
		t.Errorf("got %+v %s", a.header, a.body)
	}
	w.restart()
	w.wants(200, "", pay("k"))
	if got := strings.Join(w.history(), " "); got != "CLAIM DEBIT RESERVATION QUEUE CONCERT" {
		t.Error(got)
	}
}
