package queue_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

const tokens, me = "/queue/tokens", "/queue/tokens/me"

func TestABuyerEntersLooksAndLeaves(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		first := d.send("POST", tokens, "ann", "", `{"concertId":1}`)
		again := d.send("POST", tokens, "ann", "", `{"concertId":1}`)
		if first.status != http.StatusCreated || again.status != http.StatusOK || first.body != again.body || len(first.view.Token) != 26 {
			t.Errorf("%d %s, then %d %s", first.status, first.body, again.status, again.body)
		}
		d.enter("bob")
		cho := d.enter("cho")
		for _, want := range []string{
			`{"token":"` + cho + `","concertId":1,"status":"WAITING","position":3,"estimatedWaitSeconds":900,"activeUntil":null,"pollAfterSeconds":60}`,
			`{"token":"` + cho + `","concertId":1,"status":"WAITING","position":1,"estimatedWaitSeconds":30,"activeUntil":null,"pollAfterSeconds":3}`,
			`{"token":"` + cho + `","concertId":1,"status":"ACTIVE","position":0,"estimatedWaitSeconds":null,"activeUntil":"2026-01-02T03:14:05Z","pollAfterSeconds":10}`,
		} {
			if got := d.send("GET", me, "", cho, ""); got.status != http.StatusOK || got.body != want {
				t.Errorf("got %d\n%s, want\n%s", got.status, got.body, want)
			}
			if got := d.send("GET", me, "", first.view.Token, ""); got.status == http.StatusOK && got.view.Status == "ACTIVE" {
				if got := d.send("DELETE", me, "", first.view.Token, ""); got.status != http.StatusNoContent {
					t.Errorf("got %d %s", got.status, got.body)
				}
			}
			d.admit()
		}
		d.wantProblem(d.send("GET", me, "", first.view.Token, ""), http.StatusGone, "token-expired")
	})
}

func TestWhatABuyerIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	ann, bob := d.enter("ann"), d.enter("bob")
	for _, c := range []struct {
		method, path, who, token, body string
		status                         int
		code                           string
	}{
		{"POST", tokens, "", "", `{"concertId":1}`, 401, "no-session"},
		{"POST", tokens, "ann", "", `{"concertId":2}`, 404, "no-such-concert"},
		{"POST", tokens, "ann", "", `{"concertId":"1"}`, 400, "invalid-request"},
		{"POST", tokens, "ann", "", strings.Repeat(" ", 65<<10) + `{"concertId":1}`, 413, "too-large"},
		{"POST", tokens, "ann", "", "", 415, "unsupported-media-type"},
		{"GET", me, "ann", "", "", 401, "invalid-token"},
		{"GET", me, "ann", "none", "", 401, "invalid-token"},
		{"GET", me, "ann", strings.Repeat("x", 10_000), "", 401, "invalid-token"},
		{"DELETE", me, "ann", "none", "", 401, "invalid-token"},
		{"GET", "/queue/pass", "ann", ann, "", 403, "not-a-service"},
		{"GET", "/queue/pass", "service", "none", "", 404, "unknown-token"},
		{"GET", "/queue/pass", "service", "", "", 404, "unknown-token"},
	} {
		d.wantProblem(d.send(c.method, c.path, c.who, c.token, c.body), c.status, c.code)
	}
	must(t, d.TakeAway(t.Context(), bob))
	d.wantProblem(d.send("GET", me, "", bob, ""), http.StatusGone, "taken-away")
	d.clock.pass(30 * time.Minute)
	d.wantProblem(d.send("GET", me, "", ann, ""), http.StatusGone, "token-expired")
}

func TestASoldOutConcertLetsNobodyIn(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		ann, bob, cho := d.enter("ann"), d.enter("bob"), d.enter("cho")
		d.admit()
		d.clock.pass(time.Second)
		d.concert(1, "AVAILABLE", "UNAVAILABLE")
		must(t, d.handle("ReservationsCompleted", "s-1", saleOf("s-1", "ann", ann)))
		d.admit()
		d.wantProblem(d.send("POST", tokens, "dan", "", `{"concertId":1}`), http.StatusConflict, "sold-out")
		for _, got := range []reply{d.send("GET", me, "", cho, ""), d.send("POST", tokens, "dan", "", `{"concertId":1}`)} {
			if !strings.Contains(got.body, "sold out or closed") { // an administrator may have closed it
				t.Errorf("got %s", got.body)
			}
		}
		d.wantProblem(d.send("GET", me, "", cho, ""), http.StatusGone, "sold-out")
		if got := d.send("GET", me, "", bob, ""); got.view.Status != "ACTIVE" {
			t.Errorf("who is in stays in: %s", got.body)
		}
		// It was told earlier, and comes later.
		d.version -= 2
		d.concert(1, "UNAVAILABLE", "AVAILABLE")
		d.version++
		d.wantProblem(d.send("GET", me, "", cho, ""), http.StatusGone, "sold-out")
		d.clock.pass(time.Second)
		d.concert(1, "UNAVAILABLE", "AVAILABLE")
		d.admit()
		d.wantStands(cho, "ACTIVE")
	})
}

func TestServicesAskWhoseATokenIs(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		ann := d.enter("ann")
		for _, want := range []string{"WAITING", "ACTIVE"} {
			if got := d.send("GET", "/queue/pass", "service", ann, ""); got.body != `{"userId":"ann","concertId":1,"status":"`+want+`"}` {
				t.Errorf("got %d %s", got.status, got.body)
			}
			d.admit()
		}
	})
}

