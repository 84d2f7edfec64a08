package sqlite_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// Refund is the state of the sagas here.
type Refund struct {
	Order string
	Said  string `json:",omitempty"`
}

// office is a service with a database of its own and the sagas in the same file.
type office struct {
	path   string
	db     *sqlite.DB
	store  *sqlite.Store
	engine *saga.Engine

	mu    sync.Mutex
	paid  map[string]int
	told  map[string][]saga.Event
	begun map[string]time.Time // when the step was called
}

func refund(o *office) saga.Definition[Refund] {
	return saga.Definition[Refund]{Name: "refund", Version: 1, Steps: []saga.Step[Refund]{{
		Name: "pay back", Kind: saga.Pivot, Replayable: true,
		Action: func(_ context.Context, r *Refund, a saga.Attempt) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.paid[a.Key.Instance]++
			o.begun[a.Key.Instance] = time.Now()
			return nil
		},
	}}}
}

// approve is a saga that waits for a reply.
func approve() saga.Definition[Refund] {
	return saga.Definition[Refund]{Name: "approve", Version: 1, Steps: []saga.Step[Refund]{{
		Name: "ask", Kind: saga.ReadOnly, ReplyTimeout: time.Hour,
		Action: func(context.Context, *Refund, saga.Attempt) error { return saga.Pending },
		Reply:  func(r *Refund, said saga.Reply) error { return json.Unmarshal(said.Data, &r.Said) },
	}}}
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{path: filepath.Join(t.TempDir(), "office.db"), paid: map[string]int{}, told: map[string][]saga.Event{}, begun: map[string]time.Time{}}
	o.open(t)
	must(t, o.db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `create table orders (id text primary key)`)
		return err
	}))
	return o
}

func (o *office) open(t testing.TB) {
	t.Helper()
	var err error
	o.store, err = sqlite.Open(t.Context(), o.path)
	must(t, err)
	t.Cleanup(func() { o.store.Close() })
	o.db, err = sqlite.OpenDatabase(t.Context(), o.path)
	must(t, err)
	t.Cleanup(func() { o.db.Close() })
}

// run runs an engine until the test ends.
func (o *office) run(t testing.TB, definitions ...saga.AnyDefinition) *saga.Engine {
	t.Helper()
	c := &saga.Config{Logger: slog.New(slog.DiscardHandler), Observe: func(ev saga.Event) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.told[ev.Instance] = append(o.told[ev.Instance], ev)
	}}
	engine, err := saga.New(o.store, c, definitions...)
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		must(t, <-ended)
	})
	o.engine = engine
	return engine
}

// order takes an order and starts its refund in one transaction.
func (o *office) order(ctx context.Context, id string, then error) (in saga.Instance, err error) {
	err = o.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `insert into orders (id) values (?)`, id); err != nil {
			return err
		}
		in, err = refund(o).Start(ctx, sqlite.Bind(tx), id, Refund{Order: id})
		return errors.Join(err, then)
	})
	return in, err
}

