//go:build unix

package killtest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
)

// What the network and the catalog do to an order, by its number: a number keeps its fault over
// all lives, so that an order which is interrupted meets it again.
const (
	lostReply    = "decrement done, reply lost"
	lostRequest  = "decrement lost on its way"
	lateOriginal = "decrement delayed until after its fence"
	lostUndo     = "undo done, reply lost"
	doubled      = "decrement delivered twice"
)

func faultOf(order int64) string {
	switch order % 8 {
	case 1:
		return lostReply
	case 2:
		return lostRequest
	case 3, 7:
		return lateOriginal
	case 4, 0:
		return lostUndo
	case 5:
		return doubled
	}
	return ""
}

// faults stands between order service and catalog. A fault happens to an order once a life; a
// repeat comes through.
type faults struct {
	trap    *trap
	catalog http.Handler

	mu   sync.Mutex
	had  map[string]bool
	late map[string]*http.Request // by key
}

func newFaults(t *trap, catalog http.Handler) *faults {
	return &faults{trap: t, catalog: catalog, had: map[string]bool{}, late: map[string]*http.Request{}}
}

const (
	decrementPath = "/catalog/stock/decrement"
	fencePath     = "/catalog/stock/fence"
	restorePath   = "/catalog/stock/restore"
)

func (f *faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Idempotency-Key")
	number, _, _ := strings.Cut(key, "/")
	order, err := strconv.ParseInt(number, 10, 64)
	if err != nil || r.Method != http.MethodPost {
		f.catalog.ServeHTTP(w, r)
		return
	}
	switch fault := faultOf(order); {
	case fault == lateOriginal && r.URL.Path == decrementPath:
		f.delay(w, r, key)
	case fault == lateOriginal && r.URL.Path == fencePath:
		f.catalog.ServeHTTP(w, r)
		f.deliver(key)
	case fault == lostUndo && r.URL.Path == restorePath, fault != lostUndo && r.URL.Path == decrementPath:
		f.disturb(w, r, key, fault)
	default:
		f.catalog.ServeHTTP(w, r)
	}
}

// first reports whether a fault is still to happen in this life, and notes that it does.
func (f *faults) first(key, fault string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault == "" || f.had[key] {
		return false
	}
	f.had[key] = true
	f.trap.tell("fault " + fault)
	return true
}

func (f *faults) disturb(w http.ResponseWriter, r *http.Request, key, fault string) {
	if !f.first(key, fault) {
		f.catalog.ServeHTTP(w, r)
		return
	}
	switch fault {
	case lostRequest:
		cut(w)
	case lostReply, lostUndo:
		f.catalog.ServeHTTP(httptest.NewRecorder(), r)
		cut(w)
	case doubled:
		body, _ := io.ReadAll(r.Body)
		f.catalog.ServeHTTP(httptest.NewRecorder(), again(r, body))
		f.catalog.ServeHTTP(w, again(r, body))
	}
}

// delay keeps the first decrement of an order on its way and turns the repeats down as a catalog
// with stricter limits would: for good, and without a row in the ledger. So the order service has
// to fence the first one.
func (f *faults) delay(w http.ResponseWriter, r *http.Request, key string) {
	if f.first(key, lateOriginal) {
		body, _ := io.ReadAll(r.Body)
		f.mu.Lock()
		f.late[key] = again(r, body)
		f.mu.Unlock()
		cut(w)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = io.WriteString(w, `{"type":"urn:problem-type:shop:invalid-request","detail":"Order less at once."}`)
}

// deliver lets a delayed decrement arrive.
func (f *faults) deliver(key string) {
	f.mu.Lock()
	r := f.late[key]
	delete(f.late, key)
	f.mu.Unlock()
	if r == nil {
		return
	}
	reply := httptest.NewRecorder()
	f.catalog.ServeHTTP(reply, r)
	if reply.Code != http.StatusConflict {
		f.trap.tell("broken a decrement after its fence was answered " + strconv.Itoa(reply.Code))
	}
}

func again(r *http.Request, body []byte) *http.Request {
	r = r.Clone(context.WithoutCancel(r.Context()))
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r
}

func cut(w http.ResponseWriter) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = conn.Close()
	}
}
