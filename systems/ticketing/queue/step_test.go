package queue_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/redistest"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// The step QUEUE of the saga.

func TestAPaymentUsesTheTokenUpOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		ann, bob, cho := d.enter("ann"), d.enter("bob"), d.enter("cho")
		d.admit()
		d.wantStands(cho, "WAITING")
		for range 2 {
			must(t, d.handle("ReservationsCompleted", "s-1", saleOf("s-1", "ann", ann)))
		}
		d.wantTold("QueueCompleted")
		d.wantStands(ann, "COMPLETED")
		d.admit()
		d.wantStands(bob, "ACTIVE")
		d.wantStands(cho, "ACTIVE") // one out, one in
		must(t, d.handle("AskQueue", "s-1", question("s-1")))
		must(t, d.handle("FenceQueue", "s-1", question("s-1")))
		d.wantTold("QueueCompleted, QueueCompleted")
	})
}

func TestUndoMakesTheTokenActiveAgain(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		ann := d.enter("ann")
		d.admit()
		must(t, d.handle("ReservationsCompleted", "s-1", saleOf("s-1", "ann", ann)))
		d.clock.pass(time.Minute)
		for range 2 {
			must(t, d.handle("UndoQueue", "s-1", question("s-1")))
		}
		d.wantTold("QueueCompleted, QueueUndone, QueueUndone")
		v, err := d.Look(t.Context(), ann)
		if err != nil || v.Status != "ACTIVE" || !v.ActiveUntil.Equal(d.clock.Now().Add(9*time.Minute)) {
			t.Errorf("%+v %v", v, err)
		}
		if o, err := d.Overview(t.Context(), 1); err != nil || o.Counts.Restored != 1 || o.Counts.Active != 0 {
			t.Errorf("%+v %v", o, err)
		}
		must(t, d.handle("ReservationsCompleted", "s-1", saleOf("s-1", "ann", ann))) // too late
		d.wantStands(ann, "ACTIVE")
		must(t, d.handle("ReservationsCompleted", "s-2", saleOf("s-2", "ann", ann)))
		d.clock.pass(9 * time.Minute)
		must(t, d.handle("UndoQueue", "s-2", question("s-2")))
		d.wantTold("QueueCompleted, QueueUndone")
		d.wantStands(ann, "EXPIRED") // its time is over
	})
}

func TestWhatWasForbiddenIsNotDone(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		ann := d.enter("ann")
		d.admit()
		for _, c := range []struct{ saga, command, answer string }{
			{"s-1", "FenceQueue", "QueueFailed not-in-time"}, {"s-2", "UndoQueue", "QueueUndone"},
		} {
			must(t, d.handle(c.command, c.saga, question(c.saga)))
			must(t, d.handle("ReservationsCompleted", c.saga, saleOf(c.saga, "ann", ann)))
			d.wantTold(c.answer)
			d.wantStands(ann, "ACTIVE")
		}
	})
}

func TestWhenTheStepIsRefused(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		ann, bob := d.enter("ann"), d.enter("bob")
		d.admit()
		must(t, d.TakeAway(t.Context(), bob))
		elsewhere := saleOf("s-4", "ann", ann)
		elsewhere.Sale.ConcertID = 2
		for want, sale := range map[string]event.ReservationsCompleted{
			"QueueFailed unknown-token": saleOf("s-1", "ann", "none"), "QueueFailed taken-away": saleOf("s-2", "bob", bob),
			"QueueFailed foreign-token": saleOf("s-3", "bob", ann),
		} {
			must(t, d.handle("ReservationsCompleted", sale.Sale.SagaID, sale))
			d.wantTold(want)
		}
		must(t, d.handle("ReservationsCompleted", "s-4", elsewhere))
		d.wantTold("QueueFailed foreign-token")
		d.wantStands(ann, "ACTIVE")
	})
}

func TestATokenThatRanOutWhileItsBuyerPaidIsUsedUp(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *desk) {
		ann, bob, cho := d.enter("ann"), d.enter("bob"), d.enter("cho")
		d.admit()
		d.clock.pass(11 * time.Minute)
		d.admit()
		must(t, d.Leave(t.Context(), cho)) // who left, and whose payment was under way
		for saga, sale := range map[string]event.ReservationsCompleted{
			"s-1": saleOf("s-1", "ann", ann), "s-2": saleOf("s-2", "bob", bob), "s-3": saleOf("s-3", "cho", cho),
		} {
			must(t, d.handle("ReservationsCompleted", saga, sale))
			d.wantTold("QueueCompleted")
		}
		d.wantStands(ann, "COMPLETED")
	})
}

