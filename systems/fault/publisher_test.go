package fault_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/fault"
)

// counter is a publisher that counts what reaches it and fails as told.
type counter struct {
	delivered atomic.Int64
	err       error
}

func (c *counter) Publish(ctx context.Context, m message.Message) error {
	if ctx.Err() != nil || m.ID != "m-1" {
		return errors.New("not the message, or late with the context of a caller who has gone")
	}
	c.delivered.Add(1)
	return c.err
}

func TestEveryKindOfPublish(t *testing.T) {
	t.Parallel()
	for kind, c := range map[fault.Kind]struct {
		delivered, crashes int64
		outcome            string
		unavailable        bool
	}{
		"":                {1, 0, "OK", false},
		fault.DropRequest: {0, 0, "?", false},
		fault.DropReply:   {1, 0, "?", false},
		fault.Duplicate:   {2, 0, "OK", false},
		fault.Delay:       {0, 0, "?", true},
		fault.Off:         {0, 0, "?", true},
		fault.Lose:        {0, 0, "OK", false},
		fault.Postpone:    {0, 0, "OK", false},
		fault.CrashBefore: {0, 1, "?", false},
		fault.CrashAfter:  {1, 1, "?", false},
	} {
		b := newBench(t, fault.Config{})
		next := &counter{}
		p := b.Publisher("publish", next)
		if kind != "" {
			b.arm(fault.Fault{At: "publish", Kind: kind, Match: "order-1"})
		}
		err := p.Publish(t.Context(), message.Message{ID: "m-1", Key: "order-1"})
		if (err == nil) != (c.outcome == "OK") || errors.Is(err, message.ErrUnavailable) != c.unavailable || errors.Is(err, message.ErrPoison) {
			t.Errorf("%q: the caller sees %v", kind, err)
		}
		if n := next.delivered.Load(); n != c.delivered || b.crashes.Load() != c.crashes {
			t.Errorf("%q: delivered %d times with %d crashes, want %d and %d", kind, n, b.crashes.Load(), c.delivered, c.crashes)
		}
		if got := b.last(); got != (fault.Call{Seq: 1, At: "publish", Key: "order-1", Outcome: c.outcome, Fault: kind}) {
			t.Errorf("%q: recorded %+v", kind, got)
		}
		if kind != "" {
			b.struck("publish", 1)
		}
		if err := p.Publish(t.Context(), message.Message{ID: "m-1", Key: "order-1"}); err != nil {
			t.Errorf("%q: the next publish sees %v", kind, err)
		}
	}
}

func TestWhatAPublisherSaysIsPassedOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		says    error
		outcome string
	}{{message.ErrPoison, "NO"}, {message.ErrUnavailable, "?"}, {errors.New("broken"), "?"}} {
		b := newBench(t, fault.Config{})
		next := &counter{err: c.says}
		err := b.Publisher("publish", next).Publish(t.Context(), message.Message{ID: "m-1", Key: "k"})
		if !errors.Is(err, c.says) || b.last().Outcome != c.outcome {
			t.Errorf("%v: saw %v, recorded %+v", c.says, err, b.last())
		}
	}
}

func TestADelayedMessageArrivesAtRelease(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	next := &counter{}
	p := b.Publisher("publish", next)
	b.arm(fault.Fault{At: "publish", Kind: fault.Delay})
	ctx, cancel := context.WithCancel(t.Context())
	_ = p.Publish(ctx, message.Message{ID: "m-1", Key: "k"})
	cancel()
	b.Release()
	want := fault.Call{Seq: 2, At: "publish", Key: "k", Outcome: "OK", Fault: fault.Delay, Late: true}
	if next.delivered.Load() != 1 || b.last() != want {
		t.Errorf("delivered %d times, recorded %+v", next.delivered.Load(), b.last())
	}
}

func TestAPublisherIsOffUntilCleared(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	next := &counter{}
	p := b.Publisher("publish", next)
	b.arm(fault.Fault{At: "publish", Kind: fault.Off, Times: -1})
	m := message.Message{ID: "m-1", Key: "k"}
	for range 3 {
		if err := p.Publish(t.Context(), m); !errors.Is(err, message.ErrUnavailable) {
			t.Errorf("off, and says %v", err)
		}
	}
	if err := b.Clear(); err != nil {
		t.Fatal(err)
	}
	if err := p.Publish(t.Context(), m); err != nil || next.delivered.Load() != 1 {
		t.Errorf("on again, and says %v after %d", err, next.delivered.Load())
	}
}
