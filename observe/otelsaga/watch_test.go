package otelsaga_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/metric"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/observe/otelsaga"
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
func runs(t *testing.T, store saga.Store, d saga.AnyDefinition) (e *saga.Engine, r sdk.Reader, stop func()) {
	t.Helper()
	r = sdk.NewManualReader()
	m, err := otelsaga.New(sdk.NewMeterProvider(sdk.WithReader(r)).Meter("test"), &otelsaga.Config{Logger: quiet()})
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

// everything is a reader to which every metric brings a number.
func everything(t *testing.T) sdk.Reader {
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
		got := numbers(t, r)
		wantNumbers(t, got, map[string]float64{
			`saga.instances.started{definition=send}`:                                3,
			`saga.instances.ended{definition=send,status=completed}`:                 1,
			`saga.instances.ended{definition=send,status=failed}`:                    1,
			`saga.step.calls{call=action,definition=send,outcome=unknown,step=post}`: 1,
			`saga.live.instances{status=needs attention}`:                            1,
			`saga.live.instances{status=running}`:                                    0,
			`saga.attention.instances{reason=in doubt}`:                              1,
			`saga.attention.instances{reason=undo refused}`:                          0,
			`saga.attention.oldest{reason=in doubt}`:                                 60,
			`saga.attention.oldest{reason=undo refused}`:                             0,
			`saga.unknown.instances{}`:                                               1,
			`saga.unknown.oldest{}`:                                                  60,
			`saga.store.read.success{}`:                                              1,
			`saga.store.read.partial{}`:                                              0,
			`saga.store.rejected{kind=append}`:                                       0,
		})
		for _, name := range []string{"saga.append.transitions{}", "saga.append.size{}", "saga.checkpoint.rows{}", "saga.claims{}", "saga.store.answered.timestamp{}"} {
			if got[name] <= 0 {
				t.Errorf("%s is %v", name, got[name])
			}
		}
		<-time.After(time.Second)
		wantNumbers(t, numbers(t, r), map[string]float64{ // as old as it is now, although it was not read again
			`saga.unknown.oldest{}`: 61,
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

func TestACollectionDoesNotHangWithTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := hanging{memory.Open(), make(chan struct{})}
		e, r, _ := runs(t, store, sending())
		defer close(store.closed)
		send(t, e, "p-1", saga.Succeeded)
		synctest.Wait()
		began := time.Now()
		got := numbers(t, r)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("the collection took %v", took)
		}
		wantNumbers(t, got, map[string]float64{
			`saga.store.read.success{}`:                              0,
			`saga.instances.ended{definition=send,status=completed}`: 1,
		})
		for _, name := range []string{"saga.unknown.instances{}", `saga.live.instances{status=running}`, "saga.store.read.partial{}"} {
			if n, there := got[name]; there {
				t.Errorf("%s is told as %v, and nobody knows", name, n)
			}
		}
	})
}
