package order_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// fault stands in for a bad moment of the network or the catalog.
type fault func(w http.ResponseWriter, r *http.Request, catalog http.Handler)

// faults passes requests on to the catalog, except those that a fault is planned for, and keeps
// what arrived.
type faults struct {
	catalog http.Handler

	mu      sync.Mutex
	planned []fault // for the next requests, in order
	arrived []string
}

func (f *faults) plan(next ...fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.planned = append(f.planned, next...)
}

func (f *faults) wantCalls(t *testing.T, want ...string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Equal(f.arrived, want) {
		t.Errorf("the catalog got %q, want %q", f.arrived, want)
	}
}

func (f *faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.arrived = append(f.arrived, r.Method+" "+r.URL.Path)
	next := pass
	if len(f.planned) > 0 {
		next, f.planned = f.planned[0], f.planned[1:]
	}
	f.mu.Unlock()
	next(w, r, f.catalog)
}

func pass(w http.ResponseWriter, r *http.Request, catalog http.Handler) { catalog.ServeHTTP(w, r) }

// dropRequest cuts the connection before the catalog sees anything.
func dropRequest(w http.ResponseWriter, _ *http.Request, _ http.Handler) { cut(w) }

// dropReply lets the catalog commit and cuts the connection instead of answering.
func dropReply(w http.ResponseWriter, r *http.Request, catalog http.Handler) {
	catalog.ServeHTTP(httptest.NewRecorder(), r)
	cut(w)
}

// failAfter lets the catalog commit and answers 503.
func failAfter(w http.ResponseWriter, r *http.Request, catalog http.Handler) {
	catalog.ServeHTTP(httptest.NewRecorder(), r)
	w.WriteHeader(http.StatusServiceUnavailable)
}

// failBefore answers 503 and does nothing.
func failBefore(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	w.WriteHeader(http.StatusServiceUnavailable)
}

// twice delivers the request two times and answers with the second reply.
func twice(w http.ResponseWriter, r *http.Request, catalog http.Handler) {
	body := readAll(r)
	for _, to := range []http.ResponseWriter{httptest.NewRecorder(), w} {
		catalog.ServeHTTP(to, withBody(r, body))
	}
}

// late cuts the connection and hands over a function that delivers the request after all.
func late(deliver chan<- func()) fault {
	return func(w http.ResponseWriter, r *http.Request, catalog http.Handler) {
		again := withBody(r, readAll(r)).WithContext(context.WithoutCancel(r.Context()))
		deliver <- func() { catalog.ServeHTTP(httptest.NewRecorder(), again) }
		cut(w)
	}
}

func cut(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}
