package reservation_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

// queueAt is a gate to a queue service that answers as it is told.
func queueAt(t *testing.T, h http.HandlerFunc) *reservation.QueueGate {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	gate, err := reservation.NewQueueGate(server.URL+"/", &access.Guard{Secret: "s3cret"})
	must(t, err)
	t.Cleanup(gate.Close)
	return gate
}

func TestTheGateAsksTheQueue(t *testing.T) {
	t.Parallel()
	status := "ACTIVE"
	gate := queueAt(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/queue/pass" || r.Header.Get("QUEUE-TOKEN") != "t-1" ||
			r.Header.Get("Authorization") != "Bearer s3cret" {
			t.Errorf("asked %s %s %v", r.Method, r.URL, r.Header)
		}
		io.WriteString(w, `{"userId":"mina","concertId":1,"status":"`+status+`","more":true}`)
	})
	p, err := gate.Check(t.Context(), "t-1")
	if err != nil || p != (reservation.Pass{UserID: "mina", ConcertID: 1, Active: true}) {
		t.Error(p, err)
	}
	for _, status = range []string{"WAITING", "COMPLETED", "EXPIRED", "CANCELLED", "active"} {
		if p, err := gate.Check(t.Context(), "t-1"); err != nil || p.Active {
			t.Error(status, p, err)
		}
	}
}

// Only the queue's own word that there is no such token is one.
func TestTheGateTakesNothingElseForAnAnswer(t *testing.T) {
	t.Parallel()
	const pass = `{"userId":"mina","concertId":1,"status":"ACTIVE"}`
	for name, c := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"the queue's 404":       {404, `{"type":"urn:problem-type:ticketing:unknown-token","status":404}`, reservation.ErrNoPass},
		"a service without one": {404, `{"type":"urn:problem-type:ticketing:no-such-resource","status":404}`, reservation.ErrGateAway},
		"a proxy's 404":         {404, `<h1>not found</h1>`, reservation.ErrGateAway},
		"another system's 404":  {404, `{"type":"about:blank"}`, reservation.ErrGateAway},
		"a wrong secret":        {403, `{"type":"urn:problem-type:ticketing:not-a-service"}`, reservation.ErrGateAway},
		"a failure":             {500, pass, reservation.ErrGateAway},
		"accepted":              {202, pass, reservation.ErrGateAway},
		"a redirection":         {302, pass, reservation.ErrGateAway},
		"no JSON":               {200, `<html>`, reservation.ErrGateAway},
		"nothing":               {200, ``, reservation.ErrGateAway},
		"null":                  {200, `null`, reservation.ErrGateAway},
		"nobody's":              {200, `{"concertId":1,"status":"ACTIVE"}`, reservation.ErrGateAway},
		"of no concert":         {200, `{"userId":"mina","status":"ACTIVE"}`, reservation.ErrGateAway},
		"without a status":      {200, `{"userId":"mina","concertId":1}`, reservation.ErrGateAway},
		"a text for a number":   {200, `{"userId":"mina","concertId":"1","status":"ACTIVE"}`, reservation.ErrGateAway},
		"a flood":               {200, strings.Repeat(" ", 1<<20) + pass, reservation.ErrGateAway},
	} {
		var asked atomic.Int32
		gate := queueAt(t, func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header().Set("Location", "/queue/pass")
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		})
		if _, err := gate.Check(t.Context(), "t"); !errors.Is(err, c.want) || asked.Load() != 1 {
			t.Errorf("%s: %v after %d requests", name, err, asked.Load())
		}
	}
}

func TestAQueueThatHangsIsAway(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	gate := queueAt(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	began := time.Now()
	if _, err := gate.Check(t.Context(), "t"); !errors.Is(err, reservation.ErrGateAway) {
		t.Error(err)
	}
	if took := time.Since(began); took < time.Second || took > 10*time.Second {
		t.Errorf("it took %v, want two seconds", took)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := gate.Check(ended, "t"); !errors.Is(err, reservation.ErrGateAway) {
		t.Error(err)
	}
}

// A connection that breaks is not a reason to ask again: net/http would, on a kept one.
func TestTheGateAsksOnce(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	gate := queueAt(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			io.WriteString(w, `{"userId":"mina","concertId":1,"status":"ACTIVE"}`)
			return
		}
		panic(http.ErrAbortHandler)
	})
	_, err := gate.Check(t.Context(), "t") // keeps the connection
	must(t, err)
	if _, err := gate.Check(t.Context(), "t"); !errors.Is(err, reservation.ErrGateAway) || asked.Load() != 2 {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "127.0.0.1:80", "ftp://x", "http://", "http://x?y", "http://x#y", "http://\x00"} {
		if _, err := reservation.NewQueueGate(address, nil); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
}

func TestWhileTheQueueIsAwayNothingIsHeld(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.queue.fail = reservation.ErrGateAway
	if _, err := d.service.Hold(t.Context(), ask(mina, 1)); code(t, err) != "queue-away" {
		t.Error(err)
	}
	d.wantSeat(1, 0)
	d.queue.fail = nil
	d.holds(mina, 1)
}
