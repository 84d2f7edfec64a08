package participant_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// deliverer stands for an engine: it gets the number of replies.
type deliverer func(ctx context.Context, n int) error

func (d deliverer) Deliver(ctx context.Context, replies ...saga.Reply) error {
	return d(ctx, len(replies))
}

// desk stands for an engine that knows some instances, and takes a second for each call.
type desk struct {
	mu      sync.Mutex
	known   func(id string) bool
	calls   []int
	settled map[string]int
}

func (d *desk) Deliver(ctx context.Context, replies ...saga.Reply) error {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls = append(d.calls, len(replies))
	for _, r := range replies {
		if !d.known(r.Key.Instance) {
			return fmt.Errorf("%w: no instance %q", saga.ErrNotFound, r.Key.Instance)
		}
	}
	for _, r := range replies {
		d.settled[r.Key.Instance]++
	}
	return nil
}

// has returns how many replies each call had, how many instances were settled, and how often one of them.
func (d *desk) has(instance string) (calls []int, all, one int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.calls), len(d.settled), d.settled[instance]
}

func replyTo(instance, call, entry string) message.Message {
	return message.Message{
		ID: instance + "!", Source: "/shop/catalog", Type: "stock/take.reply", Key: instance, Correlation: instance,
		Data: raw(fmt.Sprintf(`{"for":"/shop/order","call":%q,"entry":%s}`, call, entry)),
	}
}

func applied(instance string) message.Message {
	return replyTo(instance, "do", fmt.Sprintf(`{"key":"%s/take","state":"APPLIED"}`, instance))
}

// Replies that come while others are delivered share the next call, and each is answered only when it
// is durable. One that nobody can take keeps no other.
func TestRepliesAreGathered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{settled: map[string]int{}, known: func(id string) bool { return id != "o-50" }}
		r := participant.NewReplies(d, "/shop/order")
		var all sync.WaitGroup
		errs := make([]error, 100)
		for i := range errs {
			all.Go(func() { errs[i] = r.Take(t.Context(), applied(fmt.Sprint("o-", i))) })
			if i < 10 {
				synctest.Wait() // the first is under way, the others wait for it
			}
		}
		synctest.Wait()
		if _, all, _ := d.has(""); all != 0 {
			t.Fatal("delivered before its time")
		}
		<-time.After(time.Second)
		synctest.Wait()
		if calls, _, one := d.has("o-0"); len(calls) != 1 || one != 1 {
			t.Fatalf("after a second the calls were %v", calls)
		}
		all.Wait()
		if calls, _, _ := d.has(""); len(calls) != 2+99 || calls[1] != 99 {
			t.Errorf("the calls had %v replies; want 1, 99 and, because one of them was refused, each of those", calls)
		}
		for i, err := range errs {
			if i == 50 {
				if !errors.Is(err, message.ErrPoison) || !errors.Is(err, saga.ErrNotFound) {
					t.Errorf("reply %d: %v; want a dead letter that says why", i, err)
				}
				continue
			}
			if _, _, settled := d.has(fmt.Sprint("o-", i)); err != nil || settled != 1 {
				t.Errorf("reply %d: %v, settled %d times", i, err, settled)
			}
		}
	})
}

// Who gives up waiting is told so, and what was gathered is delivered all the same. Who delivers for
// all and dies of it takes nobody along.
func TestWhoLeavesAGatheringTakesNobodyAlong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{settled: map[string]int{}, known: func(string) bool { return true }}
		r := participant.NewReplies(d, "/shop/order")
		var all sync.WaitGroup
		all.Go(func() { _ = r.Take(t.Context(), applied("o-0")) })
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := r.Take(short, applied("o-1")); !errors.Is(err, message.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
		if err := r.Take(t.Context(), applied("o-2")); err != nil {
			t.Error(err)
		}
		all.Wait()
		if _, settled, _ := d.has(""); settled != 3 {
			t.Errorf("%d were settled, want 3", settled)
		}
		panics := true
		r = participant.NewReplies(deliverer(func(context.Context, int) error {
			if panics {
				panic("out of cheese")
			}
			return nil
		}), "/shop/order")
		func() {
			defer func() { _ = recover() }()
			_ = r.Take(t.Context(), applied("o-3"))
		}()
		panics = false
		if err := r.Take(t.Context(), applied("o-4")); err != nil {
			t.Error(err)
		}
	})
}

// What is no reply is poison; what another asked for is passed over; a store in trouble is about no
// message, so none is given up for it.
func TestWhatIsNoReply(t *testing.T) {
	t.Parallel()
	entry := `{"key":"o-1/take","state":"APPLIED"}`
	for name, c := range map[string]struct {
		m    message.Message
		says error
		want error
		took int
	}{
		"a reply":                 {replyTo("o-1", "do", entry), nil, nil, 1},
		"one for another":         {with(applied("o-1"), func(m *message.Message) { m.Data = raw(strings.Replace(string(m.Data), "/shop/order", "/b", 1)) }), nil, nil, 0},
		"no reply":                {with(applied("o-1"), func(m *message.Message) { m.Data = raw(`{"paid":true}`) }), nil, message.ErrPoison, 0},
		"no data":                 {with(applied("o-1"), func(m *message.Message) { m.Data = nil }), nil, message.ErrPoison, 0},
		"no key":                  {replyTo("o-1", "do", `{"state":"APPLIED"}`), nil, message.ErrPoison, 0},
		"an undo that is applied": {replyTo("o-1", "undo", entry), nil, message.ErrPoison, 0},
		"a fence that is open":    {replyTo("o-1", "fence", `{"key":"o-1/take","state":"NONE"}`), nil, message.ErrPoison, 0},
		"no call":                 {replyTo("o-1", "redo", entry), nil, message.ErrPoison, 0},
		"no state":                {replyTo("o-1", "do", `{"key":"o-1/take","state":"applied"}`), nil, message.ErrPoison, 0},
		"a large one":             {applied("o-1"), saga.ErrTooLarge, message.ErrPoison, 1},
		"an odd one":              {applied("o-1"), saga.ErrInvalid, message.ErrPoison, 1},
		"a store in trouble":      {applied("o-1"), errBroken, message.ErrUnavailable, 1},
	} {
		took := 0
		r := participant.NewReplies(deliverer(func(_ context.Context, n int) error { took += n; return c.says }), "/shop/order")
		if err := r.Take(t.Context(), c.m); (err == nil) != (c.want == nil) || !errors.Is(err, c.want) || took != c.took {
			t.Errorf("%s: %d delivered, the error is %v; want %d and %v", name, took, err, c.took, c.want)
		}
	}
}
