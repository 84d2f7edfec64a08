//go:build unix

package killtest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	shoppers    = 8
	eachMoment  = 5   // kills at each moment of each write
	random      = 30  // kills at no moment in particular
	needed      = 100 // kills that cut off a request for an order
	mostLives   = 600
	mostMisses  = 30               // lives in which nothing came to the trap
	springLimit = 10 * time.Second // for a trap to spring
	endLimit    = 4 * time.Minute  // for the last order to end; what is in doubt is asked about every minute
)

// campaign is one shop through all its lives.
type campaign struct {
	t      *testing.T
	site   site
	street *street
	rng    *rand.Rand
	table  table
	misses int
}

// TestKilledWhileOrdersArrive kills the shop again and again while people order, and then lets it
// live: every order ends, every answer stays true, and nothing was done twice.
func TestKilledWhileOrdersArrive(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	c := &campaign{t: t, site: newSite(t), rng: rand.New(rand.NewPCG(seed, 1)), table: newTable()}
	c.street = newStreet(t, c.site)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	began := time.Now()
	c.street.revive(c.site, "")
	c.prepare(ctx)
	var crowd sync.WaitGroup
	for i := range shoppers {
		crowd.Go(func() { c.street.shop(ctx, rand.New(rand.NewPCG(seed, uint64(i)+2))) })
	}
	c.street.life.kill()
	c.bury(c.street.life)
	c.killAll()
	c.unspoil()
	c.street.revive(c.site, "")

	killing := time.Since(began)
	c.street.closing.Store(true)
	within(t, endLimit, "the shoppers to be done", crowd.Wait)
	c.finish(ctx)
	c.table.print(t, c.street.book.all())
	c.table.check(t)
	t.Logf("%v of kills, %v until every order had ended", killing.Round(time.Millisecond), (time.Since(began) - killing).Round(time.Millisecond))
	c.street.life.leave()
	if !c.street.life.end(springLimit) || c.street.life.err != nil {
		t.Fatalf("the last shop did not end well: %v\n%s", c.street.life.err, c.street.life.lastWords())
	}
	c.street.life.sane()
	checkTruth(t, c.site, c.street.book.all())
}

// killAll goes through the plan. A trap that does not spring in its life, because what it waits
// for did not happen there, is set again later.
func (c *campaign) killAll() {
	plan := c.plan()
	for len(plan) > 0 || c.table.cutOff < needed {
		if c.table.lives > mostLives || c.misses > mostMisses {
			c.table.print(c.t, c.street.book.all())
			c.t.Fatalf("%d lives, %d of them for nothing, and these are still to do: %q", c.table.lives, c.misses, plan)
		}
		next := ""
		if len(plan) > 0 {
			next, plan = plan[0], plan[1:]
		}
		if !c.live(next) {
			plan = append(plan, next)
		}
	}
}

// plan is each moment of each write, and as many empty places for kills at random, in any order.
func (c *campaign) plan() []string {
	plan := make([]string, random)
	for range eachMoment {
		for _, write := range writes() {
			plan = append(plan, write+" "+before, write+" "+after)
		}
	}
	c.rng.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
	return plan
}

// live is one life with a trap, or without one if place is empty. It reports whether the life
// ended as planned.
func (c *campaign) live(place string) bool {
	c.street.revive(c.site, c.trapAt(place))
	l := c.street.life
	limit := springLimit
	if place == "" {
		l.await(c.rng.IntN(8), springLimit) // 0 kills it while it starts
		limit = time.Duration(c.rng.IntN(40)) * time.Millisecond
	} else if strings.HasPrefix(place, "own-") {
		l.await(1+c.rng.IntN(6), springLimit)
		l.leave()
	}
	if !l.end(limit) {
		l.kill()
		if place != "" {
			c.misses++
			c.t.Logf("nothing came to %q within %v", place, limit)
		}
	}
	if l.left() { // asked to leave before its engine had joined
		return false
	}
	c.bury(l)
	return place == l.hit
}

// trapAt sets a trap at an early arrival at its place; some places are passed once a life.
func (c *campaign) trapAt(place string) string {
	if place == "" {
		return ""
	}
	write, moment, _ := strings.Cut(place, " ")
	n := 1
	switch write {
	case appendStart, appendOutcome, checkpoint, number, decrement, insert:
		n += c.rng.IntN(4)
	}
	return fmt.Sprintf("%s:%s:%d", write, moment, n)
}

// bury counts what a kill has hit, once the requests that it cut off have come back.
func (c *campaign) bury(l *life) {
	c.street.gate.Lock()
	defer c.street.gate.Unlock()
	l.killed()
	open, cutOff := c.street.book.inFlight()
	c.table.count(l, open, cutOff)
}

// prepare leaves little of one item, and makes it impossible to store some orders.
func (c *campaign) prepare(ctx context.Context) {
	o := c.street.buy(ctx, []line{{scarceItem, 9_960}})
	if o == nil {
		c.t.FailNow()
	}
	c.street.pursue(ctx, o, 1000)
	c.exec(`create trigger spoil before insert on lineitem when new.quantity = ` + fmt.Sprint(spoiledQuantity) +
		` begin select raise(abort, 'the disk has a bad day'); end`)
}

func (c *campaign) unspoil() { c.exec(`drop trigger spoil`) }

func (c *campaign) exec(statement string) {
	db := openFile(c.t, orderFile(c.site.folder))
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(c.t.Context(), statement); err != nil {
		c.t.Fatal(err)
	}
}

// finish brings every order to its end: those that somebody asked about by asking on, those that
// were left to themselves by waiting. Then it asks about all of them once more.
func (c *campaign) finish(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, endLimit)
	defer cancel()
	for _, o := range c.street.book.all() {
		if !o.ended(&c.street.book) && (o.lines[0].Quantity == spoiledQuantity || !o.aside) {
			c.street.pursue(ctx, o, 1_000_000)
		}
	}
	for _, o := range c.street.book.all() {
		c.street.outcome(ctx, o)
		if ctx.Err() != nil {
			c.t.Fatalf("order %d has not ended within %v", o.id, endLimit)
		}
	}
}

func within(t *testing.T, limit time.Duration, what string, wait func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		wait()
	}()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	select {
	case <-done:
	case <-deadline.C:
		t.Fatalf("waited %v for %s", limit, what)
	}
}
