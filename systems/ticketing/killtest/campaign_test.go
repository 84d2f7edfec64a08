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

	"github.com/seosa-dev/saga/internal/redistest"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

const (
	buyers      = 12
	springLimit = 40 * time.Second // for a trap to spring
	endLimit    = 4 * time.Minute  // for the last payment to end
)

// campaign is one system through all its lives.
type campaign struct {
	t      *testing.T
	wanted int     // kills that hit a payment in flight
	where  []place // that have their turn
	full   bool    // all of them, before and after
	redis  *redistest.Server
	folder string
	rng    *rand.Rand
	town   *town
	season *season
	tally  tally
	misses int
}

// TestKilledWhileTicketsAreSold kills the system again and again while people buy tickets, and then lets it
// live: every payment ends, every answer stays true, and nothing was done twice.
func TestKilledWhileTicketsAreSold(t *testing.T) {
	newCampaign(t, kills(t), places()).run()
}

// TestKilledWithTheLineInRedis does the same around the queue's step when the line is in a Redis, which is emptied or
// away when some lives begin.
func TestKilledWithTheLineInRedis(t *testing.T) {
	c := newCampaign(t, kills(t)/3, queuePlaces())
	c.redis = redistest.Start(t)
	c.run()
}

func newCampaign(t *testing.T, wanted int, where []place) *campaign {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return &campaign{
		t: t, wanted: wanted, where: where, full: kills(t) >= fullKills, folder: t.TempDir(),
		rng: rand.New(rand.NewPCG(seed, 1)), town: newTown(t), tally: newTally(where),
	}
}

func (c *campaign) run() {
	ctx, stop := context.WithCancel(c.t.Context())
	defer stop()
	c.revive(fate{})
	var crowd sync.WaitGroup
	c.opens(ctx, &crowd)
	c.killAll(ctx)
	c.revive(fate{})
	began := time.Now()
	c.town.closing.Store(true)
	c.heals(ctx, &crowd)
	c.tally.healing = time.Since(began)
	c.town.life.Load().rest()
	c.tally.attention = checkHistories(c.t, c.folder)
	c.tally.print(c.t, c.town.book.ended())
	c.tally.check(c.t, c.town.book.ended(), c.wanted, c.full)
	checkTruth(c.t, c.folder, &c.town.book)
}

// opens makes the first concert and lets the buyers in.
func (c *campaign) opens(ctx context.Context, crowd *sync.WaitGroup) {
	who, ok := c.town.signOn(ctx, admin)
	c.season = &season{town: c.town, admin: who, began: time.Now()}
	if !ok || !c.season.next(ctx, billed{}) {
		c.t.FailNow()
	}
	for i := range buyers {
		who, ok := c.town.signOn(ctx, fmt.Sprintf("buyer%02d", i+1))
		if !ok {
			c.t.FailNow()
		}
		b := &buyer{person: who, season: c.season, rng: rand.New(rand.NewPCG(c.rng.Uint64(), 2))}
		crowd.Go(func() { b.live(ctx) })
	}
	c.town.life.Load().kill()
}

func (c *campaign) revive(f fate) {
	f.Folder, f.Address = c.folder, c.town.address
	if c.redis != nil {
		f.Redis = c.redis.URL()
	}
	c.town.life.Store(begin(c.t, f))
}

// killAll goes through the plan, and on until enough kills have hit. A trap that does not spring in its
// life is set again later.
func (c *campaign) killAll(ctx context.Context) {
	plan := c.plan()
	for len(plan) > 0 || c.tally.inFlight < c.wanted || c.town.book.ended()[orchestrator.Completed] < c.tally.least(c.wanted) {
		if c.misses > 10+len(c.tally.planned)/4 || c.tally.lives > 10*c.wanted+100 {
			c.tally.print(c.t, c.town.book.ended())
			c.t.Fatalf("%d lives, %d of them for nothing, and these are still to do: %q", c.tally.lives, c.misses, plan)
		}
		next := ""
		if len(plan) > 0 {
			next, plan = plan[0], plan[1:]
		}
		if !c.lives(ctx, next) {
			plan = append(plan, next)
		}
	}
}

// plan is where the kills are to be: "place moment", or "" for no place in particular.
func (c *campaign) plan() []string {
	var plan []string
	for _, p := range c.where {
		switch moments := []string{before, after}; {
		case c.full:
			plan = append(plan, p.name()+" "+before, p.name()+" "+after)
		case p.first && len(plan) < c.wanted*4/5:
			plan = append(plan, p.name()+" "+moments[c.rng.IntN(2)])
		}
	}
	c.tally.planned = slices.Clone(plan)
	for range max(1, c.wanted/5) {
		plan = append(plan, "")
	}
	c.rng.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
	return plan
}

