package openapi_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/internal/web"
)

// serve gives a toy with another page over a real connection, behind a checker that reports to w.
func serve(t *testing.T, w *witness, page http.HandlerFunc) *httptest.Server {
	t.Helper()
	m := toy{}.mux()
	m.HandleHTTP("GET /events", web.Operation{ID: "events", Answers: map[int]any{200: web.Media("text/event-stream")}}, page)
	server := httptest.NewServer(openapi.Check(w, m))
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, server *httptest.Server) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	return server.Client().Do(r)
}

func TestAStreamArrivesWhileItIsWritten(t *testing.T) {
	t.Parallel()
	w, proceed := &witness{TB: t}, make(chan struct{})
	server := serve(t, w, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte("data: 1\n\n"))
		w.(http.Flusher).Flush()
		<-proceed
		_, _ = w.Write([]byte("data: 2\n\n"))
	})
	resp, err := get(t, server)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewReader(resp.Body)
	if line, err := lines.ReadString('\n'); err != nil || line != "data: 1\n" {
		t.Errorf("the first event: %q %v", line, err)
	}
	close(proceed)
	rest, err := io.ReadAll(lines)
	if err != nil || string(rest) != "\ndata: 2\n\n" {
		t.Errorf("the rest: %q %v", rest, err)
	}
	server.Close() // waits for the handler, and so for the verdict
	wantReport(t, "a stream", w, "")
}

func TestABrokenConnectionIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]http.HandlerFunc{
		"a panic": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a hijack": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_ = conn.Close()
		},
	} {
		w := &witness{TB: t}
		server := serve(t, w, page)
		if resp, err := get(t, server); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: got %d, want a broken connection", name, resp.StatusCode)
		}
		server.Close()
		wantReport(t, name, w, "")
	}
}

// fatal is a test that ends at once, as the real one does.
type fatal struct{ *witness }

func (f fatal) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

func TestABadDocumentEndsTheTest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ document, reason string }{
		"none":        {"", "answers 404"},
		"no JSON":     {"{", "cannot be read"},
		"not OpenAPI": {`{"paths":{}}`, "not valid"},
		"one id twice": {`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{` +
			`"get":{"operationId":"x","responses":{}},"put":{"operationId":"x","responses":{}}}}}`, "not valid"},
		"a bad reference": {`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"responses":` +
			`{"200":{"$ref":"#/components/responses/None"}}}}}}`, "cannot be read"},
	} {
		w, ended := &witness{TB: t}, make(chan struct{})
		go func() {
			defer close(ended)
			openapi.Check(fatal{w}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if c.document == "" {
					http.NotFound(w, r)
					return
				}
				_, _ = w.Write([]byte(c.document))
			}))
			w.Errorf("%s: the test went on", name)
		}()
		<-ended
		wantReport(t, name, w, c.reason)
		if len(w.reported) == 1 && strings.Contains(w.reported[0], "went on") {
			t.Errorf("%s: accepted", name)
		}
	}
}
