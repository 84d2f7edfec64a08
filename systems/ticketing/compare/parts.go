package compare

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

// trouble is what happens to a part. The zero value is none.
type trouble struct {
	part string
	late time.Duration // 0: it is stopped
}

func (t trouble) String() string {
	switch {
	case t.part == "":
		return "nothing"
	case t.late > 0:
		return fmt.Sprintf("%s %v late", t.part, t.late)
	}
	return t.part + " stopped"
}

// troubles are all that are tried.
func troubles(late time.Duration) []trouble {
	return []trouble{{}, {part: "queue"}, {part: "concert"}, {part: "payment"}, {part: "user"}, {part: "reservation"}, {"queue", late}}
}

// parts says which part is in trouble. It is safe for concurrent use.
type parts struct {
	mu  sync.Mutex
	now trouble
}

func (p *parts) set(t trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = t
}

// errStopped is what a stopped part says; both systems know it for one that does not answer.
var errStopped = fmt.Errorf("compare: the part is stopped: %w", access.ErrGateAway)

// pass waits for a part that is late, and fails if it is stopped.
func (p *parts) pass(ctx context.Context, part string) error {
	p.mu.Lock()
	now := p.now
	p.mu.Unlock()
	switch {
	case part != now.part || part == "":
		return nil
	case now.late == 0:
		return errStopped
	}
	select {
	case <-time.After(now.late):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// way is the way of messages to a service. A stopped one is a single receiver in trouble: an ordinary error, or
// the relay would keep messages from everybody.
type way struct {
	*parts
	part string
	next message.Publisher
}

// Publish hands a message on.
func (w way) Publish(ctx context.Context, m message.Message) error {
	if err := w.pass(ctx, w.part); err != nil {
		return err
	}
	return w.next.Publish(ctx, m)
}

// door is the surfaces of the services, of which a stopped one answers 503.
func (p *parts) door(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := p.pass(r.Context(), ownerOf(r)); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownerOf is the service whose path a request has.
func ownerOf(r *http.Request) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case "queue":
		return "queue"
	case "concerts":
		return "concert"
	case "reservations":
		return "reservation"
	case "payments":
		if r.Method == http.MethodGet {
			return "payment"
		}
	case "users", "session", "balance", "notifications":
		return "user"
	}
	return "" // the orchestrator's, or nobody's
}