func TestAnAdministratorSeesAndChangesTheLine(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		const path = "/admin/queue/1"
		ann, _, _ := d.enter("ann"), d.enter("bob"), d.enter("cho")
		d.admit()
		want := func(got reply, body string) {
			t.Helper()
			if got.status != http.StatusOK || got.body != body {
				t.Errorf("got %d\n%s, want\n%s", got.status, got.body, body)
			}
		}
		want(d.send("GET", path, "admin", "", ""),
			`{"waiting":1,"active":2,"restored":0,"admittedLastMinute":2,"rule":{"limit":2,"batch":0,"everySeconds":0}}`)
		want(d.send("PUT", path, "admin", "", `{"limit":5,"batch":3,"everySeconds":60}`),
			`{"waiting":1,"active":2,"restored":0,"admittedLastMinute":2,"rule":{"limit":5,"batch":3,"everySeconds":60}}`)
		if got := d.send("DELETE", "/admin/queue/tokens/"+ann, "admin", "", ""); got.status != http.StatusNoContent {
			t.Errorf("got %d %s", got.status, got.body)
		}
		d.wantStands(ann, "CANCELLED")
		d.enter("dan")
		d.admit()
		want(d.send("GET", path, "admin", "", ""),
			`{"waiting":1,"active":2,"restored":0,"admittedLastMinute":3,"rule":{"limit":5,"batch":3,"everySeconds":60}}`)
	})
}

func TestWhatAnAdministratorIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	const path, rule = "/admin/queue/1", `{"limit":1,"batch":0,"everySeconds":0}`
	for _, who := range []struct {
		name   string
		status int
		code   string
	}{{"", 401, "no-session"}, {"ann", 403, "not-admin"}} {
		d.wantProblem(d.send("GET", path, who.name, "", ""), who.status, who.code)
		d.wantProblem(d.send("PUT", path, who.name, "", rule), who.status, who.code)
		d.wantProblem(d.send("DELETE", "/admin/queue/tokens/x", who.name, "", ""), who.status, who.code)
	}
	d.wantProblem(d.send("GET", "/admin/queue/2", "admin", "", ""), 404, "no-such-concert")
	d.wantProblem(d.send("GET", "/admin/queue/x", "admin", "", ""), 404, "no-such-concert")
	d.wantProblem(d.send("PUT", "/admin/queue/2", "admin", "", rule), 404, "no-such-concert")
	d.wantProblem(d.send("DELETE", "/admin/queue/tokens/none", "admin", "", ""), 404, "unknown-token")
	for _, bad := range []string{
		`{"limit":-1,"batch":0,"everySeconds":0}`, `{"limit":1000001,"batch":0,"everySeconds":0}`, `{"limit":1,"batch":-1,"everySeconds":0}`,
		`{"limit":1,"batch":0,"everySeconds":3601}`, `{"limit":1,"batch":0,"everySeconds":-1}`, `{"limit":1,"batch":0,"everySeconds":9223372036854775807}`,
		`{"limits":1}`,
	} {
		d.wantProblem(d.send("PUT", path, "admin", "", bad), 400, "invalid-request")
	}
	d.wantProblem(d.send("PUT", path, "admin", "", strings.Repeat(" ", 65<<10)+rule), 413, "too-large")
	d.wantProblem(d.send("PUT", path, "admin", "", ""), 415, "unsupported-media-type")
}

func TestOneLineForAllConcerts(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *queue.Config) { c.Manager.Global, c.Rule.Limit = true, 1 })
	d.concert(2, "", "AVAILABLE")
	ann := d.enter("ann")
	v, entered, err := d.Enter(t.Context(), "ann", 2)
	if err != nil || entered || v.Token != ann || v.ConcertID != 0 {
		t.Errorf("%+v %t %v", v, entered, err)
	}
	bob, _, err := d.Enter(t.Context(), "bob", 2)
	if err != nil || bob.Position != 2 {
		t.Errorf("%+v %v", bob, err)
	}
	d.admit()
	sale := saleOf("s-1", "ann", ann)
	sale.Sale.ConcertID = 2
	must(t, d.handle("ReservationsCompleted", "s-1", sale))
	d.wantTold("QueueCompleted")
	d.admit()
	d.wantStands(bob.Token, "ACTIVE")
}

func TestAWaitThatNobodyKnows(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	must(t, d.SetRule(t.Context(), 1, queue.Rule{}))
	if v, err := d.Look(t.Context(), d.enter("ann")); err != nil || v.EstimatedWaitSeconds != nil || v.PollAfterSeconds != 10 {
		t.Errorf("%+v %v", v, err)
	}
	must(t, d.SetRule(t.Context(), 1, queue.Rule{Limit: 100, Batch: 10, Every: time.Minute}))
	if v, err := d.Look(t.Context(), d.enter("bob")); err != nil || *v.EstimatedWaitSeconds != 12 || v.Status != string(line.Waiting) {
		t.Errorf("%+v %v", v, err)
	}
}

func TestMessagesThatNoRepeatHelps(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	for i, c := range []event.ConcertStatusUpdated{{}, {ConcertID: 1}, {ConcertID: 1, After: "CLOSED"}, {ConcertID: -1, After: "AVAILABLE"}} {
		if err := d.handle("ConcertStatusUpdated", fmt.Sprint(i), c); err == nil || !strings.Contains(err.Error(), "cannot be handled") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