func (o *office) count(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	must(t, o.db.Read.QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAStartGoesWithTheTransaction(t *testing.T) {
	o := newOffice(t)
	engine := o.run(t, refund(o))
	in, err := o.order(t.Context(), "kept", nil)
	must(t, err)
	if in.Status != saga.Running || in.Seq != 1 || in.Step != "pay back" || in.Node != "" {
		t.Errorf("the start returned %+v", in)
	}
	if _, err := o.order(t.Context(), "gone", errors.New("no")); err == nil {
		t.Fatal("rolled back without an error")
	}
	engine.Wake()
	_, err = refund(o).Wait(t.Context(), engine, "kept")
	must(t, err)
	if _, err := engine.Get(t.Context(), "gone"); !errors.Is(err, saga.ErrNotFound) {
		t.Errorf("what was rolled back: %v, want none", err)
	}
	for _, table := range []string{"saga_id", "saga_instance", "orders"} {
		if n := o.count(t, "select count(*) from "+table+" where id = 'gone'"); n != 0 {
			t.Errorf("%s has %d rows of what was rolled back", table, n)
		}
	}
	if n := o.count(t, "select count(distinct num) from saga_history"); n != 1 {
		t.Errorf("history of %d instances, want 1", n)
	}
	if _, err := refund(o).Start(t.Context(), engine, "gone", Refund{Order: "another"}); err != nil {
		t.Errorf("an id whose start was rolled back is not free: %v", err)
	}
}

// What people see is there at the commit, before any engine has taken the instance up.
func TestAStartIsSeenBeforeItIsClaimed(t *testing.T) {
	o := newOffice(t)
	_, err := o.order(t.Context(), "o-1", nil)
	must(t, err)
	reader, err := saga.New(o.store, nil, refund(o))
	must(t, err)
	in, err := reader.Get(t.Context(), "o-1")
	if err != nil || in.Status != saga.Running || in.Node != "" || len(in.Steps) != 1 || string(in.State) != `{"Order":"o-1","Said":""}` {
		t.Errorf("got %+v, error %v", in, err)
	}
	events, err := reader.History(t.Context(), "o-1")
	if err != nil || len(events) != 1 || events[0].Kind != saga.EventStarted || events[0].Open != "pay back" {
		t.Errorf("history: %+v, error %v", events, err)
	}
	if n, err := reader.Count(t.Context()); err != nil || n[saga.Running] != 1 {
		t.Errorf("counted %v, error %v", n, err)
	}
	engine := o.run(t, refund(o))
	_, err = refund(o).Wait(t.Context(), engine, "o-1")
	must(t, err)
	o.seenOnce(t, "o-1")
}

// seenOnce wants an observer to have heard what the history has.
func (o *office) seenOnce(t *testing.T, id string) {
	t.Helper()
	var told, events []saga.Event
	eventually(t, func() bool {
		events, _ = o.engine.History(t.Context(), id)
		o.mu.Lock()
		defer o.mu.Unlock()
		told = o.told[id]
		return len(events) > 1 && events[len(events)-1].Status.Ended() && len(told) >= len(events)
	})
	if fmt.Sprint(told) != fmt.Sprint(events) {
		t.Errorf("observed\n  %+v\nin the history\n  %+v", told, events)
	}
}

// eventually waits for what an engine does.
func eventually(t testing.TB, is func() bool) {
	t.Helper()
	late := time.After(20 * time.Second)
	for tick := time.NewTicker(2 * time.Millisecond); !is(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("it did not happen within 20 seconds")
		}
	}
}

func TestTheSameIDInATransaction(t *testing.T) {
	o := newOffice(t)
	engine := o.run(t, refund(o), approve())
	d := refund(o)
	_, err := d.Start(t.Context(), engine, "ended", Refund{Order: "1"})
	must(t, err)
	_, err = d.Wait(t.Context(), engine, "ended")
	must(t, err)
	_, err = approve().Start(t.Context(), engine, "waits", Refund{Order: "2"})
	must(t, err)
	_, err = o.order(t.Context(), "before", nil)
	must(t, err)
	in := func(fn func(b sqlite.Bound) error) error {
		return o.db.Change(t.Context(), func(_ context.Context, tx *sql.Tx) error { return fn(sqlite.Bind(tx)) })
	}
	must(t, in(func(b sqlite.Bound) error {
		for id, order := range map[string]string{"ended": "1", "before": "before"} {
			got, err := d.Start(t.Context(), b, id, Refund{Order: order})
			if err != nil || got.ID != id || got.Status == "" {
				t.Errorf("%s: the same start gave %+v, error %v", id, got, err)
			}
			if _, err := d.Start(t.Context(), b, id, Refund{Order: "other"}); !errors.Is(err, saga.ErrConflict) {
				t.Errorf("%s: another input gave %v", id, err)
			}
			if _, err := approve().Start(t.Context(), b, id, Refund{Order: order}); !errors.Is(err, saga.ErrConflict) {
				t.Errorf("%s: another definition gave %v", id, err)
			}
		}
		got, err := approve().Start(t.Context(), b, "waits", Refund{Order: "2"})
		if err != nil || got.Status != saga.Running {
			t.Errorf("what an engine holds gave %+v, error %v", got, err)
		}
		return nil
	}))
	if _, err := d.Start(t.Context(), engine, "before", Refund{Order: "other"}); !errors.Is(err, saga.ErrConflict) {
		t.Errorf("an engine's start of an id that a transaction started gave %v", err)
	}
	if got, err := d.Start(t.Context(), engine, "before", Refund{Order: "before"}); err != nil || got.ID != "before" {
		t.Errorf("the same start on an engine gave %+v, error %v", got, err)
	}
}

func TestATransactionChecksWhatItStarts(t *testing.T) {
	o := newOffice(t)
	good := refund(o)
	noSteps := saga.Definition[Refund]{Name: "none", Version: 1}
	lossy := saga.Definition[struct{ hidden int }]{Name: "lossy", Version: 1}
	must(t, o.db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		b := sqlite.Bind(tx)
		try := func(_ saga.Instance, err error) error { return err }
		for what, c := range map[string]struct{ err, want error }{
			"an id with a line break":     {try(good.Start(ctx, b, "a\nb", Refund{})), saga.ErrInvalid},
			"an empty id":                 {try(good.Start(ctx, b, "", Refund{})), saga.ErrInvalid},
			"too much state":              {try(good.Start(ctx, b, "a", Refund{Order: strings.Repeat("x", 70_000)})), saga.ErrTooLarge},
			"a definition without a step": {try(noSteps.Start(ctx, b, "a", Refund{})), saga.ErrInvalid},
			"a state that is lost":        {try(lossy.Start(ctx, b, "a", struct{ hidden int }{})), saga.ErrInvalid},
			"nothing":                     {try(b.StartInstance(ctx, saga.Beginning{})), saga.ErrInvalid},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: got error %v, want %v", what, c.err, c.want)
			}
		}
		return nil
	}))
	if n := o.count(t, `select count(*) from saga_id`); n != 0 {
		t.Errorf("%d ids were taken by what was refused", n)
	}
}

