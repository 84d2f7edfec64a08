package line_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/redistest"
)

// Whoever dies while filling an emptied Redis leaves its lock behind: the next one fills it all the same, and
// soon.
func TestAFillerThatDiesHoldsNobodyUpForLong(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := onRedis(t, server.URL(), "queue")
	w.enter("ann", "bob")
	next := w.more()
	server.Flush()
	w.book.after = func() error { return errCrash }
	if _, err := w.Look(t.Context(), "t-bob", w.now); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	if p, err := next.Look(ctx, "t-bob", w.now); err != nil || p.Position != 2 {
		t.Errorf("%+v %v", p, err)
	}
}
