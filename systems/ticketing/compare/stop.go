package compare

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Kind is one kind of request while a part was in trouble.
type Kind struct {
	Sent, Good int64         // Good: answered well before the trouble was over
	P95        time.Duration // of those that were answered well, whenever
}

// Trouble is what one part's trouble did to a system.
type Trouble struct {
	System, Trouble string
	Pay             Kind
	// Later is how many payments came to a good end after the trouble was over, without a repeat; Refused how many
	// had to be sent again.
	Later, Refused               int64
	Settled                      time.Duration // from the trouble's end until the last of those that came to a good end by themselves
	Seats, Balance, Charge, Hold Kind
	Spans                        []Span
}

// counter counts requests of one kind.
type counter struct {
	mu   sync.Mutex
	kind Kind
	took []time.Duration
}

func (c *counter) note(good, inTime bool, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if good {
		c.took = append(c.took, took)
	}
	if good && inTime {
		c.kind.Good++
	}
}

func (c *counter) taken() Kind {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kind.P95 = quantile(c.took, .95)
	return c.kind
}

// paced sends a request of one kind again and again at its pace, and does not wait for answers.
type paced struct {
	*counter
	pace time.Duration
	send func(ctx context.Context, i int) error
}

// run sends until the time is over, at most most of them, and returns when all are answered. It says of each how
// long after the end that was; negative: before it.
func (p paced) run(ctx context.Context, end time.Time, most int, answered func(over time.Duration, err error)) {
	var under sync.WaitGroup
	defer under.Wait()
	tick := time.NewTicker(p.pace)
	defer tick.Stop()
	for i := 0; i < most && time.Now().Before(end); i++ {
		p.kind.Sent++
		under.Go(func() {
			begun := time.Now()
			err := p.send(ctx, i)
			over := time.Since(end)
			p.note(err == nil, over < 0, time.Since(begun))
			if answered != nil {
				answered(over, err)
			}
		})
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// stop measures what a part's trouble does to payments and to other requests.
func (r *Report) stop(ctx context.Context, s *system, t trouble) error {
	payments := int(r.config.Outage / r.config.Pace)
	at, err := s.opens(ctx, 2*payments+1)
	if err != nil {
		return err
	}
	buyers, err := prepared(ctx, s, at, payments)
	if err != nil {
		return err
	}
	other, err := s.arrives(ctx, "other", at)
	if err != nil {
		return err
	}
	holders := make([]*buyer, payments/heldAtMost+1)
	for i := range holders {
		if holders[i], err = s.arrives(ctx, fmt.Sprintf("holder%d", i), at); err != nil {
			return err
		}
	}
	measured := r.disturb(ctx, s, t, at, crowd{buyers, holders, other})
	if err := eachOf(len(buyers), 8, func(i int) error { // what was refused is sent again, the rest is a double click
		return patiently(ctx, func() error { return buyers[i].pays(ctx) })
	}); err != nil {
		return fmt.Errorf("%v: a payment that was sent again: %w", t, err)
	}
	r.Troubles = append(r.Troubles, measured)
	fmt.Fprintf(r.config.Log, "%s, %v: %d of %d payments in time, %d later, %d refused\n",
		s.name, t, measured.Pay.Good, measured.Pay.Sent, measured.Later, measured.Refused)
	if err := checked(ctx, s, at, buyers); err != nil {
		return fmt.Errorf("%v: %w", t, err)
	}
	return nil
}

// heldAtMost is how many seats one holder takes: less than reservation.MaxClaim, which is how many a buyer may hold.
const heldAtMost = 8

// crowd is who is there while a part is in trouble: those who pay, those who hold seats, and one who looks at
// things and puts money in.
type crowd struct {
	buyers, holders []*buyer
	other           *buyer
}

// disturb runs all kinds of requests while a part is in trouble.
func (r *Report) disturb(ctx context.Context, s *system, t trouble, at hall, there crowd) Trouble {
	var pay, seats, balance, charges, hold counter
	pace := r.config.Pace
	s.spans.forget()
	s.parts.set(t)
	end := time.Now().Add(r.config.Outage)
	var all sync.WaitGroup
	run := func(c *counter, pace time.Duration, send func(ctx context.Context, i int) error) {
		all.Go(func() { paced{c, pace, send}.run(ctx, end, len(there.buyers)*10, nil) })
	}
	run(&seats, pace/2, func(ctx context.Context, _ int) error { _, err := there.other.sold(ctx, at); return err })
	run(&balance, pace/2, func(ctx context.Context, _ int) error {
		return there.other.copied().ask(ctx, http.MethodGet, "/balance", "", nil, nil)
	})
	run(&charges, pace, func(ctx context.Context, i int) error { return there.other.charges(ctx, 1, fmt.Sprintf("more-%d", i)) })
	run(&hold, pace, func(ctx context.Context, i int) error {
		return there.holders[i%len(there.holders)].copied().holds(ctx, at, len(there.buyers)+1+i)
	})
	all.Go(func() { // the end of the trouble does not wait for those who wait for it
		select {
		case <-time.After(time.Until(end)):
		case <-ctx.Done():
		}
		s.parts.set(trouble{})
	})
	var after aftermath
	paced{&pay, pace, func(ctx context.Context, i int) error { return there.buyers[i].pays(ctx) }}.run(ctx, end, len(there.buyers), after.note)
	all.Wait()
	return Trouble{
		System: s.name, Trouble: t.String(), Pay: pay.taken(), Later: after.later, Refused: after.refused, Settled: after.last,
		Seats: seats.taken(), Balance: balance.taken(), Charge: charges.taken(), Hold: hold.taken(), Spans: s.spans.take(),
	}
}

// aftermath is what became of payments that were not over in time.
type aftermath struct {
	mu             sync.Mutex
	later, refused int64
	last           time.Duration
}

func (a *aftermath) note(over time.Duration, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err != nil:
		a.refused++
	case over >= 0:
		a.later++
		a.last = max(a.last, over)
	}
}

// copied is the buyer for a request whose answer is of no interest.
func (b *buyer) copied() *buyer { c := *b; return &c }
