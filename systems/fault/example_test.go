package fault_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"github.com/seosa-dev/saga/systems/fault"
)

// A reply is lost: the work is done, and the caller does not know. It asks again.
func Example() {
	done := map[string]bool{}
	service := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { done[r.Header.Get("Idempotency-Key")] = true })

	f := fault.New(&fault.Config{Logger: slog.New(slog.DiscardHandler)})
	place := func(r *http.Request) string { return r.URL.Path[1:] }
	key := func(r *http.Request) string { return r.Header.Get("Idempotency-Key") }
	server := httptest.NewServer(f.HTTP(place, key, service))
	defer server.Close()

	if err := f.Arm(fault.Fault{At: "decrement", Kind: fault.DropReply}); err != nil {
		fmt.Println(err)
	}
	for range 2 {
		r, _ := http.NewRequest(http.MethodPost, server.URL+"/decrement", nil)
		r.Header.Set("Idempotency-Key", "1001")
		r.Close = true // no connection that was used before, so no repeat by net/http itself
		if reply, err := http.DefaultClient.Do(r); err == nil {
			_ = reply.Body.Close()
		}
	}
	for _, c := range f.Calls() {
		fmt.Printf("%d %s %s: %s (%s)\n", c.Seq, c.At, c.Key, c.Outcome, c.Fault)
	}
	fmt.Println(len(done), "effect")
	// Output:
	// 1 decrement 1001: ? (drop-reply)
	// 2 decrement 1001: OK ()
	// 1 effect
}