// lives is one life with a trap, or without one if there is no place. It reports whether it was killed there.
func (c *campaign) lives(ctx context.Context, place string) bool {
	f, m := c.fate(place)
	back := c.losesRedis()
	c.revive(f)
	l := c.town.life.Load()
	back(l)
	meddling, stop := context.WithCancel(ctx)
	var admin sync.WaitGroup
	if m != (meddle{}) {
		admin.Go(func() { c.season.meddling(meddling, m) })
	}
	if place == "" {
		c.atRandom(ctx, l)
	} else if !l.ends(springLimit) {
		c.misses++
		c.t.Logf("nothing came to %q within %v", place, springLimit)
	}
	stop()
	l.kill()
	admin.Wait()
	l.bury()
	c.tally.count(l, f, alive(c.t, c.folder))
	return l.hit == place
}

// losesRedis empties Redis or ends it before some lives. What it returns brings it back a little later.
func (c *campaign) losesRedis() (back func(l *life)) {
	if c.redis != nil {
		switch c.rng.IntN(3) {
		case 0:
			c.redis.Flush()
		case 1:
			c.redis.Kill()
			return func(l *life) {
				l.ends(time.Duration(200+c.rng.IntN(800)) * time.Millisecond)
				c.redis.Start()
				c.redis.Flush()
			}
		}
	}
	return func(*life) {}
}

// atRandom waits for some answers and then for a moment.
func (c *campaign) atRandom(ctx context.Context, l *life) {
	ctx, stop := context.WithTimeout(ctx, springLimit)
	defer stop()
	for enough := c.rng.Int64N(60); l.answers.Load() < enough && ctx.Err() == nil; {
		l.ends(5 * time.Millisecond)
	}
	l.ends(time.Duration(c.rng.IntN(40)) * time.Millisecond)
}

// fate has chance in it, in each third life something that is lost or late, and in each sixth a service that
// nothing reaches for a time.
func (c *campaign) fate(name string) (fate, meddle) {
	f := fate{Seed: c.rng.Uint64() | 1}
	switch c.rng.IntN(6) {
	case 0, 1:
		for _, way := range []string{toClaim, toDebit, toPayment, toReservation, toQueue, toConcert} {
			kind, hold := fault.Lose, time.Duration(0)
			if c.rng.IntN(2) == 0 {
				kind, hold = fault.Postpone, heldBack
			}
			f.Armed = append(f.Armed, fault.Fault{At: way, Kind: kind, Times: 1 + c.rng.IntN(2), Hold: hold})
		}
	case 2:
		f.Off, f.OffFor = services()[c.rng.IntN(len(services()))], time.Duration(500+c.rng.IntN(2500))*time.Millisecond
	}
	if name == "" {
		return f, meddle{}
	}
	at := strings.LastIndex(name, " ")
	p, _ := placeOf(name[:at])
	n := 1
	if p.first {
		n += c.rng.IntN(3)
	}
	f.Kill = fmt.Sprintf("%s:%s:%d", p.name(), name[at+1:], n)
	if p.leads != nil || p.meddle != (meddle{}) {
		f.Armed, f.Off = p.leads, ""
	}
	return f, p.meddle
}

// heals lets everything come to its end, and asks about each payment once more.
func (c *campaign) heals(ctx context.Context, crowd *sync.WaitGroup) {
	ctx, stop := context.WithTimeout(ctx, endLimit)
	defer stop()
	crowd.Wait()
	for _, p := range c.town.book.all() {
		crowd.Go(func() { c.town.pursue(ctx, p) })
	}
	crowd.Wait()
	for _, p := range c.town.book.all() {
		if p.end != "" {
			c.confirms(ctx, p)
		}
	}
	for pause := range patiently(ctx) {
		if atRest(c.t, c.folder) {
			return
		}
		pause()
	}
	c.tally.print(c.t, c.town.book.ended())
	c.t.Fatalf("the system did not come to rest within %v", endLimit)
}

// confirms wants the system to say of a payment what it said before.
func (c *campaign) confirms(ctx context.Context, p *purchase) {
	codes := []string{p.code}
	if p.end == orchestrator.Completed {
		codes = nil
	}
	if r, ok := c.town.insist(ctx, p.who, p.call(), codes...); ok {
		c.town.heard(p, r)
	}
}
