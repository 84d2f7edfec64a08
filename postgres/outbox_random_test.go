package postgres_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/postgres"
)

// sent is what is known of a message beside the outbox. Times are ticks of one counter.
type sent struct {
	key, id             string
	number              int // within its transaction
	appended, committed int64
	rolledBack          bool
}

// town is a number of writers and what they know; its publisher notes what arrives.
type town struct {
	t      testing.TB
	ticks  atomic.Int64
	answer func() error // before and after a message is noted; nil for none

	mu      sync.Mutex
	sent    map[string]*sent
	arrived map[string][]int64 // by id, the ticks at which it was accepted
	under   map[string]string  // by key, who has it under way
	clashes []string
}

func newTown(t testing.TB) *town {
	return &town{t: t, sent: map[string]*sent{}, arrived: map[string][]int64{}, under: map[string]string{}}
}

// write commits or rolls back transactions, which begin, append and end at random times.
func (w *town) write(m *mail, transactions, keys int) {
	for range transactions {
		if err := w.transaction(m, keys); err != nil {
			w.t.Error(err)
			return
		}
	}
}

var errChangedMind = errors.New("changed my mind")

func (w *town) transaction(m *mail, keys int) error {
	ctx := w.t.Context()
	var mine []*sent
	err := pgx.BeginFunc(ctx, m.pool, func(tx pgx.Tx) error {
		if rand.N(2) == 0 { // takes its number before it appends
			if _, err := tx.Exec(ctx, `insert into effect (consumer) values ('early')`); err != nil {
				return err
			}
		}
		for range 1 + rand.N(3) {
			p, err := message.New("/shop/order", "OrderFailed", fmt.Sprint("key-", rand.N(keys)), nil)
			if err != nil {
				return err
			}
			<-time.After(rand.N(2 * time.Millisecond))
			s := &sent{key: p.Key, id: p.ID, number: len(mine), appended: w.ticks.Add(1)}
			if err := postgres.Bind(tx).Append(ctx, p); err != nil {
				return err
			}
			mine = append(mine, s)
		}
		<-time.After(rand.N(4 * time.Millisecond))
		if rand.N(5) == 0 {
			return errChangedMind
		}
		return nil
	})
	committed := w.ticks.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range mine {
		s.committed, s.rolledBack = committed, err != nil
		w.sent[s.id] = s
	}
	if errors.Is(err, errChangedMind) {
		return nil
	}
	return err
}

// publisher is one relay's.
func (w *town) publisher(relay string) publish {
	return func(ctx context.Context, m message.Message) error {
		w.mu.Lock()
		if other, under := w.under[m.Key]; under {
			w.clashes = append(w.clashes, m.Key+" at "+other+" and "+relay)
		}
		w.under[m.Key] = relay
		w.mu.Unlock()
		defer func() {
			w.mu.Lock()
			delete(w.under, m.Key)
			w.mu.Unlock()
		}()
		if err := w.ask(); err != nil {
			return err
		}
		select {
		case <-time.After(rand.N(2 * time.Millisecond)):
		case <-ctx.Done():
			return ctx.Err()
		}
		w.mu.Lock()
		w.arrived[m.ID] = append(w.arrived[m.ID], w.ticks.Add(1))
		w.mu.Unlock()
		return w.ask()
	}
}

func (w *town) ask() error {
	if w.answer == nil {
		return nil
	}
	return w.answer()
}

type publish func(context.Context, message.Message) error

func (f publish) Publish(ctx context.Context, m message.Message) error { return f(ctx, m) }

// quickly is a relay's configuration for tests.
func quickly() message.RelayConfig {
	return message.RelayConfig{
		Batch: 4, MaxAttempts: 1000, Initial: time.Millisecond, Max: 20 * time.Millisecond, Poll: 20 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

// relay runs a relay until the test ends, or until the returned function is called.
func relay(t testing.TB, q message.Queue, to publish, c message.RelayConfig) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- message.NewRelay(q, to, &c).Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the relay ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func (m *mail) empty(t testing.TB) bool {
	t.Helper()
	rows, err := m.queue.Rows(t.Context(), 1)
	must(t, err)
	return len(rows) == 0
}

// check wants what was committed to have arrived, what was rolled back not, and per key everything
// after all that was committed before it was appended. It returns how many pairs of messages were
// committed in another order than they were appended in, which is what a test has to meet.
func (w *town) check(atMost int) (turned int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	byKey := map[string][]*sent{}
	for id, s := range w.sent {
		switch n := len(w.arrived[id]); {
		case s.rolledBack && n > 0:
			w.t.Errorf("%s was rolled back and arrived", id)
		case !s.rolledBack && (n == 0 || n > atMost):
			w.t.Errorf("%s was committed and arrived %d times", id, n)
		case !s.rolledBack:
			byKey[s.key] = append(byKey[s.key], s)
		}
	}
	for _, clash := range w.clashes {
		w.t.Errorf("under way twice at once: %s", clash)
	}
	for _, all := range byKey {
		slices.SortFunc(all, func(a, b *sent) int { return cmp.Compare(a.appended, b.appended) })
		for i, a := range all {
			for _, b := range all[i+1:] {
				before := a.committed < b.appended || a.committed == b.committed && a.number < b.number
				if before && w.arrived[a.id][0] > w.arrived[b.id][0] {
					w.t.Errorf("of %s, %+v arrived after %+v", a.key, *a, *b)
				}
				if a.committed > b.committed {
					turned++
				}
			}
		}
	}
	return turned
}

// Many writers, three relays with pools of their own, publishes that fail before and after: what was
// committed arrives, what was rolled back does not, and keys keep their order.
func TestManyWritersAndSeveralRelays(t *testing.T) {
	t.Parallel()
	const writers, each, keys = 8, 60, 5
	url := pgtest.URL(t)
	m, w := newMail(t, url), newTown(t)
	w.answer = func() error {
		if rand.N(20) == 0 {
			return errors.New("lost on the way")
		}
		return nil
	}
	for i := range 3 {
		relay(t, postgres.NewQueue(poolOf(t, url)), w.publisher(fmt.Sprint("relay ", i)), quickly())
	}
	var all sync.WaitGroup
	for range writers {
		all.Go(func() { w.write(m, each, keys) })
	}
	all.Wait()
	eventually(t, "delivered", func() bool { return m.empty(t) })
	if turned := w.check(1000); turned < 20 {
		t.Errorf("only %d pairs were committed in another order than they were appended in", turned)
	}
}

// Without failures, each arrives once, though three share the work.
func TestSeveralRelaysDeliverEachMessageOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	m, w := newMail(t, url), newTown(t)
	for i := range 3 {
		relay(t, postgres.NewQueue(poolOf(t, url)), w.publisher(fmt.Sprint("relay ", i)), quickly())
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { w.write(m, 50, 20) })
	}
	all.Wait()
	eventually(t, "delivered", func() bool { return m.empty(t) })
	w.check(1)
}