func TestAStartWithoutTablesSaysSo(t *testing.T) {
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "other.db"))
	must(t, err)
	defer db.Close()
	o := &office{db: db}
	err = db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := refund(o).Start(ctx, sqlite.Bind(tx), "a", Refund{})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "open a Store on it once") {
		t.Errorf("got %v", err)
	}
}

// A definition that no engine knows is parked where people look, and goes on when one knows it.
func TestAStartThatNoEngineKnows(t *testing.T) {
	o := newOffice(t)
	_, err := o.order(t.Context(), "o-1", nil)
	must(t, err)
	engine := o.run(t, approve())
	eventually(t, func() bool {
		in, err := engine.Get(t.Context(), "o-1")
		return err == nil && in.Status == saga.NeedsAttention && in.Reason == saga.UnknownDefinition
	})
}

// What is delivered in a transaction is heard after the commit, and never if it is rolled back.
func TestADeliveryGoesWithTheTransaction(t *testing.T) {
	o := newOffice(t)
	engine := o.run(t, approve())
	d := approve()
	must(t, o.db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := d.Start(ctx, sqlite.Bind(tx), "a", Refund{Order: "1"})
		return err
	}))
	engine.Wake()
	eventually(t, func() bool {
		in, err := engine.Get(t.Context(), "a")
		return err == nil && in.Waits
	})
	deliver := func(said string, then error) error {
		return o.db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			err := sqlite.Bind(tx).Deliver(ctx, saga.Reply{Key: saga.Key{Instance: "a", Step: "ask"},
				Outcome: saga.Succeeded, Data: json.RawMessage(`"` + said + `"`), By: "lee"})
			return errors.Join(err, then)
		})
	}
	if err := deliver("no", errors.New("never mind")); err == nil {
		t.Fatal("rolled back without an error")
	}
	must(t, deliver("yes", nil))
	engine.Wake()
	r, err := d.Wait(t.Context(), engine, "a")
	if err != nil || r.Said != "yes" {
		t.Errorf("got %+v, error %v", r, err)
	}
	must(t, o.db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		b := sqlite.Bind(tx)
		key := saga.Key{Instance: "unknown", Step: "ask"}
		if err := b.Deliver(ctx, saga.Reply{Key: key, Outcome: saga.Succeeded}); !errors.Is(err, saga.ErrNotFound) {
			t.Errorf("to nobody: %v", err)
		}
		if err := b.Deliver(ctx, saga.Reply{Key: key, Outcome: saga.Pending}); !errors.Is(err, saga.ErrInvalid) {
			t.Errorf("that is none: %v", err)
		}
		if _, err := d.Start(ctx, b, "late", Refund{}); err != nil {
			return err
		}
		key.Instance = "late" // started just now
		return b.Deliver(ctx, saga.Reply{Key: key, Outcome: saga.Succeeded, Data: json.RawMessage(`"early"`)})
	}))
	engine.Wake()
	if r, err := d.Wait(t.Context(), engine, "late"); err != nil || r.Said != "early" {
		t.Errorf("a reply in the transaction of its start: %+v, error %v", r, err)
	}
}

