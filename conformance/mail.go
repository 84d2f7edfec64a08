package conformance

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
)

// Mail is a service's database with an outbox, an inbox and a table of effects, as the test of a
// driver gives it to [TestMail].
type Mail interface {
	// Outbox is the driver's queue. It is the same one at each call.
	Outbox() Outbox
	// Change runs fn in a transaction, which is rolled back if fn returns an error.
	Change(ctx context.Context, fn func(ctx context.Context, tx Letters) error) error
	// Consumer is the driver's consumer, with a row as the effect of each message: consumer, key,
	// data and a running number. ask may refuse afterwards.
	Consumer(consumer string, ask func(message.Message) error) message.Handler
	// Effects returns the data of the rows that a consumer's messages made, per key in order.
	Effects(ctx context.Context, consumer string) (map[string][]string, error)
}

// Outbox is what a driver's queue can do for relays and for operators.
type Outbox interface {
	message.Queue
	Rows(ctx context.Context, limit int) ([]message.Row, error)
	Holds(ctx context.Context, key string) (bool, error)
	Redrive(ctx context.Context, position int64) error
	Discard(ctx context.Context, position int64) error
}

// Letters is a transaction of the caller's as outbox and inbox: the driver's Bound.
type Letters interface {
	Append(ctx context.Context, messages ...message.Message) error
	Accept(ctx context.Context, consumer string, m message.Message) (first bool, err error)
}

// TestMail runs every check of outbox and inbox as a parallel subtest of t. Open returns an empty
// database each time it is called and cleans up by t.Cleanup; it is called from several goroutines
// at once.
func TestMail(t *testing.T, open func(t testing.TB) Mail) {
	for _, part := range [][]mailCheck{outboxChecks(), claimMailChecks(), inboxChecks(), relayChecks()} {
		for _, c := range part {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				m := open(t)
				c.run(&post{TB: t, Mail: m, queue: m.Outbox()})
			})
		}
	}
}

type mailCheck struct {
	name string
	run  func(p *post)
}

// post is what a check of outbox and inbox works with.
type post struct {
	testing.TB
	Mail
	queue Outbox
}

func (p *post) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// refused wants an error that matches target.
func (p *post) refused(what string, err, target error) {
	p.Helper()
	if !errors.Is(err, target) {
		p.Errorf("%s: got error %v, want one that matches %q", what, err, target)
	}
}

// post appends a message for each key in one transaction; its data is its number.
func (p *post) post(keys ...string) (posted []message.Message) {
	p.Helper()
	return p.postFrom(0, keys...)
}

func (p *post) postFrom(number int, keys ...string) (posted []message.Message) {
	p.Helper()
	for i, key := range keys {
		m, err := message.New("/shop/order", "OrderFailed", key, number+i)
		p.must(err)
		posted = append(posted, m)
	}
	p.must(p.Change(p.Context(), func(ctx context.Context, tx Letters) error { return tx.Append(ctx, posted...) }))
	return posted
}

func (p *post) rows() []message.Row {
	p.Helper()
	rows, err := p.queue.Rows(p.Context(), 1000)
	p.must(err)
	return rows
}

// claim claims for an hour, and wants to get these: data of messages, in any order.
func (p *post) claim(limit int, want ...string) []message.Row {
	p.Helper()
	return p.claimFor(time.Hour, limit, want...)
}

func (p *post) claimFor(hold time.Duration, limit int, want ...string) []message.Row {
	p.Helper()
	rows, err := p.queue.Claim(p.Context(), limit, hold)
	p.must(err)
	var got []string
	for _, row := range rows {
		got = append(got, string(row.Message.Data))
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		p.Fatalf("claimed %q, want %q", got, want)
	}
	return rows
}

// until waits for a condition, a minute at most.
func (p *post) until(what string, holds func() bool) {
	p.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			p.Fatalf("waited a minute until %s", what)
		}
	}
}

func (p *post) wantEffects(consumer string, want map[string][]string) {
	p.Helper()
	got, err := p.Effects(p.Context(), consumer)
	p.must(err)
	if !reflect.DeepEqual(got, want) {
		p.Errorf("effects at %s are %v, want %v", consumer, got, want)
	}
}

type publish func(context.Context, message.Message) error

func (f publish) Publish(ctx context.Context, m message.Message) error { return f(ctx, m) }

// relay runs a relay and returns it with a function that stops it.
func (p *post) relay(q message.Queue, to publish) (*message.Relay, func()) {
	p.Helper()
	r := message.NewRelay(q, to, &message.RelayConfig{
		MaxAttempts: 100, Initial: time.Millisecond, Max: 5 * time.Millisecond, Poll: 10 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	ctx, cancel := context.WithCancel(p.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			p.Errorf("the relay ended with %v", err)
		}
	})
	p.Cleanup(stop)
	return r, stop
}