// Redis is away: the step waits, and goes on when Redis is back. Compensation does not need it.
func TestWhileRedisIsAwayTheSagaWaits(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := newDesk(t, func(c *queue.Config) { c.Redis = server.URL() })
	ann, bob := d.enter("ann"), d.enter("bob")
	d.admit()
	server.Kill()
	for range 2 {
		if err := d.handle("ReservationsCompleted", "s-1", saleOf("s-1", "ann", ann)); err == nil {
			t.Error("the step was done without Redis")
		}
		if err := d.handle("ReservationsCompleted", "s-2", saleOf("s-2", "bob", bob)); err == nil {
			t.Error("the step was done without Redis")
		}
	}
	d.wantTold("")
	must(t, d.handle("AskQueue", "s-1", question("s-1")))
	must(t, d.handle("UndoQueue", "s-2", question("s-2")))
	d.wantTold("QueueNotDone, QueueUndone")
	if err := d.Ping(t.Context()); !errors.Is(err, line.ErrUnavailable) {
		t.Errorf("without Redis it says %v", err)
	}
	server.Start()
	must(t, d.handle("ReservationsCompleted", "s-1", saleOf("s-1", "ann", ann)))
	must(t, d.handle("ReservationsCompleted", "s-2", saleOf("s-2", "bob", bob)))
	d.wantTold("QueueCompleted")
	d.wantStands(ann, "COMPLETED")
	d.wantStands(bob, "ACTIVE")
}

// The answer that a step is undone says that the token is active again: it is not given while Redis, which
// buyers are told from, cannot be told.
func TestUndoneIsSaidWhenTheTokenIsActive(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := newDesk(t, func(c *queue.Config) { c.Redis = server.URL() })
	ann := d.enter("ann")
	d.admit()
	must(t, d.handle("ReservationsCompleted", "s-1", saleOf("s-1", "ann", ann)))
	d.wantTold("QueueCompleted")
	server.Kill()
	for range 2 {
		if err := d.handle("UndoQueue", "s-1", question("s-1")); err == nil {
			t.Error("the step was undone without Redis")
		}
	}
	d.wantTold("")
	server.Start()
	must(t, d.handle("UndoQueue", "s-1", question("s-1")))
	d.wantTold("QueueUndone")
	d.wantStands(ann, "ACTIVE")
}

// Do, undo and fence at once, while Redis is emptied: whatever the ledger says in the end, the token stands
// as it says.
func TestDoAndUndoAtOnce(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := newDesk(t, func(c *queue.Config) { c.Redis = server.URL() })
	for i, other := range []string{"UndoQueue", "FenceQueue", "UndoQueue", "FenceQueue", "UndoQueue", "FenceQueue"} {
		saga, user := "s-"+string(rune('a'+i)), "user"+string(rune('a'+i))
		token := d.enter(user)
		must(t, d.SetRule(t.Context(), 1, queue.Rule{Limit: 100}))
		d.admit()
		var all sync.WaitGroup
		all.Go(func() { _ = d.handle("ReservationsCompleted", saga, saleOf(saga, user, token)) })
		all.Go(func() { _ = d.handle(other, saga, question(saga)) })
		if i%3 == 0 {
			server.Flush()
		}
		all.Wait()
		must(t, d.handle("AskQueue", saga, question(saga)))
		want := "ACTIVE"
		if told := d.told(); told == "QueueCompleted, QueueCompleted" || told == "QueueCompleted, QueueCompleted, QueueCompleted" {
			want = "COMPLETED"
		}
		d.wantStands(token, want)
	}
}

// collector keeps what is published.
type collector struct{ types chan string }

func (c collector) Publish(_ context.Context, m message.Message) error {
	c.types <- m.Type
	return nil
}

// Run lets in at once when somebody has paid, without waiting for its next look.
func TestRunLetsInAndTells(t *testing.T) {
	t.Parallel()
	told := collector{make(chan string, 10)}
	d := newDesk(t, func(c *queue.Config) {
		c.Publisher, c.Rule, c.AdmitEvery = told, queue.Rule{Limit: 1}, time.Hour
		c.Relay = &message.RelayConfig{Logger: silent()}
	})
	ann, bob := d.enter("ann"), d.enter("bob")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	wait := func(token string) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); d.stands(token) != "ACTIVE"; {
			if time.Now().After(deadline) {
				t.Fatal("it is not let in")
			}
			<-time.After(5 * time.Millisecond)
		}
	}
	wait(ann)
	must(t, d.handle("ReservationsCompleted", "s-1", saleOf("s-1", "ann", ann)))
	wait(bob)
	if typ := <-told.types; typ != "QueueCompleted" {
		t.Errorf("it told %s", typ)
	}
	cancel()
	must(t, <-done)
}
