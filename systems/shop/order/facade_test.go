package order_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/shop/order"
)

func facade(t *testing.T, base string) *order.HttpFacade {
	t.Helper()
	f, err := order.NewHttpFacade(base)
	must(t, err)
	t.Cleanup(f.Close)
	return f
}

// requests are the shapes in which the service asks.
func requests() []struct {
	method, key string
	body        []byte
} {
	return []struct {
		method, key string
		body        []byte
	}{{"GET", "", nil}, {"POST", "k", nil}, {"POST", "k", []byte(`{}`)}, {"PUT", "k", []byte(`{}`)}, {"DELETE", "", nil}}
}

// cut breaks the connection of a request.
func cut(t *testing.T, w http.ResponseWriter) {
	t.Helper()
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	conn.Close()
}

// A kept connection that breaks makes net/http repeat a GET, and whatever carries an
// Idempotency-Key, by itself. Each of these calls arrives on a kept connection and is dropped.
func TestFacadeSendsExactlyOneRequest(t *testing.T) {
	t.Parallel()
	var drop atomic.Bool
	var arrived, connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if drop.Load() {
			arrived.Add(1)
			cut(t, w)
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	f := facade(t, server.URL)
	for i, c := range requests() {
		drop.Store(false)
		if x := f.Send(t.Context(), "GET", "/", "", nil); x.Err != nil || x.Status != http.StatusOK {
			t.Fatalf("warming up: %+v", x)
		}
		drop.Store(true)
		arrived.Store(0)
		x := f.Send(t.Context(), c.method, "/", c.key, c.body)
		if x.Err == nil || x.Status != 0 || arrived.Load() != 1 || connections.Load() != int64(i+1) {
			t.Errorf("%s %q: %d requests arrived, %d connections so far, %+v", c.method, c.key, arrived.Load(), connections.Load(), x)
		}
		if _, err := participant.Classify(x); saga.OutcomeOf(err) != saga.Unknown {
			t.Errorf("%s: a dropped request is %v", c.method, err)
		}
	}
}

// A connection that broke while it was idle: the request goes nowhere, and is not sent on another.
func TestFacadeSendsNothingAgainOnAConnectionThatBrokeBefore(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	defer server.Close()
	f := facade(t, server.URL)
	for range 20 { // whether the end of the connection is seen in time is a race
		if x := f.Send(t.Context(), "GET", "/", "", nil); x.Err != nil {
			continue
		}
		server.CloseClientConnections()
		before := arrived.Load()
		x := f.Send(t.Context(), "POST", "/", "k", []byte(`{}`))
		if n := arrived.Load() - before; n > 1 || x.Err == nil && n != 1 {
			t.Errorf("%d requests arrived, %+v", n, x)
		}
	}
}

func TestFacadeSendsKeyAndBodyAsTheyAre(t *testing.T) {
	t.Parallel()
	type seen struct{ method, path, key, kind, body string }
	var got seen
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body) > 0 && r.ContentLength != int64(len(body)) {
			t.Errorf("a body of %d bytes says that it has %d", len(body), r.ContentLength)
		}
		got = seen{r.Method, r.URL.String(), r.Header.Get("Idempotency-Key"), r.Header.Get("Content-Type"), string(body)}
	}))
	defer server.Close()
	f := facade(t, server.URL+"/")
	for want, send := range map[seen]func() participant.Exchange{
		{"POST", "/x", "1000/1/stock", "application/json", `{"a":1}`}: func() participant.Exchange {
			return f.Send(t.Context(), "POST", "/x", "1000/1/stock", []byte(`{"a":1}`))
		},
		{"POST", "/x/fence", "1000/1/stock", "", ""}: func() participant.Exchange {
			return f.Send(t.Context(), "POST", "/x/fence", "1000/1/stock", nil)
		},
		{"GET", "/x?key=1000%2F1", "", "", ""}: func() participant.Exchange {
			return f.Send(t.Context(), "GET", "/x?key=1000%2F1", "", nil)
		},
	} {
		if x := send(); x.Err != nil || got != want {
			t.Errorf("arrived %+v, want %+v; %v", got, want, x.Err)
		}
	}
}

// Whatever comes back is handed on as it is: no status is an error, nothing is read into a body.
func TestFacadeJudgesNothing(t *testing.T) {
	t.Parallel()
	const said = "<p>whatever it is</p>"
	for _, status := range []int{200, 202, 400, 401, 404, 409, 429, 500, 503} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, said)
		}))
		x := facade(t, server.URL).Send(t.Context(), "POST", "/", "k", []byte(`{}`))
		if x.Err != nil || x.Status != status || x.ContentType != "text/html; charset=utf-8" || string(x.Body) != said {
			t.Errorf("of a %d it makes %+v", status, x)
		}
		server.Close()
	}
}

// A redirect may lead to a service that is not the catalog; its answer must not count.
func TestFacadeFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				t.Errorf("%d: followed with %s", status, r.Method)
				return
			}
			http.Redirect(w, r, "/elsewhere", status)
		}))
		f := facade(t, server.URL)
		for _, c := range requests() {
			x := f.Send(t.Context(), c.method, "/x", c.key, c.body)
			if x.Status != status || x.Err != nil {
				t.Errorf("%s: got %d, %v, want the %d", c.method, x.Status, x.Err, status)
			}
			if _, err := participant.Classify(x); saga.OutcomeOf(err) != saga.Unknown {
				t.Errorf("%s: a %d is %v", c.method, status, err)
			}
		}
		server.Close()
	}
}

func TestFacadeTellsWhatItCouldNotRead(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 256<<10+1))
		case "/just":
			_, _ = io.WriteString(w, strings.Repeat("x", 256<<10))
		default:
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
		}
	}))
	defer server.Close()
	f := facade(t, server.URL)
	for _, path := range []string{"/large", "/truncated"} {
		if x := f.Send(t.Context(), "GET", path, "", nil); x.Err == nil || x.Status != http.StatusOK {
			t.Errorf("%s: %d, %v", path, x.Status, x.Err)
		}
	}
	if x := f.Send(t.Context(), "GET", "/just", "", nil); x.Err != nil || len(x.Body) != 256<<10 {
		t.Errorf("256 KiB: %d bytes, %v", len(x.Body), x.Err)
	}
}

func TestNobodyListeningIsNotDone(t *testing.T) {
	t.Parallel()
	f := facade(t, "http://"+freeAddress(t))
	if _, err := participant.Classify(f.Send(t.Context(), "POST", "/", "k", nil)); saga.OutcomeOf(err) != saga.NotDone {
		t.Errorf("a closed port is %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := participant.Classify(f.Send(ctx, "POST", "/", "k", nil)); saga.OutcomeOf(err) != saga.Unknown {
		t.Errorf("an ended ctx is %v", err)
	}
	if x := f.Send(t.Context(), "no method", "/", "k", nil); x.Err == nil {
		t.Error("an odd method was sent")
	}
}

func TestFacadeNeedsAnAddress(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "localhost:8081", "ftp://x", "http://", "http://x?a=b", "http://x#a", "::"} {
		if _, err := order.NewHttpFacade(base); err == nil || !strings.Contains(err.Error(), "http://127.0.0.1:8081") {
			t.Errorf("of %q it says %v", base, err)
		}
	}
}
