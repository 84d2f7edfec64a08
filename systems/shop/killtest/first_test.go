//go:build unix

package killtest_test

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// TestKilledAtEachCommitOfTheFirstStart kills a shop that has no files yet before and after each
// commit that it makes until its engine has joined: migrations, seed data, definitions, the join.
// What is left behind is good for a second start, and the shop is then complete.
func TestKilledAtEachCommitOfTheFirstStart(t *testing.T) {
	for n := 1; ; n++ {
		if !bornTwice(t, before, n) {
			t.Logf("%d commits until the engine has joined", n-1)
			if n < 10 {
				t.Error("there must be more than that")
			}
			return
		}
		if killsEach(t) >= fullKills && !bornTwice(t, after, n) {
			t.Errorf("no kill after commit %d, and one before it", n)
		}
	}
}

// bornTwice kills a first start at its n-th commit, and reports whether it has so many.
func bornTwice(t *testing.T, moment string, n int) bool {
	t.Helper()
	s := newSite(t)
	street := newStreet(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	street.revive(s, fate{kill: fmt.Sprintf("%s:%s:%d", firstCommit, moment, n)})
	ordered := make(chan *bought, 1)
	go func() {
		var o *bought
		if street.signOn(ctx, shopper(0)) {
			o = street.buy(ctx, shopper(0), []line{{"EST-1", 2}, {"EST-2", 1}})
		}
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
		street.revive(s, fate{})
		o = <-ordered
	case o = <-ordered:
	}
	if o == nil || o.placed == nil {
		t.Fatalf("after a kill %s commit %d nobody can order:\n%s", moment, n, street.life.lastWords())
	}
	street.confirm(ctx, o)
	street.life.rest()
	checkTruth(t, s, street.book.all())
	return killed
}
