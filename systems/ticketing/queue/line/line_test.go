package line_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// What every driver keeps.

func TestWhoComesFirstGoesFirst(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter("ann", "bob", "cho", "dan")
		w.want("WAITING 1", "ann")
		w.want("WAITING 4", "dan")
		w.now = w.now.Add(-10 * time.Minute) // clocks differ, and decide nothing about the order
		w.enter("eve")
		w.now = w.now.Add(10 * time.Minute)
		w.want("WAITING 5", "eve")
		w.wantAdmitted(line.Rule{Limit: 2}, "ann bob")
		w.want("ACTIVE 0", "ann", "bob")
		w.want("WAITING 1", "cho")
		w.wantAdmitted(line.Rule{Limit: 2}, "")
		w.wantCounts(line.Counts{Waiting: 3, Active: 2, Admitted: 2})
		w.wantAdmitted(line.Rule{Limit: 3}, "cho")
	})
}

// Many at once: the numbers given are all different, and those who are let in are the first.
func TestTheOrderHoldsWhenManyComeAtOnce(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		places := make(chan line.Place, 64)
		var all sync.WaitGroup
		for g := range 8 {
			all.Go(func() {
				for i := range 8 {
					user := fmt.Sprintf("u%d%d", g, i)
					p, err := w.Enter(t.Context(), "t-"+user, user, concert, w.now)
					if err != nil {
						t.Error(err)
					}
					places <- p
				}
			})
		}
		all.Wait()
		close(places)
		bySeq := map[int64]string{}
		for p := range places {
			bySeq[p.Seq] = p.User
		}
		if len(bySeq) != 64 {
			t.Fatalf("%d different numbers for 64", len(bySeq))
		}
		order := strings.Fields(w.admits(line.Rule{Limit: 64}))
		for i, user := range order {
			if p, err := w.Look(t.Context(), "t-"+user, w.now); err != nil || bySeq[p.Seq] != user || i > 0 && p.Seq <= seqOf(t, w, order[i-1]) {
				t.Errorf("%d: %+v %v", i, p, err)
			}
		}
		if len(order) != 64 {
			t.Errorf("%d were let in", len(order))
		}
	})
}

func seqOf(t *testing.T, w *waitingLine, user string) int64 {
	t.Helper()
	p, err := w.Look(t.Context(), "t-"+user, w.now)
	must(t, err)
	return p.Seq
}

// Eight instances let in at once, while some leave: the limit holds at every moment, nobody is let in
// twice, and nobody is lost.
func TestTheLimitHoldsForManyInstances(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		const limit, total = 5, 60
		w.enter(people(total)...)
		var mu sync.Mutex
		in, seen := map[string]bool{}, map[string]int{}
		instance := func(l line.Line) {
			for {
				admitted, err := l.Admit(t.Context(), concert, line.Rule{Limit: limit}, w.now)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, p := range admitted {
					in[p.User] = true
					seen[p.User]++
				}
				leaver, done := "", len(seen) == total && len(in) == 0
				for user := range in {
					leaver = user
				}
				delete(in, leaver)
				mu.Unlock()
				if c, err := l.Count(t.Context(), concert, w.now); err != nil || c.Active > limit {
					t.Errorf("%+v active of at most %d; %v", c, limit, err)
				}
				if leaver != "" {
					if _, err := l.Complete(t.Context(), "t-"+leaver, "saga-"+leaver, w.now); err != nil {
						t.Error(err)
					}
				}
				if done || t.Failed() {
					return
				}
				<-time.After(10 * time.Millisecond) // SQLite's lock is not fair: who never rests keeps the others out
			}
		}
		var all sync.WaitGroup
		for i := range 8 {
			l := w.Line
			if i%4 == 3 {
				l = w.more()
			}
			all.Go(func() { instance(l) })
		}
		all.Wait()
		for user, n := range seen {
			if n != 1 {
				t.Errorf("%s was let in %d times", user, n)
			}
		}
		w.wantCounts(line.Counts{Admitted: total})
	})
}

