package participant_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

// A compensation may hand its own key on: what is undone is the action, and the goods come back.
func TestAnUndoNamesTheActionItTakesBack(t *testing.T) {
	t.Parallel()
	p := &purse{cents: 1000, entries: memory{}}
	server := participant.NewServer(nil)
	server.Handle("spend", participant.Operation{Do: p.do, Undo: p.undo, Probe: p.probe, Fence: p.fence})
	web := httptest.NewServer(server)
	defer web.Close()
	spend := participant.Remote{Sender: participant.HTTP{URL: web.URL}, Path: "/spend"}
	action := saga.Key{Instance: "a-1", Step: "pay"}
	if _, err := spend.Do(t.Context(), action.String(), Spend{Cents: 300}); err != nil {
		t.Fatal(err)
	}
	undo := action
	undo.Undo = true
	entry, err := spend.Undo(t.Context(), undo.String())
	if err != nil || entry.State != participant.Reverted || entry.Key != action.String() || p.cents != 1000 {
		t.Errorf("%+v, %v; %d cents", entry, err, p.cents)
	}
}

// Each call is one request, also where net/http would send another: a redirect, or a kept
// connection that breaks.
func TestHTTPSendsExactlyOneRequest(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/keep":
			return
		case "/redirect":
			http.Redirect(w, r, "/drop", http.StatusTemporaryRedirect)
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 257<<10))
		}
		arrived.Add(1)
		if r.URL.Path == "/drop" {
			panic(http.ErrAbortHandler)
		}
	}))
	server.Config.ErrorLog = nil
	defer server.Close()
	client := participant.HTTP{URL: server.URL, Client: server.Client()}
	for _, path := range []string{"/drop", "/redirect", "/large"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			client.Send(t.Context(), http.MethodGet, "/keep", "", nil)
			arrived.Store(0)
			x := client.Send(t.Context(), method, path, "k", []byte(`{}`))
			if n := arrived.Load(); n != 1 || (x.Err == nil) != (path == "/redirect") {
				t.Errorf("%s %s: %d requests, %+v", method, path, n, x.Err)
			}
		}
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if x := client.Send(ended, http.MethodGet, "/keep", "", nil); !errors.Is(x.Err, context.Canceled) {
		t.Errorf("an ended ctx: %v", x.Err)
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	_, err = participant.Remote{Sender: participant.HTTP{URL: "http://" + closed.Addr().String()}, Path: "/x"}.Do(t.Context(), "k", 1)
	if !errors.Is(err, saga.NotDone) {
		t.Errorf("nobody listens: %v", err)
	}
}
