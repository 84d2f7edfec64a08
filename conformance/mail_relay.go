package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/seosa-dev/saga/message"
)

func relayChecks() []mailCheck {
	return []mailCheck{
		{"Relay/a-crash-before-the-record", crashBeforeTheRecord},
		{"Relay/dead-letters-hold-no-other-keys", deadLettersHoldNoOtherKeys},
		{"Relay/a-thousand-through-failures", aThousandThroughFailures},
	}
}

// noRecord is a queue whose process ends before it can note a delivery. Its claims are given back,
// as those of a process that ends are after a while.
type noRecord struct {
	Outbox
	tried chan struct{}
	gone  atomic.Bool
}

func (q *noRecord) Delivered(ctx context.Context, rows ...message.Row) error {
	q.gone.Store(true)
	for _, row := range rows {
		if err := q.Failed(ctx, row, message.Failure{}); err != nil {
			return err
		}
	}
	select {
	case q.tried <- struct{}{}:
	default:
	}
	return errors.New("the process is gone")
}

func (q *noRecord) Claim(ctx context.Context, limit int, hold time.Duration) ([]message.Row, error) {
	if q.gone.Load() {
		return nil, errors.New("the process is gone")
	}
	return q.Outbox.Claim(ctx, limit, hold)
}

func crashBeforeTheRecord(p *post) {
	p.post("a", "b")
	var calls atomic.Int64
	catalog := p.Consumer("catalog", nil)
	deliver := func(ctx context.Context, m message.Message) error {
		calls.Add(1)
		return catalog(ctx, m)
	}
	crashed := &noRecord{Outbox: p.queue, tried: make(chan struct{}, 1)}
	_, stop := p.relay(crashed, deliver)
	<-crashed.tried
	p.until("both are published", func() bool { return calls.Load() == 2 })
	stop()
	if rows := p.rows(); len(rows) != 2 {
		p.Errorf("%d rows are left, want both", len(rows))
	}
	p.relay(p.queue, deliver)
	p.until("the outbox is empty", func() bool { return len(p.rows()) == 0 })
	if n := calls.Load(); n != 4 {
		p.Errorf("%d deliveries, want each of 2 twice", n)
	}
	p.wantEffects("catalog", map[string][]string{"a": {"0"}, "b": {"1"}})
}

func deadLettersHoldNoOtherKeys(p *post) {
	p.post("bad", "bad", "good", "worse", "worse", "good")
	var mended atomic.Bool
	catalog := p.Consumer("catalog", func(m message.Message) error {
		if m.Key != "good" && string(m.Data) != "1" && string(m.Data) != "4" && !mended.Load() {
			return fmt.Errorf("%w: no such item", message.ErrPoison)
		}
		return nil
	})
	r, _ := p.relay(p.queue, publish(catalog))
	dead := func() (positions []int64) {
		for _, row := range p.rows() {
			if row.Dead {
				positions = append(positions, row.Position)
			}
		}
		return positions
	}
	p.until("all that can be delivered is", func() bool { return len(p.rows()) == 4 && len(dead()) == 2 })
	p.wantEffects("catalog", map[string][]string{"good": {"2", "5"}})
	mended.Store(true)
	positions := dead()
	p.must(p.queue.Redrive(p.Context(), positions[0]))
	p.must(p.queue.Discard(p.Context(), positions[1]))
	r.Wake()
	p.until("the outbox is empty", func() bool { return len(p.rows()) == 0 })
	p.wantEffects("catalog", map[string][]string{"good": {"2", "5"}, "bad": {"0", "1"}, "worse": {"4"}})
}

// Publishes fail before and after their effect, at random; each message has its effect once, and
// those of a key have it in order, though two relays share the outbox.
func aThousandThroughFailures(p *post) {
	const messages, keys = 1000, 50
	want := map[string][]string{}
	var order []string
	for i := range messages {
		key := fmt.Sprint("order-", rand.N(keys))
		order = append(order, key)
		want[key] = append(want[key], fmt.Sprint(i))
	}
	lost := errors.New("lost on the way")
	catalog := p.Consumer("catalog", nil)
	var failures atomic.Int64
	deliver := func(ctx context.Context, m message.Message) error {
		what := rand.N(10)
		if what < 2 { // before the effect, after it, or nobody is there
			failures.Add(1)
		}
		switch {
		case what == 0:
			return lost
		case what == 1:
			return errors.Join(catalog(ctx, m), lost)
		case rand.N(200) == 0:
			return message.ErrUnavailable
		}
		return catalog(ctx, m)
	}
	first, _ := p.relay(p.queue, deliver)
	p.relay(p.queue, deliver)
	number := 0
	for part := range slices.Chunk(order, 100) {
		p.postFrom(number, part...)
		number += len(part)
		first.Wake()
	}
	p.until("the outbox is empty", func() bool { return len(p.rows()) == 0 })
	p.wantEffects("catalog", want)
	if n := failures.Load(); n < messages/20 {
		p.Errorf("only %d publishes failed", n)
	}
}
