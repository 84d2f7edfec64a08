package openapi

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Checker is a handler that holds every exchange against the document of the handler behind it.
// Create it with [Check]; it is safe for concurrent use until its test ends.
type Checker struct {
	t       testing.TB
	handler http.Handler
	mux     *http.ServeMux // leads to operations
	nowhere *operation     // what is answered where there is no operation
	all     []*operation

	mu   sync.Mutex
	seen map[*operation]map[int]bool // the statuses that were answered
}

// Check reads the document that a handler serves at /openapi.json and returns the checker of that
// handler. If the document is missing or not valid, the test fails at once.
func Check(t testing.TB, h http.Handler) *Checker {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/openapi.json", nil))
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(w.Body.Bytes())
	if w.Code != http.StatusOK || err != nil {
		t.Fatalf("openapi: /openapi.json answers %d and cannot be read: %v\n%.2000s", w.Code, err, w.Body)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("openapi: the document is not valid: %v\n%s", err, w.Body)
	}
	c := &Checker{t: t, handler: h, mux: http.NewServeMux(), nowhere: nowhere(doc), seen: map[*operation]map[int]bool{}}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			found := newOperation(doc, path, item, method, op)
			c.mux.Handle(found.pattern, found)
			c.all = append(c.all, found)
		}
	}
	return c
}

// ServeHTTP lets the handler answer and then checks the exchange.
func (c *Checker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked := r.Clone(r.Context()) // handlers may change theirs
	body := &bytes.Buffer{}
	if r.Body != nil {
		r.Body = readCloser{io.TeeReader(r.Body, body), r.Body}
	}
	answer := &recorder{to: w}
	c.handler.ServeHTTP(answer, r)
	if answer.hijacked {
		return
	}
	asked.Body = io.NopCloser(body)
	c.check(asked, answer)
}

// check compares an exchange with the document.
func (c *Checker) check(asked *http.Request, answer *recorder) {
	found := finder{header: http.Header{}}
	c.mux.ServeHTTP(&found, asked.Clone(asked.Context()))
	op := found.operation
	switch {
	case op == nil && found.status >= 300 && found.status < 400:
		return // to the path as it should be written
	case op == nil:
		op = c.nowhere
	}
	c.mu.Lock()
	if c.seen[op] == nil {
		c.seen[op] = map[int]bool{}
	}
	c.seen[op][answer.Status()] = true
	c.mu.Unlock()
	if err := op.judge(asked, found.values, answer); err != nil {
		c.t.Errorf("openapi: %s %s (%s) answered %d: %v\nthe body is %.2000q",
			asked.Method, asked.URL.Path, op.pattern, answer.Status(), err, answer.body.Bytes())
	}
}

type readCloser struct {
	io.Reader
	io.Closer
}