func TestOneLiveTokenForAUserAndAConcert(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter("ann", "bob")
		again := func(token string, concert int64) line.Place {
			t.Helper()
			p, err := w.Enter(t.Context(), token, "bob", concert, w.now)
			must(t, err)
			return p
		}
		if p := again("another", concert); p.Token != "t-bob" || p.Position != 2 {
			t.Errorf("bob entered again and got %+v", p)
		}
		w.wantAdmitted(line.Rule{Limit: 2}, "ann bob")
		if p := again("another", concert); p.Token != "t-bob" || p.Status != line.Active {
			t.Errorf("bob entered again and got %+v", p)
		}
		if p := again("elsewhere", concert+1); p.Token != "elsewhere" || p.Status != line.Waiting || p.Position != 1 {
			t.Errorf("bob entered elsewhere and got %+v", p)
		}
		w.complete("bob", "saga")
		if p := again("second", concert); p.Token != "second" || p.Status != line.Waiting {
			t.Errorf("bob entered after paying and got %+v", p)
		}
		w.pass(31 * time.Minute)
		if p := again("third", concert); p.Token != "third" || p.Position != 1 {
			t.Errorf("bob entered after his token ended and got %+v", p)
		}
		if p, err := w.Look(t.Context(), "second", w.now); err != nil || p.Status != line.Expired {
			t.Errorf("the token that ended is %+v, %v", p, err)
		}
		if _, err := w.Look(t.Context(), "another", w.now); !errors.Is(err, line.ErrUnknown) {
			t.Errorf("a token that was not taken is known: %v", err)
		}
	})
}

func TestTimesAreOverWithoutAnybodyToSaySo(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter("ann", "bob", "cho")
		w.wantAdmitted(line.Rule{Limit: 1}, "ann")
		w.pass(10*time.Minute - time.Millisecond)
		w.want("ACTIVE 0", "ann")
		w.wantAdmitted(line.Rule{Limit: 1}, "")
		w.pass(time.Millisecond)
		w.want("EXPIRED 0", "ann") // nobody has swept
		w.want("WAITING 2", "cho") // cho looks, bob does not
		w.pass(20 * time.Minute)
		w.want("EXPIRED 0", "bob")
		w.want("EXPIRED 0", "bob")
		w.wantAdmitted(line.Rule{Limit: 1}, "cho")
		w.wantCounts(line.Counts{Active: 1, Admitted: 1})
		w.want("EXPIRED 0", "ann", "bob")
	})
}

// More have stopped looking than one call ends: whoever comes after them is let in all the same.
func TestManyWhoWentAwayDoNotHoldUpTheNext(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		fillBook(t, w, 2500)
		w.pass(31 * time.Minute)
		w.enter("ann")
		w.wantAdmitted(line.Rule{Limit: 1}, "ann")
		for range 3 {
			w.wantAdmitted(line.Rule{Limit: 1}, "")
		}
		w.wantCounts(line.Counts{Active: 1, Admitted: 1})
	})
}

func TestWhoLooksKeepsTheirPlace(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter("ann", "bob")
		for range 10 {
			w.pass(20 * time.Minute)
			w.want("WAITING 1", "ann")
			w.wantAdmitted(line.Rule{}, "")
		}
		w.want("EXPIRED 0", "bob")
		before := w.book.changes.Load()
		for range 20 {
			w.pass(time.Second)
			w.want("WAITING 1", "ann")
		}
		if n := w.book.changes.Load() - before; n != 0 {
			t.Errorf("20 looks in 20 seconds wrote %d times", n)
		}
	})
}

func TestABatchInATime(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter(people(9)...)
		rule := line.Rule{Limit: 7, Batch: 3, Every: 10 * time.Second}
		w.wantAdmitted(rule, "user000 user001 user002")
		for range 9 {
			w.pass(time.Second)
			w.wantAdmitted(rule, "")
		}
		w.pass(time.Second)
		w.wantAdmitted(rule, "user003 user004 user005")
		w.complete("user004", "saga") // a free place does not hurry the next batch
		w.wantAdmitted(rule, "")
		w.pass(10 * time.Second)
		w.wantAdmitted(rule, "user006 user007") // the limit always holds
		w.wantCounts(line.Counts{Waiting: 1, Active: 7, Admitted: 8})
	})
}

