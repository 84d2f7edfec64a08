package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
)

// mail is a service's database with an outbox, an inbox and a table for effects.
type mail struct {
	write, read *sql.DB
	queue       *sqlite.Queue
}

func newMail(t testing.TB) *mail {
	t.Helper()
	m, err := openMail(t.Context(), filepath.Join(t.TempDir(), "service.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.close)
	return m
}

// openMail does not wait for the disk: what is tested here is not durability.
func openMail(ctx context.Context, path string) (*mail, error) {
	const settings = "?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=busy_timeout(10000)"
	m := &mail{}
	var err, err2 error
	m.write, err = sql.Open("sqlite", "file:"+path+settings)
	m.read, err2 = sql.Open("sqlite", "file:"+path+settings)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	m.write.SetMaxOpenConns(1)
	m.queue = sqlite.NewQueue(m, m.read)
	if err := sqlite.Prepare(ctx, m.write); err != nil {
		return nil, err
	}
	_, err = m.write.ExecContext(ctx, `create table if not exists effect
		(num integer primary key, consumer text, key text, data text) strict`)
	return m, err
}

func (m *mail) close() { _ = errors.Join(m.read.Close(), m.write.Close()) }

// Change is not interrupted by the end of ctx once it has begun.
func (m *mail) Change(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	tx, err := m.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// post appends a message for each key; its data is its number among all that were posted together.
func (m *mail) post(t testing.TB, keys ...string) (posted []message.Message) {
	t.Helper()
	for i, key := range keys {
		p, err := message.New("/shop/order", "OrderFailed", key, i)
		if err != nil {
			t.Fatal(err)
		}
		posted = append(posted, p)
	}
	m.append(t, posted...)
	return posted
}

func (m *mail) append(t testing.TB, messages ...message.Message) {
	t.Helper()
	err := m.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		return sqlite.Bind(tx).Append(ctx, messages...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (m *mail) rows(t testing.TB) []message.Row {
	t.Helper()
	rows, err := m.queue.Rows(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// due returns the positions that may be delivered at a time.
func (m *mail) due(t testing.TB, at time.Time, limit int) (positions []int64) {
	t.Helper()
	rows, err := m.queue.Due(t.Context(), at, limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		positions = append(positions, row.Position)
	}
	return positions
}

func (m *mail) wantDue(t testing.TB, at time.Time, want ...int64) {
	t.Helper()
	if got := m.due(t, at, 100); !slices.Equal(got, want) {
		t.Errorf("due are %v, want %v", got, want)
	}
}

// consumer has one effect for each message: a row. ask may refuse.
func (m *mail) consumer(name string, ask func(message.Message) error) message.Handler {
	return sqlite.Consumer(m, name, func(ctx context.Context, tx *sql.Tx, p message.Message) error {
		_, err := tx.ExecContext(ctx, `insert into effect (consumer, key, data) values (?, ?, ?)`, name, p.Key, string(p.Data))
		if err == nil && ask != nil {
			err = ask(p)
		}
		return err
	})
}

// effects returns what took effect at a consumer, per key in order.
func (m *mail) effects(t testing.TB, consumer string) map[string][]string {
	t.Helper()
	rows, err := m.read.QueryContext(t.Context(), `select key, data from effect where consumer = ? order by num`, consumer)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := map[string][]string{}
	for rows.Next() {
		var key, data string
		if err := rows.Scan(&key, &data); err != nil {
			t.Fatal(err)
		}
		all[key] = append(all[key], data)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func (m *mail) wantEffects(t testing.TB, consumer string, want map[string][]string) {
	t.Helper()
	if got := m.effects(t, consumer); !reflect.DeepEqual(got, want) {
		t.Errorf("effects at %s are %v, want %v", consumer, got, want)
	}
}

type publish func(context.Context, message.Message) error

func (p publish) Publish(ctx context.Context, m message.Message) error { return p(ctx, m) }

// relay runs a relay and returns it with a function that stops it.
func relay(t testing.TB, q message.Queue, p publish) (*message.Relay, func()) {
	t.Helper()
	r := message.NewRelay(q, p, &message.RelayConfig{
		MaxAttempts: 100, Initial: time.Millisecond, Max: 5 * time.Millisecond, Poll: 10 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the relay ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return r, stop
}

// until waits for a condition, a minute at most.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited a minute until %s", what)
		}
	}
}

func TestAppendGoesWithTheTransaction(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	changedMind := errors.New("changed my mind")
	full, err := message.New("/shop/order", "OrderFailed", "주문 1", map[string]any{"a": "<&>", "b": nil})
	if err != nil {
		t.Fatal(err)
	}
	full.Correlation, full.Causation = "saga-1", "7"
	full.Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	least := message.Message{ID: "1", Source: "/shop/order", Type: "OrderFailed", Key: "주문 1"}
	change := func(end error) error {
		return m.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			return errors.Join(sqlite.Bind(tx).Append(ctx, full, least), end)
		})
	}
	if err := change(changedMind); !errors.Is(err, changedMind) {
		t.Errorf("the error is %v", err)
	}
	if rows := m.rows(t); len(rows) != 0 {
		t.Errorf("rolled back, and there is %+v", rows)
	}
	before := time.Now().Truncate(time.Microsecond)
	if err := change(nil); err != nil {
		t.Fatal(err)
	}
	rows := m.rows(t)
	if len(rows) != 2 || !reflect.DeepEqual(rows[0].Message, full) || !reflect.DeepEqual(rows[1].Message, least) {
		t.Fatalf("the outbox has %+v, want %+v and %+v", rows, full, least)
	}
	if rows[0].Position >= rows[1].Position || rows[0].Written.Before(before) || !rows[0].Due.Equal(rows[0].Written) ||
		!rows[1].Due.IsZero() || rows[0].Written.Location() != time.UTC {
		t.Errorf("the rows are %+v", rows)
	}
}

func TestAppendRefusesAllOrNone(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	good := message.Message{ID: "1", Source: "/a", Type: "B", Key: "c"}
	err := m.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if err := sqlite.Bind(tx).Append(ctx, good, message.Message{}); !errors.Is(err, message.ErrInvalid) {
			t.Errorf("the error is %v", err)
		}
		return nil // and the transaction commits all the same
	})
	if rows := m.rows(t); err != nil || len(rows) != 0 {
		t.Errorf("the outbox has %+v, error %v", rows, err)
	}
}

func TestDueIsTheEarliestOfEachKey(t *testing.T) {
	t.Parallel()
	m, ctx := newMail(t), t.Context()
	m.post(t, "a", "a", "b", "c", "b")
	now := time.Now().Add(time.Second)
	m.wantDue(t, now, 1, 3, 4)
	m.wantDue(t, now.Add(-time.Hour))
	if got := m.due(t, now, 2); !slices.Equal(got, []int64{1, 3}) {
		t.Errorf("with a limit of 2: %v", got)
	}
	for range 2 { // a repeat is answered like the first
		if err := m.queue.Delivered(ctx, 1, 4, 99); err != nil {
			t.Error(err)
		}
	}
	m.wantDue(t, now, 2, 3)
	later := message.Failure{Attempts: 1, Due: now.Add(time.Minute), Error: "reset by peer"}
	if err := errors.Join(m.queue.Failed(ctx, 3, later), m.queue.Failed(ctx, 1, later)); err != nil {
		t.Error(err)
	}
	m.wantDue(t, now, 2) // and nothing of b, whose first row waits
	m.wantDue(t, now.Add(time.Minute), 2, 3)
	if row := m.rows(t)[1]; row.Position != 3 || row.Attempts != 1 || row.LastError != "reset by peer" || row.Dead ||
		!row.Due.Equal(later.Due.Truncate(time.Microsecond)) {
		t.Errorf("the row that failed is %+v", row)
	}
	if err := m.queue.Delivered(ctx, 2); err != nil {
		t.Error(err)
	}
	m.wantDue(t, now.Add(time.Minute), 3)
}

func TestAPositionIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	m.post(t, "a")
	if err := m.queue.Delivered(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	m.post(t, "a")
	m.wantDue(t, time.Now().Add(time.Second), 2)
}

func TestADeadRowHoldsItsKeyUntilSomebodyDecides(t *testing.T) {
	t.Parallel()
	m, ctx := newMail(t), t.Context()
	m.post(t, "a", "a", "b", "a")
	now := time.Now().Add(time.Second)
	dead := message.Failure{Attempts: 10, Due: now, Error: "no such item", Dead: true}
	if err := m.queue.Failed(ctx, 1, dead); err != nil {
		t.Fatal(err)
	}
	// Neither a late failure nor a delivery behind its back brings it back to life.
	if err := errors.Join(m.queue.Failed(ctx, 1, message.Failure{Due: now}), m.queue.Delivered(ctx, 4)); err != nil {
		t.Fatal(err)
	}
	m.wantDue(t, now.Add(time.Hour), 3)
	if row := m.rows(t)[0]; !row.Dead || !row.Due.IsZero() || row.Attempts != 10 || row.LastError != "no such item" {
		t.Errorf("the dead letter is %+v", row)
	}
	for name, err := range map[string]error{
		"redrive a living row": m.queue.Redrive(ctx, 3), "discard a living row": m.queue.Discard(ctx, 3),
		"redrive a waiting row": m.queue.Redrive(ctx, 2), "discard a waiting row": m.queue.Discard(ctx, 2),
		"redrive nothing": m.queue.Redrive(ctx, 99), "discard nothing": m.queue.Discard(ctx, 99),
	} {
		if !errors.Is(err, saga.ErrNotFound) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	if err := m.queue.Redrive(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if got := m.due(t, now, 100); !slices.Contains(got, 1) || slices.Contains(got, 2) {
		t.Errorf("after the redrive %v are due", got)
	}
	if row := m.rows(t)[0]; row.Dead || row.Attempts != 0 {
		t.Errorf("the redriven row is %+v", row)
	}
	if err := errors.Join(m.queue.Failed(ctx, 1, dead), m.queue.Discard(ctx, 1)); err != nil {
		t.Fatal(err)
	}
	m.wantDue(t, now, 2, 3)
}

func TestRowsHasALimit(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	m.post(t, slices.Repeat([]string{"a"}, 150)...)
	for limit, want := range map[int]int{0: 100, -1: 100, 7: 7, 5000: 150} {
		rows, err := m.queue.Rows(t.Context(), limit)
		if err != nil || len(rows) != want || rows[0].Position != 1 {
			t.Errorf("limit %d: %d rows, want %d; error %v", limit, len(rows), want, err)
		}
	}
}

func TestADuplicateHasOneEffect(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	p := m.post(t, "a")[0]
	catalog, stats := m.consumer("catalog", nil), m.consumer("stats", nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := catalog(t.Context(), p); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := stats(t.Context(), p); err != nil {
		t.Error(err)
	}
	other := p
	other.Source = "/shop/payment" // the same id of another source is another message
	if err := stats(t.Context(), other); err != nil {
		t.Error(err)
	}
	m.wantEffects(t, "catalog", map[string][]string{"a": {"0"}})
	m.wantEffects(t, "stats", map[string][]string{"a": {"0", "0"}})
}

func TestAnEffectThatFailedMayComeAgain(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	p := m.post(t, "a")[0]
	soldOut := errors.New("sold out")
	if err := m.consumer("catalog", func(message.Message) error { return soldOut })(t.Context(), p); !errors.Is(err, soldOut) {
		t.Errorf("the error is %v", err)
	}
	m.wantEffects(t, "catalog", map[string][]string{})
	if err := m.consumer("catalog", nil)(t.Context(), p); err != nil {
		t.Error(err)
	}
	m.wantEffects(t, "catalog", map[string][]string{"a": {"0"}})
}

func TestAcceptRefusesWhatCannotBeNoted(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	if err := m.consumer("catalog", nil)(t.Context(), message.Message{}); !errors.Is(err, message.ErrPoison) || !errors.Is(err, message.ErrInvalid) {
		t.Errorf("no message at all: %v", err)
	}
	if err := m.consumer("", nil)(t.Context(), m.post(t, "a")[0]); !errors.Is(err, message.ErrInvalid) {
		t.Errorf("a consumer without a name: %v", err)
	}
	m.wantEffects(t, "catalog", map[string][]string{})
}

// noRecord is a queue whose process ends before it can note a delivery.
type noRecord struct {
	message.Queue
	tried chan struct{}
}

func (q noRecord) Delivered(context.Context, ...int64) error {
	select {
	case q.tried <- struct{}{}:
	default:
	}
	return errors.New("the process is gone")
}

func TestACrashBeforeTheRecordDeliversAgain(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	m.post(t, "a", "b")
	var calls atomic.Int64
	catalog := m.consumer("catalog", nil)
	deliver := func(ctx context.Context, p message.Message) error {
		calls.Add(1)
		return catalog(ctx, p)
	}
	crashed := noRecord{m.queue, make(chan struct{}, 1)}
	_, stop := relay(t, crashed, deliver)
	<-crashed.tried
	until(t, "both are published", func() bool { return calls.Load() == 2 })
	stop()
	if rows := m.rows(t); len(rows) != 2 {
		t.Errorf("%d rows are left, want both", len(rows))
	}
	relay(t, m.queue, deliver)
	until(t, "the outbox is empty", func() bool { return len(m.rows(t)) == 0 })
	if n := calls.Load(); n != 4 {
		t.Errorf("%d deliveries, want each of 2 twice", n)
	}
	m.wantEffects(t, "catalog", map[string][]string{"a": {"0"}, "b": {"1"}})
}

func TestDeadLettersHoldNoOtherKeysAndCanBeSettled(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	m.post(t, "bad", "bad", "good", "worse", "worse", "good")
	var mended atomic.Bool
	catalog := m.consumer("catalog", func(p message.Message) error {
		if p.Key != "good" && string(p.Data) != "1" && string(p.Data) != "4" && !mended.Load() {
			return fmt.Errorf("%w: no such item", message.ErrPoison)
		}
		return nil
	})
	r, _ := relay(t, m.queue, publish(catalog))
	dead := func() (positions []int64) {
		for _, row := range m.rows(t) {
			if row.Dead {
				positions = append(positions, row.Position)
			}
		}
		return positions
	}
	until(t, "all that can be delivered is", func() bool { return len(m.rows(t)) == 4 && len(dead()) == 2 })
	m.wantEffects(t, "catalog", map[string][]string{"good": {"2", "5"}})
	mended.Store(true)
	positions := dead()
	if err := errors.Join(m.queue.Redrive(t.Context(), positions[0]), m.queue.Discard(t.Context(), positions[1])); err != nil {
		t.Fatal(err)
	}
	r.Wake()
	until(t, "the outbox is empty", func() bool { return len(m.rows(t)) == 0 })
	m.wantEffects(t, "catalog", map[string][]string{"good": {"2", "5"}, "bad": {"0", "1"}, "worse": {"4"}})
}

// Publishes fail before and after their effect, at random; each message has its effect once, and
// those of a key have it in order.
func TestAThousandMessagesThroughFailures(t *testing.T) {
	t.Parallel()
	from, to := newMail(t), newMail(t)
	const messages, keys = 1000, 50
	want := map[string][]string{}
	var order []string
	for i := range messages {
		key := fmt.Sprint("order-", rand.N(keys))
		order = append(order, key)
		want[key] = append(want[key], fmt.Sprint(i))
	}
	lost := errors.New("lost on the way")
	catalog := to.consumer("catalog", nil)
	var failures atomic.Int64
	r, _ := relay(t, from.queue, func(ctx context.Context, p message.Message) error {
		what := rand.N(10)
		if what < 2 { // before the effect, after it, or nobody is there
			failures.Add(1)
		}
		switch {
		case what == 0:
			return lost
		case what == 1:
			return errors.Join(catalog(ctx, p), lost)
		case rand.N(200) == 0:
			return message.ErrUnavailable
		}
		return catalog(ctx, p)
	})
	from.post(t, order...)
	r.Wake()
	until(t, "the outbox is empty", func() bool { return len(from.rows(t)) == 0 })
	to.wantEffects(t, "catalog", want)
	if n := failures.Load(); n < messages/20 {
		t.Errorf("only %d publishes failed", n)
	}
}

// The order service tells in the transaction that fails an order; the catalog takes it once, however
// often it comes.
func ExampleConsumer() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "shop")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	db, err := openMail(ctx, filepath.Join(folder, "shop.db")) // has the method Change, and calls Prepare
	if err != nil {
		panic(err)
	}
	defer db.close()

	ctx, stop := context.WithCancel(ctx)
	bus := message.NewBus()
	bus.Subscribe("OrderFailed", sqlite.Consumer(db, "catalog",
		func(_ context.Context, _ *sql.Tx, m message.Message) error {
			fmt.Println("give back", string(m.Data))
			stop()
			return nil
		}))
	relay := message.NewRelay(sqlite.NewQueue(db, db.read), bus, nil)

	err = db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		m, err := message.New("/shop/order", "OrderFailed", "order-1", "EST-1")
		if err != nil {
			return err
		}
		return sqlite.Bind(tx).Append(ctx, m) // beside the change that it tells of
	})
	relay.Wake()
	fmt.Println(err, relay.Run(ctx)) // in a service, Run has a goroutine of its own
	// Output:
	// give back "EST-1"
	// <nil> <nil>
}
