package page

import (
	"context"
	"sync"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
)

const (
	lookEvery = 450 * time.Millisecond // streams share what was read within this time
	lookWait  = 5 * time.Second        // for the Source to answer
	maxOrders = 30
)

// facts is everything that the page shows, as of one moment.
type facts struct {
	Orders    []Order
	OrdersErr error
	Results   map[string]Result
	Armed     []fault.Fault
	ArmedErr  error
	Waiting   []string // rows in line
	Halted    string   // the row at which "play all" ended early; "": it did not
}

// glance is what was read last, so that many streams cost the Source no more than one.
type glance struct {
	mu    sync.Mutex
	at    time.Time
	facts facts
}

// look reads the Source.
func (p *Page) look(ctx context.Context) facts {
	ctx, cancel := context.WithTimeout(ctx, lookWait)
	defer cancel()
	var f facts
	f.Orders, f.OrdersErr = p.config.Source.Orders(ctx)
	f.Orders = f.Orders[:min(len(f.Orders), maxOrders)]
	if f.OrdersErr != nil {
		f.Orders = nil
	}
	f.Results = p.config.Source.Results(ctx)
	f.Armed, f.ArmedErr = p.config.Source.Armed(ctx)
	if f.ArmedErr != nil {
		f.Armed = nil
	}
	f.Waiting, f.Halted = p.queue.state()
	return f
}

// recent is look for streams. What one stream reads serves all of them, so it does not end when
// that stream's reader leaves.
func (p *Page) recent(ctx context.Context) facts {
	p.glance.mu.Lock()
	defer p.glance.mu.Unlock()
	if time.Since(p.glance.at) < lookEvery {
		return p.glance.facts
	}
	before := p.glance.facts
	f := p.look(context.WithoutCancel(ctx))
	p.report("orders", f.OrdersErr, before.OrdersErr)
	p.report("faults", f.ArmedErr, before.ArmedErr)
	p.glance.facts, p.glance.at = f, time.Now()
	return f
}

// report logs the first of several failures in a row.
func (p *Page) report(what string, err, before error) {
	if err != nil && before == nil {
		p.config.Logger.Warn("page: the source could not be read", "what", what, "error", err)
	}
}

// result is what came of a row when it was played last, unless it plays now.
func (f *facts) result(id string) (r Result, ended bool) {
	r, played := f.Results[id]
	return r, played && !r.Playing
}

// playing is the row that plays, or "".
func (f *facts) playing() string {
	for id, r := range f.Results {
		if r.Playing {
			return id
		}
	}
	return ""
}
