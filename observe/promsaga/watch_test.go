package promsaga_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/observe/promsaga"
)

// parcel is the state of the tests' saga, whose step says what parcel says.
type parcel struct{ Says saga.Outcome }

func sending() saga.Definition[parcel] {
	return saga.Definition[parcel]{Name: "send", Version: 1, LeaveInDoubt: true, Steps: []saga.Step[parcel]{{
		Name: "post", Retry: saga.RetryPolicy{MaxAttempts: 1},
		Action: func(_ context.Context, p *parcel, _ saga.Attempt) error {
			if p.Says == saga.Succeeded {
				return nil
			}
			return p.Says
		},
		Compensation: func(context.Context, *parcel, saga.Attempt) error { return nil },
	}}}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// runs an engine on a store with metrics of its own until stop is called.
func runs(t *testing.T, store saga.Store, d saga.AnyDefinition) (e *saga.Engine, r *prometheus.Registry, stop func()) {
	t.Helper()
	r = prometheus.NewPedanticRegistry()
	m, err := promsaga.New(r, &promsaga.Config{Logger: quiet()})
	if err == nil {
		e, err = saga.New(store, &saga.Config{Observe: m.Observe, Measure: m.Measure, Logger: quiet()}, d)
	}
	if err == nil {
		err = m.Watch(e)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	t.Cleanup(stop)
	return e, r, stop
}

func send(t *testing.T, e *saga.Engine, id string, says saga.Outcome) {
	t.Helper()
	d := sending()
	if _, err := d.Start(t.Context(), e, id, parcel{says}); err != nil {
		t.Fatal(err)
	}
	var ended *saga.StatusError
	if _, err := d.Wait(t.Context(), e, id); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
}

// everything is a registry in which every metric has a number.
func everything(t *testing.T) *prometheus.Registry {
	t.Helper()
	m, r := made(t)
	e, err := saga.New(memory.Open(), nil) // one that never runs can be watched as well
	if err == nil {
		err = m.Watch(e)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events() {
		m.Observe(e)
	}
	for _, w := range measures() {
		m.Measure(w)
	}
	return r
}

func TestAnEngineTellsWhatItDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.Open()
		e, r, stop := runs(t, store, sending())
		send(t, e, "p-1", saga.Succeeded)
		send(t, e, "p-2", saga.Refused)
		send(t, e, "p-3", saga.Unknown)
		<-time.After(time.Minute)
		got := gathered(t, r)
		wantNumbers(t, got, map[string]float64{
			`saga_instances_started_total{definition="send"}`:                                      3,
			`saga_instances_ended_total{definition="send",status="completed"}`:                     1,
			`saga_instances_ended_total{definition="send",status="failed"}`:                        1,
			`saga_step_calls_total{call="action",definition="send",outcome="unknown",step="post"}`: 1,
			`saga_live_instances{status="needs attention"}`:                                        1,
			`saga_live_instances{status="running"}`:                                                0,
			`saga_attention_instances{reason="in doubt"}`:                                          1,
			`saga_attention_instances{reason="undo refused"}`:                                      0,
			`saga_attention_oldest_seconds{reason="in doubt"}`:                                     60,
			`saga_attention_oldest_seconds{reason="undo refused"}`:                                 0,
			`saga_unknown_instances{}`:                                                             1,
			`saga_unknown_oldest_seconds{}`:                                                        60,
			`saga_store_read_success{}`:                                                            1,
			`saga_store_read_partial{}`:                                                            0,
			`saga_store_rejected_total{kind="append"}`:                                             0,
		})
		for _, name := range []string{"saga_append_transitions_sum{}", "saga_append_size_bytes_sum{}", "saga_checkpoint_rows_total{}", "saga_claims_total{}", "saga_store_answered_timestamp_seconds{}"} {
			if got[name] <= 0 {
				t.Errorf("%s is %v", name, got[name])
			}
		}
		<-time.After(time.Second)
		wantNumbers(t, gathered(t, r), map[string]float64{ // as old as it is now, although it was not read again
			`saga_unknown_oldest_seconds{}`: 61,
		})
		stop()
	})
}

// hanging is a store whose lists never come.
type hanging struct {
	saga.Store
	closed chan struct{}
}

func (h hanging) Reader() saga.Reader { return hangingReader{h.Store.Reader(), h.closed} }

type hangingReader struct {
	saga.Reader
	closed chan struct{}
}

func (h hangingReader) Count(context.Context) (map[saga.Status]int, error) {
	<-h.closed
	return nil, errors.New("closed")
}

func TestAScrapeDoesNotHangWithTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := hanging{memory.Open(), make(chan struct{})}
		e, r, _ := runs(t, store, sending())
		defer close(store.closed)
		send(t, e, "p-1", saga.Succeeded)
		synctest.Wait()
		began := time.Now()
		got := gathered(t, r)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("the scrape took %v", took)
		}
		wantNumbers(t, got, map[string]float64{
			`saga_store_read_success{}`:                                        0,
			`saga_instances_ended_total{definition="send",status="completed"}`: 1,
		})
		for _, name := range []string{"saga_unknown_instances{}", `saga_live_instances{status="running"}`, "saga_store_read_partial{}"} {
			if n, there := got[name]; there {
				t.Errorf("%s is told as %v, and nobody knows", name, n)
			}
		}
	})
}

func TestWatchIsCalledOnce(t *testing.T) {
	m, _ := made(t)
	e, err := saga.New(memory.Open(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Watch(e); err != nil {
		t.Fatal(err)
	}
	if err := m.Watch(e); err == nil {
		t.Error("a second time was accepted")
	}
}