// A clock that was wrong and is put right does not close the entrance; one that is a little behind
// another instance's does not let in a second batch.
func TestABatchWhenAClockGoesBack(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter(people(5)...)
		rule := line.Rule{Limit: 2, Batch: 1, Every: 10 * time.Second}
		w.wantAdmitted(rule, "user000")
		w.complete("user000", "saga")
		w.pass(-5 * time.Second)
		w.wantAdmitted(rule, "")
		w.pass(-time.Hour)
		w.wantAdmitted(rule, "user001")
		w.wantCounts(line.Counts{Waiting: 3, Active: 1, Admitted: 1})
		w.wantAdmitted(rule, "")
		w.pass(10 * time.Second)
		w.wantAdmitted(rule, "user002")
	})
}

// While others leave, a position only falls, and the head has 1.
func TestAPositionFallsUntilItIsOne(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		const total = 150 // more than a block of positions
		users := people(total)
		w.enter(users...)
		last := users[total-1]
		for i, user := range users[:total-1] {
			w.want(fmt.Sprintf("WAITING %d", total-i), last)
			if i%2 == 0 {
				w.wantAdmitted(line.Rule{Limit: int64(i/2 + 1)}, user)
			} else if p, err := w.End(t.Context(), "t-"+user, line.Expired, w.now); err != nil || p.Status != line.Expired {
				t.Errorf("%+v %v", p, err)
			}
		}
		w.want("WAITING 1", last)
		w.want("WAITING 1", last)
		w.wantAdmitted(line.Rule{Limit: total}, last)
	})
}

// Whoever looks while others are let in sees one moment: who waits has a place from 1 on.
func TestWhoWaitsHasAPlaceWhileOthersAreLetIn(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		users := people(100)
		w.enter(users...)
		var looking sync.WaitGroup
		for g := range 4 {
			looking.Go(func() {
				for i := g; i < len(users); {
					p, err := w.Look(t.Context(), "t-"+users[i], w.now)
					if err != nil || (p.Status == line.Waiting) != (p.Position > 0) {
						t.Errorf("%s: %+v %v", users[i], p, err)
						return
					}
					if p.Status == line.Active {
						i += 4
					}
				}
			})
		}
		for i, user := range users {
			w.wantAdmitted(line.Rule{Limit: int64(i + 1)}, user)
		}
		looking.Wait()
	})
}

func TestTakingATokenAway(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter("ann", "bob", "cho")
		w.wantAdmitted(line.Rule{Limit: 1}, "ann")
		for _, user := range []string{"ann", "bob", "ann"} {
			if p, err := w.End(t.Context(), "t-"+user, line.Cancelled, w.now); err != nil || p.Status != line.Cancelled {
				t.Errorf("%+v %v", p, err)
			}
		}
		w.want("CANCELLED 0", "ann", "bob")
		w.want("WAITING 1", "cho")
		if _, err := w.Complete(t.Context(), "t-ann", "saga", w.now); !errors.Is(err, line.ErrTakenAway) {
			t.Errorf("completed: %v", err)
		}
		if p := w.restore("ann", "saga"); p.Status != line.Cancelled {
			t.Errorf("restored: %+v", p)
		}
		w.complete("cho", "saga")
		if p, err := w.End(t.Context(), "t-cho", line.Cancelled, w.now); err != nil || p.Status != line.Completed {
			t.Errorf("what is used up was taken away: %+v %v", p, err)
		}
		if _, err := w.End(t.Context(), "t-cho", line.Active, w.now); err == nil {
			t.Error("ended as active")
		}
		for name, call := range map[string]func() error{
			"complete": func() error { _, err := w.Complete(t.Context(), "none", "saga", w.now); return err },
			"restore":  func() error { _, err := w.Restore(t.Context(), "none", "saga", w.now); return err },
			"end":      func() error { _, err := w.End(t.Context(), "none", line.Cancelled, w.now); return err },
			"look":     func() error { _, err := w.Look(t.Context(), "none", w.now); return err },
		} {
			if err := call(); !errors.Is(err, line.ErrUnknown) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