// An engine and transactions start the same ids while others are rolled back; each id that anybody was
// told of is paid once.
func TestTransactionsAndAnEngineStartTheSame(t *testing.T) {
	const rounds = 150
	o := newOffice(t)
	engine := o.run(t, refund(o))
	d := refund(o)
	for round := range rounds {
		id := fmt.Sprint("o-", round)
		var both sync.WaitGroup
		both.Go(func() {
			<-time.After(rand.N(3 * time.Millisecond))
			if _, err := d.Start(t.Context(), engine, id, Refund{Order: id}); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			<-time.After(rand.N(3 * time.Millisecond))
			then := error(nil)
			if round%3 == 0 {
				then = errors.New("never mind")
			}
			if _, err := o.order(t.Context(), id, then); err != nil && then == nil {
				t.Error(err)
			}
			engine.Wake()
		})
		both.Wait()
		_, err := d.Wait(t.Context(), engine, id)
		must(t, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for round := range rounds {
		if n := o.paid[fmt.Sprint("o-", round)]; n != 1 {
			t.Errorf("order %d was paid back %d times", round, n)
		}
	}
}

func TestAThousandTransactionsWhileAnEngineRuns(t *testing.T) {
	const sagas, writers = 1000, 4
	o := newOffice(t)
	engine := o.run(t, refund(o))
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := w; i < sagas; i += writers {
				if _, err := o.order(t.Context(), fmt.Sprint("o-", i), nil); err != nil {
					t.Error(err)
				}
				engine.Wake()
			}
		})
	}
	all.Wait()
	for i := range sagas {
		_, err := refund(o).Wait(t.Context(), engine, fmt.Sprint("o-", i))
		must(t, err)
	}
	o.seenOnce(t, "o-0")
	o.seenOnce(t, fmt.Sprint("o-", sagas-1))
	eventually(t, func() bool {
		n, err := engine.Count(t.Context())
		return err == nil && n[saga.Completed] == sagas
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	for id, n := range o.paid {
		if n != 1 {
			t.Errorf("%s was paid back %d times", id, n)
		}
	}
}

// A start on an engine inside a transaction on the same file waits for that transaction. With the ctx of
// Change it ends with an error, and by itself the engine goes on as if nothing had been.
func TestAnEnginesStartInsideATransactionIsBounded(t *testing.T) {
	o := newOffice(t)
	engine := o.run(t, refund(o))
	d := refund(o)
	_, err := d.Start(t.Context(), engine, "warm", Refund{})
	must(t, err)
	err = o.db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if _, err := d.Start(ctx, sqlite.Bind(tx), "inner", Refund{}); err != nil {
			return err
		}
		if _, err := d.Wait(ctx, engine, "inner"); !errors.Is(err, saga.ErrNotFound) {
			t.Errorf("waiting for what is not committed: %v, want ErrNotFound", err)
		}
		ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		if _, err := d.Start(ctx, engine, "outer", Refund{}); !errors.Is(err, saga.Unknown) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a start that waits for its own transaction: %v, want Unknown and the end of ctx", err)
		}
		return nil
	})
	must(t, err)
	for _, id := range []string{"inner", "outer"} {
		engine.Wake()
		_, err := d.Wait(t.Context(), engine, id)
		if id == "outer" && errors.Is(err, saga.ErrNotFound) {
			continue // its append may not have come yet
		}
		must(t, err)
	}
}

// The file as it is after the commit is all that the next process needs, whatever became of this one.
func TestACommittedStartSurvivesAKill(t *testing.T) {
	o := newOffice(t)
	_, err := o.order(t.Context(), "o-1", nil)
	must(t, err)
	after := &office{path: filepath.Join(t.TempDir(), "office.db"), paid: map[string]int{}, told: map[string][]saga.Event{}, begun: map[string]time.Time{}}
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(o.path + suffix)
		must(t, err)
		must(t, os.WriteFile(after.path+suffix, b, 0o600))
	}
	after.open(t)
	engine := after.run(t, refund(after))
	_, err = refund(after).Wait(t.Context(), engine, "o-1")
	must(t, err)
}
