package access_test

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
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// queueAt is a gate to a queue service that answers as it is told.
func queueAt(t *testing.T, h http.HandlerFunc) *access.QueueGate {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	gate, err := access.NewQueueGate(server.URL+"/", &access.Guard{Secret: "s3cret"})
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
	if err != nil || p != (access.Pass{UserID: "mina", ConcertID: 1, Active: true}) {
		t.Error(p, err)
	}
	for _, status = range []string{"WAITING", "COMPLETED", "EXPIRED", "CANCELLED", "active"} {
		if p, err := gate.Check(t.Context(), "t-1"); err != nil || p.Active || p.Ended == (status == "WAITING") {
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
		"the queue's 404":       {404, `{"type":"urn:problem-type:ticketing:unknown-token","status":404}`, access.ErrNoPass},
		"a service without one": {404, `{"type":"urn:problem-type:ticketing:no-such-resource","status":404}`, access.ErrGateAway},
		"a proxy's 404":         {404, `<h1>not found</h1>`, access.ErrGateAway},
		"another system's 404":  {404, `{"type":"about:blank"}`, access.ErrGateAway},
		"a wrong secret":        {403, `{"type":"urn:problem-type:ticketing:not-a-service"}`, access.ErrGateAway},
		"a failure":             {500, pass, access.ErrGateAway},
		"accepted":              {202, pass, access.ErrGateAway},
		"a redirection":         {302, pass, access.ErrGateAway},
		"no JSON":               {200, `<html>`, access.ErrGateAway},
		"nothing":               {200, ``, access.ErrGateAway},
		"null":                  {200, `null`, access.ErrGateAway},
		"nobody's":              {200, `{"concertId":1,"status":"ACTIVE"}`, access.ErrGateAway},
		"of no concert":         {200, `{"userId":"mina","status":"ACTIVE"}`, access.ErrGateAway},
		"without a status":      {200, `{"userId":"mina","concertId":1}`, access.ErrGateAway},
		"a text for a number":   {200, `{"userId":"mina","concertId":"1","status":"ACTIVE"}`, access.ErrGateAway},
		"a flood":               {200, strings.Repeat(" ", 1<<20) + pass, access.ErrGateAway},
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
	if _, err := gate.Check(t.Context(), "t"); !errors.Is(err, access.ErrGateAway) {
		t.Error(err)
	}
	if took := time.Since(began); took < time.Second || took > 10*time.Second {
		t.Errorf("it took %v, want two seconds", took)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := gate.Check(ended, "t"); !errors.Is(err, access.ErrGateAway) {
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
	if _, err := gate.Check(t.Context(), "t"); !errors.Is(err, access.ErrGateAway) || asked.Load() != 2 {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "127.0.0.1:80", "ftp://x", "http://", "http://x?y", "http://x#y", "http://\x00"} {
		if _, err := access.NewQueueGate(address, nil); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
}
