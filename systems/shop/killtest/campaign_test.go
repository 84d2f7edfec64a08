//go:build unix

package killtest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	shoppers    = 8
	hitsPerKill = 20 // kills that cut off a request for an order, for each kill at a moment
	randomly    = 6  // kills at no moment in particular, for each kill at a moment
	mostLives   = 1500
	mostMisses  = 30               // lives in which nothing came to the trap
	springLimit = 10 * time.Second // for a trap to spring
	endLimit    = 2 * time.Minute  // for the last order to end
)

// campaign is one shop through all its lives.
type campaign struct {
	t      *testing.T
	each   int // kills at each moment of each write
	site   site
	street *street
	rng    *rand.Rand
	table  table
	misses int
}

func newCampaign(t *testing.T) *campaign {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	c := &campaign{t: t, each: killsEach(t), site: newSite(t), rng: rand.New(rand.NewPCG(seed, 1)), table: newTable()}
	c.street = newStreet(t, c.site)
	return c
}

// TestKilledWhileOrdersArrive kills the shop again and again while people order, and then lets it
// live: every order ends, every answer stays true, and nothing was done twice.
func TestKilledWhileOrdersArrive(t *testing.T) {
	c := newCampaign(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := time.Now()
	c.street.revive(c.site, fate{})
	c.prepare(ctx)
	var crowd sync.WaitGroup
	for i := range shoppers {
		rng := rand.New(rand.NewPCG(c.rng.Uint64(), 0))
		crowd.Go(func() { c.street.shop(ctx, shopper(i), rng) })
	}
	c.street.life.kill()
	c.bury(c.street.life)
	c.killAll()
	c.street.revive(c.site, fate{})

	killing := time.Since(began)
	c.street.closing.Store(true)
	within(t, endLimit, "the shoppers to be done", crowd.Wait)
	c.finish(ctx)
	c.table.print(t, c.street.book.all())
	c.table.check(t, c.each)
	t.Logf("%v of kills, %v until every order had ended", killing.Round(time.Millisecond), (time.Since(began) - killing).Round(time.Millisecond))
	c.street.life.rest()
	checkTruth(t, c.site, c.street.book.all())
}

func shopper(i int) string { return fmt.Sprintf("shopper%02d", i+1) }

// killAll goes through the plan. A trap that does not spring in its life, because what it waits
// for did not happen there, is set again later.
func (c *campaign) killAll() {
	plan := c.plan()
	for len(plan) > 0 || c.table.cutOff < c.each*hitsPerKill {
		if c.table.lives > mostLives || c.misses > mostMisses {
			c.table.print(c.t, c.street.book.all())
			c.t.Fatalf("%d lives, %d of them for nothing, and these are still to do: %q", c.table.lives, c.misses, plan)
		}
		next := ""
		if len(plan) > 0 {
			next, plan = plan[0], plan[1:]
		}
		if first := needs(next); first != "" {
			c.live(first)
		}
		if !c.live(next) {
			plan = append(plan, next)
		}
	}
}

// needs is the place where the life before must be killed, so that there is something to come to at
// a place; "" if any will do.
func needs(place string) string {
	switch write, _, _ := strings.Cut(place, " "); write {
	case insertFence:
		return insert + " " + before // leaves one in doubt
	case seal, drain:
		return number + " " + before // leaves a node that has joined and is not sealed
	}
	return ""
}

// plan is each moment of each write, and empty places for kills at random, in any order.
func (c *campaign) plan() []string {
	plan := make([]string, c.each*randomly)
	for range c.each {
		for _, w := range writes() {
			plan = append(plan, w.name+" "+before, w.name+" "+after)
		}
	}
	c.rng.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
	return plan
}

// live is one life with a trap, or without one if place is empty. It reports whether the life
// ended as planned.
func (c *campaign) live(place string) bool {
	c.street.revive(c.site, c.fate(place))
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

// fate sets a trap at an early arrival at its place; some places are passed once a life. What comes
// after a failed insert needs one.
func (c *campaign) fate(place string) fate {
	f := fate{network: c.rng.Uint64() | 1, reject: c.rng.IntN(4) == 0}
	if place == "" {
		return f
	}
	write, moment, _ := strings.Cut(place, " ")
	n := 1
	switch write {
	case appendStart, appendOutcome, checkpoint, number, unprocessed, decrement:
		n += c.rng.IntN(4)
	case insert:
		f.reject = false
		n += c.rng.IntN(4)
	case compensation, takeBack, delivered, undelivered, insertFence:
		f.reject = true
	}
	f.kill = fmt.Sprintf("%s:%s:%d", write, moment, n)
	return f
}

// bury counts what a kill has hit, once the requests that it cut off have come back.
func (c *campaign) bury(l *life) {
	c.street.gate.Lock()
	defer c.street.gate.Unlock()
	l.killed()
	open, cutOff := c.street.book.inFlight()
	c.table.count(l, open, cutOff)
}

// prepare signs everybody on and leaves little of one item.
func (c *campaign) prepare(ctx context.Context) {
	for i := range shoppers {
		if !c.street.signOn(ctx, shopper(i)) {
			c.t.FailNow()
		}
	}
	o := c.street.buy(ctx, shopper(0), []line{{scarceItem, 9_960}})
	if o == nil {
		c.t.FailNow()
	}
	c.street.pursue(ctx, o, 1000)
}

// finish brings every order to its end: those that were left to themselves too, if the shop ever got
// them. What is Unknown is repeated, as its owner would do it. Then it looks at all of them once more.
func (c *campaign) finish(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, endLimit)
	defer cancel()
	var crowd sync.WaitGroup
	for i := range shoppers {
		crowd.Go(func() {
			mine := slices.DeleteFunc(c.street.book.all(), func(o *bought) bool { return o.user != shopper(i) })
			for _, o := range mine {
				c.street.settle(ctx, o)
			}
			for _, o := range mine {
				c.street.confirm(ctx, o)
			}
		})
	}
	crowd.Wait()
	c.street.deliveries(ctx, c.site)
	if ctx.Err() != nil {
		c.t.Fatalf("the shop did not come to rest within %v", endLimit)
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
