package racetest_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/seosa-dev/saga"
)

// calls counts what passes between the services, by order number: at the engine, which makes the
// calls, and at the catalog, which gets the requests.
type calls struct {
	mu       sync.Mutex
	requests map[string][]string // by key at the catalog, or by order number of a message
	made     map[string][]string // by instance, what its engine called
	ended    map[string]bool     // instances
	more     chan struct{}       // closed and replaced when one ends
}

func newCalls() *calls {
	return &calls{
		requests: map[string][]string{}, made: map[string][]string{}, ended: map[string]bool{}, more: make(chan struct{}),
	}
}

func (c *calls) request(key, what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests[key] = append(c.requests[key], what)
}

// counted notes each request that reaches the catalog.
func (c *calls) counted(items http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.request(r.Header.Get("Idempotency-Key"), r.Method+" "+r.URL.RequestURI())
		items.ServeHTTP(w, r)
	})
}

// observe notes each call of the engine.
func (c *calls) observe(e saga.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.Kind == saga.EventAnswered {
		c.made[e.Instance] = append(c.made[e.Instance], e.Step+" "+string(e.Call))
	}
	if e.Status.Ended() {
		c.ended[e.Instance] = true
		close(c.more)
		c.more = make(chan struct{})
	}
}

// settle waits until the engine has told the end of an order's first attempt.
func (c *calls) settle(ctx context.Context, id int64) error {
	for {
		c.mu.Lock()
		ended, more := c.ended[instance(id)], c.more
		c.mu.Unlock()
		if ended {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// check wants one decrement of an order and nothing else, at both ends; and of one that was refused,
// that its failure was recorded and no more.
func (c *calls) check(t *testing.T, id int64, placed bool) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	made, wanted := c.made[instance(id)], []string{"status action", "stock action", "insert action"}
	if !placed {
		wanted[2] = "status compensation"
	}
	if !slices.Equal(made, wanted) {
		t.Errorf("order %d: the engine called %q, want %q", id, made, wanted)
	}
	if got := c.requests[instance(id)+"/stock"]; !slices.Equal(got, []string{"POST /catalog/stock/decrement"}) {
		t.Errorf("order %d: the catalog got %q under its key, want one decrement", id, got)
	}
}

// total is how many requests there were.
func (c *calls) total() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range c.requests {
		n += len(of)
	}
	return n
}

func instance(id int64) string { return strconv.FormatInt(id, 10) + "/1" }
