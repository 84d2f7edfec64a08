package order_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/shop/order"
)

func facade(t *testing.T, base string) *order.HttpFacade {
	t.Helper()
	f, err := order.NewHttpFacade(base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// A kept connection that breaks makes net/http repeat a GET, and whatever carries an
// Idempotency-Key, by itself. Each of these calls arrives on a kept connection and is dropped.
func TestFacadeSendsExactlyOneRequest(t *testing.T) {
	t.Parallel()
	var drop atomic.Bool
	var arrived atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if !drop.Load() {
			return
		}
		arrived.Add(1)
		cut(w)
	}))
	defer server.Close()
	f := facade(t, server.URL)
	for _, c := range []struct {
		method, key string
		body        []byte
	}{{"GET", "", nil}, {"POST", "k", nil}, {"POST", "k", []byte(`{}`)}} {
		drop.Store(false)
		if x := f.Do(t.Context(), "GET", "/", "", nil); x.Err != nil || x.Status != 200 {
			t.Fatalf("warming up: %+v", x)
		}
		drop.Store(true)
		arrived.Store(0)
		x := f.Do(t.Context(), c.method, "/", c.key, c.body)
		if x.Err == nil || arrived.Load() != 1 {
			t.Errorf("%s %q: %d requests arrived, err %v", c.method, c.key, arrived.Load(), x.Err)
		}
		if _, err := order.Classify(x); saga.OutcomeOf(err) != saga.Unknown {
			t.Errorf("%s: a dropped request is %v", c.method, err)
		}
	}
}

func TestFacadeSendsKeyAndBodyAndFollowsNothing(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("Idempotency-Key") != "1000/1/stock" || string(body) != `{"a":1}` || r.ContentLength != 7 {
			t.Errorf("got %v %q, length %d", r.Header, body, r.ContentLength)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	if x := facade(t, server.URL+"/").Do(t.Context(), "POST", "/x", "1000/1/stock", []byte(`{"a":1}`)); x.Status != 307 || x.Err != nil {
		t.Errorf("got %+v", x)
	}
}

func TestFacadeTellsWhatItCouldNotRead(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			_, _ = io.WriteString(w, strings.Repeat("x", 300<<10))
			return
		}
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
	}))
	defer server.Close()
	f := facade(t, server.URL)
	for _, path := range []string{"/large", "/truncated"} {
		if x := f.Do(t.Context(), "GET", path, "", nil); x.Err == nil || x.Status != 200 {
			t.Errorf("%s: %d, %v", path, x.Status, x.Err)
		}
	}
}

func TestNobodyListeningIsNotDone(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	f := facade(t, server.URL)
	if _, err := order.Classify(f.Do(t.Context(), "POST", "/", "k", nil)); saga.OutcomeOf(err) != saga.NotDone {
		t.Errorf("a closed port is %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := order.Classify(f.Do(ctx, "POST", "/", "k", nil)); saga.OutcomeOf(err) != saga.Unknown {
		t.Errorf("an ended ctx is %v", err)
	}
}

func TestFacadeNeedsAnAddress(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "localhost:8081", "ftp://x", "http://", "http://x?a=b", "::"} {
		if _, err := order.NewHttpFacade(base); err == nil {
			t.Errorf("%q passed for an address", base)
		}
	}
}
