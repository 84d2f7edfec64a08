package line_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/redistest"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// The order of arrival is the book's, whoever comes to Redis first.

// An instance has given ann her number and is held up before Redis hears of it; bob comes and is let in by
// another one.
func TestWhoIsLateInRedisIsLetInFirstAllTheSame(t *testing.T) {
	t.Parallel()
	w := onRedis(t, redistest.URL(t), redistest.Prefix(t))
	other := &waitingLine{Line: w.more(), t: t, book: w.book, now: w.now}
	w.enter("zoe")
	w.wantAdmitted(line.Rule{Limit: 1}, "zoe")
	w.book.after = between(func() {
		other.enter("bob")
		other.wantAdmitted(line.Rule{Limit: 2}, "ann")
		other.want("WAITING 1", "bob")
	})
	if p, err := w.Enter(t.Context(), "t-ann", "ann", concert, w.now); err != nil || p.Status != line.Active {
		t.Errorf("ann entered and got %+v, %v", p, err)
	}
	w.wantAdmitted(line.Rule{Limit: 3}, "bob")
}

// The same, and the instance is gone for good.
func TestWhoNeverCameToRedisIsLetInFirstAllTheSame(t *testing.T) {
	t.Parallel()
	w := onRedis(t, redistest.URL(t), redistest.Prefix(t))
	w.enter("zoe")
	w.wantAdmitted(line.Rule{Limit: 1}, "zoe")
	w.book.after = func() error { return errCrash }
	if _, err := w.Enter(t.Context(), "t-ann", "ann", concert, w.now); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	w.book.after = nil
	w.enter("bob", "cho")
	w.wantAdmitted(line.Rule{Limit: 3}, "ann bob")
	w.want("WAITING 1", "cho")
}

// Redis missed also that zoe's token is active again, so it sees more room than the book: it lets in nobody
// after those whom the book named, between whom somebody may be missing.
func TestMoreRoomInRedisThanInTheBookSkipsNobody(t *testing.T) {
	t.Parallel()
	w := onRedis(t, redistest.URL(t), redistest.Prefix(t))
	w.enter("zoe", "ann")
	w.wantAdmitted(line.Rule{Limit: 1}, "zoe")
	w.complete("zoe", "saga")
	w.book.after = func() error { return errCrash }
	if _, err := w.Restore(t.Context(), "t-zoe", "saga", w.now); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	if _, err := w.Enter(t.Context(), "t-bob", "bob", concert, w.now); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	w.book.after = nil
	w.enter("cho")
	w.wantAdmitted(line.Rule{Limit: 2}, "ann")
	w.wantAdmitted(line.Rule{Limit: 3}, "bob")
	w.wantAdmitted(line.Rule{Limit: 4}, "cho")
}

// Many enter at once, each held up for a moment before Redis hears of them, while others are let in all the time.
func TestTheOrderHoldsWhileManyEnter(t *testing.T) {
	t.Parallel()
	w := onRedis(t, redistest.URL(t), redistest.Prefix(t))
	w.book.after = func() error {
		<-time.After(time.Duration(rand.IntN(3)) * time.Millisecond)
		return nil
	}
	const callers, each = 12, 15
	var all sync.WaitGroup
	for g := range callers {
		all.Go(func() {
			for i := range each {
				user := fmt.Sprintf("u%d-%d", g, i)
				if _, err := w.Enter(t.Context(), "t-"+user, user, concert, w.now); err != nil {
					t.Error(err)
				}
			}
		})
	}
	entered := make(chan struct{})
	go func() { all.Wait(); close(entered) }()
	var order []int64
	for last := false; !last; {
		select {
		case <-entered:
			last = true
		default:
		}
		admitted, err := w.Admit(t.Context(), concert, line.Rule{Limit: 2 * callers * each}, w.now)
		if err != nil {
			t.Error(err)
		}
		for _, p := range admitted {
			if len(order) > 0 && p.Seq < order[len(order)-1] {
				t.Errorf("%d was let in after %d", p.Seq, order[len(order)-1])
			}
			order = append(order, p.Seq)
		}
	}
	if len(order) != callers*each {
		t.Errorf("%d were let in of %d", len(order), callers*each)
	}
}
