package participant_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

// overHTTP sends requests over real sockets.
type overHTTP struct {
	base   string
	client *http.Client
}

// unwindable keeps net/http from sending a request again by itself.
type unwindable struct{ io.Reader }

func (unwindable) Close() error { return nil }

func (o overHTTP) Send(ctx context.Context, method, path, key string, body []byte) participant.Exchange {
	r, err := http.NewRequestWithContext(ctx, method, o.base+path, unwindable{bytes.NewReader(body)})
	if err != nil {
		return participant.Exchange{Err: err}
	}
	r.ContentLength = int64(len(body))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	response, err := o.client.Do(r)
	if err != nil {
		return participant.Exchange{Err: err}
	}
	defer response.Body.Close()
	x := participant.Exchange{Status: response.StatusCode, ContentType: response.Header.Get("Content-Type")}
	x.Body, x.Err = io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return x
}

// street is a served shop behind a handler that may do harm.
func street(t *testing.T, harm func(http.Handler) http.Handler) (*service, participant.Remote, *httptest.Server) {
	t.Helper()
	s, h, _ := shop(participant.ServerConfig{})
	server := httptest.NewServer(harm(h))
	t.Cleanup(server.Close)
	return s, participant.Remote{Sender: overHTTP{server.URL, server.Client()}, Path: "/stock/decrement"}, server
}

func drop(w http.ResponseWriter) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		conn.Close()
	}
}

func wantOutcome(t *testing.T, what string, err error, want saga.Outcome) {
	t.Helper()
	if got := saga.OutcomeOf(err); got != want {
		t.Errorf("%s: %s, want %s (%v)", what, got, want, err)
	}
}

func TestAKeysLifeOverSockets(t *testing.T) {
	t.Parallel()
	s, remote, _ := street(t, func(h http.Handler) http.Handler { return h })
	_, err := remote.Probe(t.Context(), "k")
	wantOutcome(t, "a probe before", err, saga.NotDone)
	e, err := remote.Do(t.Context(), "k", order{Quantity: 2})
	wantOutcome(t, "a do", err, saga.Succeeded)
	if taken, _ := s.effect("k"); string(e.Reply) != `{"taken":2}` || taken != 2 {
		t.Errorf("the reply is %s, taken %d", e.Reply, taken)
	}
	_, err = remote.Probe(t.Context(), "k")
	wantOutcome(t, "a probe after", err, saga.Succeeded)
	_, err = remote.Do(t.Context(), "k", order{Quantity: 3})
	wantOutcome(t, "the key with another body", err, saga.Unknown)
	_, err = remote.Undo(t.Context(), "k")
	wantOutcome(t, "an undo", err, saga.Succeeded)
	_, err = remote.Do(t.Context(), "k", order{Quantity: 2})
	wantOutcome(t, "a late do", err, saga.Refused)
	_, err = remote.Fence(t.Context(), "j")
	wantOutcome(t, "a fence", err, saga.Refused)
	_, err = remote.Do(t.Context(), "j", order{Quantity: 2})
	wantOutcome(t, "a fenced do", err, saga.Refused)
	_, err = remote.Do(t.Context(), "i", order{Quantity: 2, Then: "refuse"})
	if why, ok := errors.AsType[*participant.Refusal](err); !ok || why.Code != "sold-out" || string(why.Data) != `{"left":0}` {
		t.Errorf("a refusal arrives as %v", err)
	}
	_, err = remote.Do(t.Context(), "h", "no object")
	wantOutcome(t, "an invalid request", err, saga.Refused)
	_, err = remote.Do(t.Context(), "g", order{Quantity: 2, Then: "fail"})
	wantOutcome(t, "a failure", err, saga.Unknown)
	for _, key := range []string{"k", "j", "i", "h", "g"} {
		if taken, _ := s.effect(key); taken != 0 {
			t.Errorf("%s has %d in the end", key, taken)
		}
	}
}

// A connection that breaks says nothing: in one case nothing was done, in the other all of it.
func TestADroppedConnectionIsUnknown(t *testing.T) {
	t.Parallel()
	var harmful, after atomic.Bool
	s, remote, _ := street(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case !harmful.Load():
				h.ServeHTTP(w, r)
			case after.Load():
				h.ServeHTTP(httptest.NewRecorder(), r)
				drop(w)
			default:
				_, _ = io.Copy(io.Discard, r.Body)
				drop(w)
			}
		})
	})
	for _, effect := range []bool{false, true} {
		key := map[bool]string{false: "before", true: "after"}[effect]
		after.Store(effect)
		harmful.Store(true)
		_, err := remote.Do(t.Context(), key, order{Quantity: 2})
		wantOutcome(t, "dropped "+key, err, saga.Unknown)
		if taken, _ := s.effect(key); (taken == 2) != effect {
			t.Errorf("%s: taken %d", key, taken)
		}
		_, err = remote.Fence(t.Context(), "fence "+key)
		wantOutcome(t, "a dropped fence", err, saga.Unknown)
		_, err = remote.Undo(t.Context(), "undo-"+key)
		wantOutcome(t, "a dropped undo", err, saga.Unknown)
		harmful.Store(false)
		_, err = remote.Do(t.Context(), key, order{Quantity: 2})
		wantOutcome(t, "the repeat", err, saga.Succeeded)
		if taken, done := s.effect(key); taken != 2 || done != 1 {
			t.Errorf("%s: taken %d, done %d times", key, taken, done)
		}
	}
}

func TestATimeoutIsUnknown(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	_, remote, _ := street(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-over
		})
	})
	for _, call := range []string{"do", "probe", "fence", "undo"} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		var err error
		switch call {
		case "do":
			_, err = remote.Do(ctx, "k", order{Quantity: 2})
		case "probe":
			_, err = remote.Probe(ctx, "k")
		case "fence":
			_, err = remote.Fence(ctx, "k")
		case "undo":
			_, err = remote.Undo(ctx, "k")
		}
		cancel()
		wantOutcome(t, call+" without an answer", err, saga.Unknown)
	}
	close(over)
}

func TestHalfAnAnswerIsUnknown(t *testing.T) {
	t.Parallel()
	_, remote, _ := street(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"key":"k","state":"APPLIED"}`)
		})
	})
	_, err := remote.Do(t.Context(), "k", order{Quantity: 2})
	wantOutcome(t, "a truncated answer", err, saga.Unknown)
}

func TestNobodyListeningIsNotDone(t *testing.T) {
	t.Parallel()
	_, remote, server := street(t, func(h http.Handler) http.Handler { return h })
	server.Close()
	_, err := remote.Do(t.Context(), "k", order{Quantity: 2})
	wantOutcome(t, "a do", err, saga.NotDone)
	_, err = remote.Undo(t.Context(), "k")
	wantOutcome(t, "an undo", err, saga.NotDone)
	_, err = remote.Probe(t.Context(), "k")
	wantOutcome(t, "a probe", err, saga.Unknown)
	_, err = remote.Fence(t.Context(), "k")
	wantOutcome(t, "a fence", err, saga.Unknown)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = remote.Do(ctx, "k", order{Quantity: 2})
	wantOutcome(t, "a do whose ctx had ended", err, saga.Unknown)
}
