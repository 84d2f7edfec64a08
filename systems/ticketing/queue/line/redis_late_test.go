package line_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/internal/redistest"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// What comes to Redis or to the book too late.

// between runs something once, when the next change of the book has been made or is about to be.
func between(fn func()) func() error {
	var once sync.Once
	return func() error {
		once.Do(fn)
		return nil
	}
}

// An instance is held up between the book and Redis, and another one changes the same token meanwhile.
func TestWhatIsOlderDoesNotReplaceWhatIsNewer(t *testing.T) {
	t.Parallel()
	w := onRedis(t, redistest.URL(t), redistest.Prefix(t))
	other := w.more()
	w.enter("ann")
	w.wantAdmitted(line.Rule{Limit: 1}, "ann")
	w.book.after = between(func() {
		_, err := other.Restore(t.Context(), "t-ann", "saga", w.now)
		must(t, err)
	})
	w.complete("ann", "saga")
	w.wantCounts(line.Counts{Restored: 1, Admitted: 1}) // before a look, which would mend it
	w.want("ACTIVE 0", "ann")
}

// Who was let in by Redis and is not in the book waits at the head, until any instance finds it.
func TestWhoIsLetInAndNotInTheBookStillWaits(t *testing.T) {
	t.Parallel()
	w := onRedis(t, redistest.URL(t), redistest.Prefix(t))
	other := &waitingLine{Line: w.more(), t: t, book: w.book, now: w.now}
	w.enter("ann", "bob", "cho")
	w.book.before = func() error { return errCrash }
	if _, err := w.Admit(t.Context(), concert, line.Rule{Limit: 2}, w.now); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	for range 2 {
		w.want("WAITING 1", "ann", "bob", "cho")
	}
	w.wantCounts(line.Counts{Waiting: 3, Admitted: 2})
	other.wantAdmitted(line.Rule{Limit: 2}, "ann bob")
	other.wantAdmitted(line.Rule{Limit: 2}, "")
	w.want("ACTIVE 0", "ann", "bob")
	w.want("WAITING 1", "cho")
}

// Redis is emptied and filled anew, and there is less room, while an instance is about to write down whom
// it let in before: that is void.
func TestWhatAnEarlierFillingDecidedIsVoid(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	w := onRedis(t, server.URL(), "queue")
	other := &waitingLine{Line: w.more(), t: t, book: w.book, now: w.now}
	w.enter("zoe", "ann", "bob")
	rule := line.Rule{Limit: 2}
	w.wantAdmitted(line.Rule{Limit: 1}, "zoe")
	w.complete("zoe", "saga")
	w.book.before = between(func() {
		server.Flush()
		other.restore("zoe", "saga")
		other.wantAdmitted(rule, "ann")
	})
	w.wantAdmitted(rule, "")
	w.want("WAITING 1", "bob")
	w.wantCounts(line.Counts{Waiting: 1, Active: 1, Restored: 1, Admitted: 2})
}
