package message_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga/message"
)

// breaks lets the given methods of a queue fail until mend is called.
func breaks(q *memory, methods ...string) (mend func()) {
	broken := map[string]bool{}
	for _, m := range methods {
		broken[m] = true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.broken = func(method string) error {
		if broken[method] {
			return errQueue
		}
		return nil
	}
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.broken = nil
	}
}

func TestTheRelayOutlivesTroubleOfTheQueue(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Claim", "Delivered", "Failed"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				q := &memory{}
				mend := breaks(q, method)
				q.write(t, "a", "a", "b")
				p := newTarget(func(_ context.Context, key, number string, attempt int) error {
					if number == "1" && attempt == 1 {
						return errReset
					}
					return nil
				})
				running(t, q, p, message.RelayConfig{Max: 10 * time.Second})
				pass(time.Hour)
				mend()
				pass(time.Minute)
				q.wantLeft(t)
				// Nothing that was published was published again because it could not be recorded.
				p.wantTaken(t, "a", "1", "2")
				p.wantTaken(t, "b", "3")
				if asked := len(p.times("1")); asked != 2 {
					t.Errorf("the first row was tried %d times, want 2", asked)
				}
			})
		})
	}
}

func TestTroubleOfTheQueueIsMetWithPatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		breaks(q, "Claim")
		r, _ := running(t, q, newTarget(nil), message.RelayConfig{Max: 10 * time.Second})
		for range 1000 {
			pass(100 * time.Millisecond)
			r.Wake()
		}
		q.mu.Lock()
		defer q.mu.Unlock()
		if q.looks < 10 || q.looks > 40 {
			t.Errorf("a broken queue was asked %d times in 100 s", q.looks)
		}
	})
}

func TestTheNextTroubleBeginsWithTheShortestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		mend := breaks(q, "Claim")
		p := newTarget(nil)
		running(t, q, p, message.RelayConfig{Initial: time.Second, Max: time.Hour})
		pass(time.Hour)
		mend()
		pass(2 * time.Hour)
		mend = breaks(q, "Claim")
		q.write(t, "a")
		pass(3 * time.Second)
		mend()
		pass(10 * time.Second)
		p.wantTaken(t, "a", "1")
	})
}

func TestAnIdleRelayIsQuiet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		p := newTarget(nil)
		r, _ := running(t, q, p, message.RelayConfig{})
		pass(100 * time.Second)
		q.mu.Lock()
		looks := q.looks
		q.mu.Unlock()
		if looks < 80 || looks > 101 {
			t.Errorf("%d looks into the queue in 100 s", looks)
		}
		q.write(t, "a")
		r.Wake()
		synctest.Wait() // no time passes
		p.wantTaken(t, "a", "1")
		q.write(t, "a")
		pass(1250 * time.Millisecond) // nobody wakes it
		p.wantTaken(t, "a", "1", "2")
	})
}

func TestWakeNeverBlocks(t *testing.T) {
	t.Parallel()
	r := message.NewRelay(&memory{}, message.NewBus(), nil)
	for range 3 {
		r.Wake() // a deadlock ends the test
	}
}

func TestARelayRunsOnceAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		p := newTarget(nil)
		r, stop := running(t, q, p, message.RelayConfig{})
		synctest.Wait()
		if err := r.Run(t.Context()); err == nil {
			t.Error("a second Run beside the first")
		}
		stop()
		q.write(t, "a")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Run(ctx); err != nil {
			t.Errorf("a Run after the first: %v", err)
		}
		p.wantTaken(t, "a", "1")
	})
}

func TestStoppingRecordsWhatWasDelivered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "finishes", "gives up")
		p := newTarget(func(ctx context.Context, key, _ string, _ int) error {
			<-ctx.Done()
			if key == "finishes" {
				return nil
			}
			return ctx.Err()
		})
		_, stop := running(t, q, p, message.RelayConfig{MaxAttempts: 1})
		pass(time.Second)
		stop()
		q.wantLeft(t, 2)
		if row := q.left()[0]; row.Attempts != 0 || row.Dead {
			t.Errorf("stopping cost an attempt: %+v", row)
		}
	})
}

func TestStoppingLeavesADeafPublisherBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "deaf", "b")
		hears := make(chan struct{})
		p := newTarget(func(_ context.Context, key, _ string, _ int) error {
			if key == "deaf" {
				<-hears
			}
			return nil
		})
		_, stop := running(t, q, p, message.RelayConfig{Timeout: time.Second})
		pass(time.Hour)
		if asked := len(p.times("1")); asked != 1 {
			t.Errorf("the deaf one has the message %d times at once", asked)
		}
		p.wantTaken(t, "b", "2")
		began := time.Now()
		stop()
		if took := time.Since(began); took > time.Second {
			t.Errorf("stopping took %v", took)
		}
		q.wantLeft(t, 1)
		close(hears) // so that nothing of the test runs on
		synctest.Wait()
	})
}

func TestAPublisherThatEndsItsGoroutineHasFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "a")
		p := newTarget(func(_ context.Context, _, _ string, attempt int) error {
			if attempt == 1 {
				runtime.Goexit()
			}
			return nil
		})
		running(t, q, p, message.RelayConfig{})
		pass(time.Minute)
		p.wantTaken(t, "a", "1")
		q.wantLeft(t)
	})
}
