package main

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"
)

// The faults that the parent can order, each for the next stock change.
const (
	loseReply = "lose-reply" // the catalog commits, and the connection breaks before its reply
	holdReply = "hold-reply" // the catalog commits and stays silent, so that there is time for a kill
)

// faults stands between the order service and the catalog, where networks fail.
type faults struct {
	next atomic.Value // string
	tell func(line string)
}

func (f *faults) arm(fault string) { f.next.Store(fault) }

// around lets the catalog do its work and then spoils the answer.
func (f *faults) around(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, _ := f.next.Load().(string)
		if fault == "" || r.Method != http.MethodPost || r.URL.Path != "/catalog/stock/decrement" {
			h.ServeHTTP(w, r)
			return
		}
		f.next.Store("")
		h.ServeHTTP(httptest.NewRecorder(), r)
		f.tell(fault + " " + r.Header.Get("Idempotency-Key"))
		if fault == holdReply {
			select {
			case <-r.Context().Done():
			case <-time.After(time.Minute):
			}
		}
		panic(http.ErrAbortHandler) // breaks the connection without a reply
	})
}
