package orchestrator_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

const mina, jun = "mina", "jun"

var quiet = slog.New(slog.DiscardHandler)

// town is an orchestrator among services that do nothing but answer for their steps; the payment service is
// the real one.
type town struct {
	t            *testing.T
	dir          string
	bus          *message.Bus
	orchestrator *orchestrator.PaymentSagaOrchestrator
	payments     *payment.PaymentService
	checked      *openapi.Checker            // the orchestrator's HTTP, held against its document
	gate         orchestrator.Gate           // whose turn it is
	config       func(*orchestrator.Config)  // what a test changes
	run          func(context.Context) error // instead of the orchestrator's Run
	halt         func()                      // lets all return, and closes nothing
	stop         func()

	mu     sync.Mutex
	refuse map[event.SagaStep]string // a code
	lose   map[string]int            // "QueueCompleted to concert": how many do not arrive; -1: none does
	did    []string                  // steps and their undoing, in order
	told   []message.Message         // SagaCompleted, SagaFailed
	seen   map[string]int            // messages by type
	lost   []message.Message
	crash  *crash
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := town{t: t}
	return w.opens()
}

// opens starts a town as its fields have it.
func (w *town) opens() *town {
	w.dir, w.refuse, w.lose, w.seen = w.t.TempDir(), map[event.SagaStep]string{}, map[string]int{}, map[string]int{}
	if w.gate == nil {
		w.gate = gate{}
	}
	w.start()
	w.t.Cleanup(func() { w.stop() })
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *town) start() {
	t := w.t
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	w.bus = message.NewBus()
	db, err := sqlite.OpenDatabase(ctx, filepath.Join(w.dir, "others.db"))
	must(t, err)
	relay := message.NewRelay(sqlite.NewQueue(db, db.Read), w.bus, &message.RelayConfig{Logger: quiet})
	w.payments, err = payment.New(ctx, payment.Config{Path: filepath.Join(w.dir, "payment.db"), Publisher: w.bus, Logger: quiet})
	must(t, err)
	config := orchestrator.Config{
		Path: w.file(), Publisher: w.bus, Gate: w.gate, Logger: quiet, Guard: &access.Guard{User: signedOn},
		Expect: 100 * time.Millisecond, Budget: 300 * time.Millisecond, Engine: &saga.Config{Logger: quiet, Drain: time.Millisecond},
	}
	if w.config != nil {
		w.config(&config)
	}
	w.orchestrator, err = orchestrator.New(ctx, config)
	must(t, err)
	w.checked = openapi.Check(t, orchestrator.NewController(w.orchestrator))
	for _, s := range event.Steps() {
		if s.Name != event.Payment {
			w.subscribe(ctx, s.Service, event.Desk{Step: s, Operation: w.operation(db, s.Name), Committed: relay.Wake}.Handlers())
		}
	}
	w.subscribe(ctx, "payment", w.payments.Handlers())
	w.subscribe(ctx, "orchestrator", w.orchestrator.Handlers())
	tell := func(_ context.Context, m message.Message) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.told = append(w.told, m)
		return nil
	}
	w.subscribe(ctx, "everybody", map[string]message.Handler{"SagaCompleted": tell, "SagaFailed": tell})
	var running sync.WaitGroup
	run := w.orchestrator.Run
	if w.run != nil {
		run = w.run
	}
	for _, run := range []func(context.Context) error{relay.Run, w.payments.Run, run} {
		running.Go(func() {
			if err := run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	w.halt = func() {
		stop()
		running.Wait()
	}
	w.stop = func() {
		w.halt()
		must(t, errors.Join(w.orchestrator.Close(), w.payments.Close(), db.Close()))
		w.stop = func() {}
	}
}

func (w *town) file() string { return filepath.Join(w.dir, "orchestrator.db") }

// restart ends everything, and starts it again on the same files.
func (w *town) restart() {
	w.stop()
	w.start()
}

func (w *town) subscribe(alive context.Context, service string, handlers map[string]message.Handler) {
	for typ, h := range handlers {
		w.bus.Subscribe(typ, func(ctx context.Context, m message.Message) error {
			way := typ + " to " + service
			if w.loses(way, m) {
				return nil
			}
			return w.dies(alive, way, func() error { return h(ctx, m) })
		})
	}
}

// crash is a message at which everything ends, before it is handled or after, and before its sender knows.
type crash struct {
	way   string
	after bool
	now   chan struct{}
}

// dies handles a message, or stays in the middle of it until everything has ended.
func (w *town) dies(alive context.Context, way string, handle func() error) error {
	w.mu.Lock()
	c := w.crash
	if c == nil || c.way != way {
		w.mu.Unlock()
		return handle()
	}
	w.crash = nil
	w.mu.Unlock()
	if c.after {
		if err := handle(); err != nil {
			w.t.Error(err)
		}
	}
	close(c.now)
	<-alive.Done()
	return context.Cause(alive)
}

func (w *town) loses(typ string, m message.Message) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen[typ]++
	n := w.lose[typ]
	w.lose[typ] = max(n-1, min(n, 0))
	if n != 0 {
		w.lost = append(w.lost, m)
	}
	return n != 0
}

func (w *town) operation(db *sqlite.DB, step event.SagaStep) participant.Operation {
	note := func(text string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.did = append(w.did, text)
	}
	return sqlite.Operation(db, string(step), func(_ context.Context, _ *sql.Tx, _ string, c map[string]any) (any, error) {
		w.mu.Lock()
		code := w.refuse[step]
		w.mu.Unlock()
		if code != "" {
			return nil, &participant.Refusal{Code: code, Detail: "Not like this."}
		}
		note(string(step))
		if step == event.Claim {
			return event.ReservationsClaimed{Sale: sale(c["sagaId"].(string))}, nil
		}
		return c, nil
	}, func(context.Context, *sql.Tx, string, map[string]any, any) error {
		note("undo " + string(step))
		return nil
	})
}

func sale(id string) event.Sale {
	return event.Sale{SagaID: id, UserID: mina, Token: "t", ConcertID: 1, Amount: 300, Lines: []event.Line{
		{ReservationID: 1, ScheduleID: 1, Seat: 7, Price: 100, Version: 1}, {ReservationID: 2, ScheduleID: 1, Seat: 8, Price: 200, Version: 1},
	}}
}

type gate struct{}

func (gate) Check(_ context.Context, token string) (access.Pass, error) {
	return access.Pass{UserID: mina, ConcertID: 1, Active: token == "t"}, nil
}

// pays starts a saga and waits for its end.
func (w *town) pays(key string) orchestrator.View {
	w.t.Helper()
	id, err := w.orchestrator.StartSaga(w.t.Context(), mina, "t", key, 1, []int64{2, 1})
	must(w.t, err)
	return w.ends(id)
}

func (w *town) ends(id string) orchestrator.View {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer stop()
	for {
		v, err := w.orchestrator.End(ctx, mina, id)
		must(w.t, err)
		if v.State != orchestrator.Running && v.State != orchestrator.Compensating {
			return v
		}
	}
}

func (w *town) history() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.did)
}

// hears waits until the end of a saga was told, and returns it.
func (w *town) hears(id string, into any) string {
	w.t.Helper()
	for deadline := time.After(20 * time.Second); ; {
		w.mu.Lock()
		i := slices.IndexFunc(w.told, func(m message.Message) bool { return m.Correlation == id })
		w.mu.Unlock()
		if i >= 0 {
			must(w.t, json.Unmarshal(w.told[i].Data, into))
			return w.told[i].Type
		}
		select {
		case <-deadline:
			w.t.Fatalf("the end of %s was not told", id)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (w *town) payment(id string) (payment.Payment, []payment.Change) {
	w.t.Helper()
	p, history, err := w.payments.Payment(w.t.Context(), mina, payment.ID(id))
	must(w.t, err)
	return p, history
}

// toldOf are the messages that told of the end of a saga.
func (w *town) toldOf(id string) []message.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.told), func(m message.Message) bool { return m.Correlation != id })
}

// count is how often a message was sent on a way.
func (w *town) count(way string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen[way]
}
