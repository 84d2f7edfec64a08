//go:build unix

package killtest_test

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// TestKilledAtEachCommitOfTheFirstStart kills a shop that has no files yet inside each transaction
// that it commits before its engine has joined: migrations, seed data, definitions, the join. What
// is left behind is good for a second start, and the shop is then complete. A kill after a commit
// is the same as one before the next, as far as the files can tell.
func TestKilledAtEachCommitOfTheFirstStart(t *testing.T) {
	for n := 1; ; n++ {
		if !bornTwice(t, n) {
			t.Logf("%d commits before the engine has joined", n-1)
			if n < 5 {
				t.Error("there must be more than that")
			}
			return
		}
	}
}

// bornTwice kills a first start at its n-th commit, and reports whether it has so many.
func bornTwice(t *testing.T, n int) bool {
	t.Helper()
	s := newSite(t)
	street := newStreet(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	street.revive(s, fmt.Sprintf("%s:%s:%d", anyCommit, before, n))
	ordered := make(chan *bought, 1)
	go func() {
		o := street.buy(ctx, []line{{"EST-1", 2}, {"EST-2", 1}})
		if o != nil {
			street.pursue(ctx, o, 1000)
		}
		ordered <- o
	}()
	var o *bought
	killed := false
	select {
	case <-street.life.ended:
		killed = true
		street.life.killed()
		street.revive(s, "")
		o = <-ordered
	case o = <-ordered:
	}
	if o == nil || !o.ended(&street.book) {
		t.Fatalf("after a kill at commit %d nobody can order:\n%s", n, street.life.lastWords())
	}
	street.outcome(ctx, o)
	street.life.leave()
	if !street.life.end(springLimit) || !street.life.left() {
		t.Fatalf("the shop did not end well: %v\n%s", street.life.err, street.life.lastWords())
	}
	checkTruth(t, s, street.book.all())
	return killed
}
