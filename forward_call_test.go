package saga_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// gauge is a number that several goroutines change.
type gauge struct {
	mu sync.Mutex
	n  int
}

func (g *gauge) add(n int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n += n
	return g.n
}

func (g *gauge) atLeast(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n = max(g.n, n)
}

func TestTimeoutOfOneCall(t *testing.T) {
	for name, own := range map[string]time.Duration{"its own": 3 * time.Second, "the default": 0} {
		t.Run(name, func(t *testing.T) {
			p := newParty()
			st := p.asked("a")
			st.Timeout = own
			var took time.Duration
			st.Action = func(ctx context.Context, _ *cart, a saga.Attempt) error {
				began := time.Now()
				<-ctx.Done()
				took = time.Since(began)
				_ = p.answer(saga.CallAction, a) // it got through
				return ctx.Err()
			}
			play(t, def(st), func(t *testing.T, e started, in saga.Instance) {
				wantStatus(t, in, saga.Completed, "")
				p.wantCalls(t, "action a, probe a")
				if want := max(own, 3*time.Second); own > 0 && took != want || own == 0 && took != 10*time.Second {
					t.Errorf("the call was ended after %v", took)
				}
				if events := history(t, e, "i"); !strings.Contains(events[1].Error, "no answer within") {
					t.Errorf("the history does not say that it was a timeout: %+v", events[1])
				}
			})
		})
	}
}

// A function that ignores the end of its ctx does not hold its instance up, and what it says later
// counts for nothing.
func TestFunctionThatIgnoresItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		st := p.asked("a")
		wake, returned := make(chan struct{}), make(chan struct{})
		st.Action = func(_ context.Context, c *cart, a saga.Attempt) error {
			defer close(returned)
			_ = p.answer(saga.CallAction, a)
			<-wake
			c.Customer = "too late"
			return fmt.Errorf("%w: too late", saga.Refused)
		}
		d := def(st)
		e := run(t, store, nil, d)
		began := time.Now()
		start(t, e, d, "i", cart{})
		wantStatus(t, ends(t, e, d, "i"), saga.Completed, "")
		if took := time.Since(began); took > 13*time.Second {
			t.Errorf("it took %v, with a timeout of 10 s", took)
		}
		close(wake)
		<-returned
		after(t, time.Minute)
		in := ends(t, e, d, "i")
		wantStatus(t, in, saga.Completed, "")
		if strings.Contains(string(in.State), "too late") {
			t.Errorf("the late change was kept: %s", in.State)
		}
		p.wantCalls(t, "action a, probe a")
	})
}

// Run ends in bounded time, whatever the functions do: what they did is asked about later.
func TestRunReturnsAlthoughAFunctionDoesNot(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		st := newParty().asked("a")
		called, wake := make(chan struct{}), make(chan struct{})
		st.Action = func(context.Context, *cart, saga.Attempt) error {
			close(called)
			<-wake
			return nil
		}
		d := def(st)
		e := runs(t, store, nil, d)
		start(t, e, d, "i", cart{})
		<-called
		ended := make(chan error, 1)
		go func() { ended <- e.stop() }()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run returned %v", err)
			}
		case <-time.After(time.Hour):
			t.Error("Run has not returned an hour after its ctx ended; Config.Drain is 5 s")
		}
		close(wake)
	})
}

// What ends a goroutine without a return or a panic, as t.FailNow does, is an unknown outcome too.
func TestFunctionThatEndsItsGoroutine(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		st := p.asked("a")
		st.Action = func(_ context.Context, _ *cart, a saga.Attempt) error {
			_ = p.answer(saga.CallAction, a)
			runtime.Goexit()
			return nil
		}
		d := def(st)
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := d.Wait(ctx, e.Engine, "i"); err != nil {
			t.Errorf("an hour later: %v", err)
		}
		p.wantCalls(t, "action a, probe a")
	})
}

// typed is an error that people return by mistake: a nil pointer that is not a nil error.
type typed struct{ text string }

func (e *typed) Error() string { return e.text }

// A panic in the text of an error is a panic in user code, and no crash. It is played in a process
// of its own, because it would end this one.
func TestErrorThatCannotBePrintedDoesNotCrash(t *testing.T) {
	if os.Getenv("SAGA_TEST_TYPED_NIL") == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestErrorThatCannotBePrintedDoesNotCrash$")
		cmd.Env = append(os.Environ(), "SAGA_TEST_TYPED_NIL=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("a step that returns a nil pointer as its error: %v\n%.600s", err, out)
		}
		return
	}
	p := newParty()
	st := p.asked("a")
	st.Action = func(_ context.Context, _ *cart, a saga.Attempt) error {
		_ = p.answer(saga.CallAction, a)
		var err *typed
		return err
	}
	play(t, def(st), func(t *testing.T, e started, in saga.Instance) {
		wantStatus(t, in, saga.Completed, "")
		p.wantCalls(t, "action a, probe a")
	})
}

// What an error says is kept, but not without bounds.
func TestLongErrorsAreCut(t *testing.T) {
	p := newParty()
	st := p.step("a")
	st.Action = func(context.Context, *cart, saga.Attempt) error {
		return fmt.Errorf("%w: %s", saga.Refused, strings.Repeat("사가", 1000))
	}
	play(t, def(st), func(t *testing.T, e started, in saga.Instance) {
		events := history(t, e, "i")
		if said := events[1].Error; len(said) > 500 || len(said) < 400 || !strings.HasPrefix(said, "refused: 사가") {
			t.Errorf("%d bytes: %s", len(said), said)
		}
	})
}
