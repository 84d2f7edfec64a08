package message_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga/message"
)

// target is a publisher that notes what it is asked for and says what answer tells it.
type target struct {
	mu     sync.Mutex
	answer func(ctx context.Context, key, number string, attempt int) error
	asked  map[string]int         // per number
	at     map[string][]time.Time // per number: when it was asked
	took   map[string][]string    // per key: the numbers that were accepted, in order
	inside map[string]bool        // keys under way
	clash  []string               // keys that were under way twice at once
}

func newTarget(answer func(ctx context.Context, key, number string, attempt int) error) *target {
	return &target{
		answer: answer, asked: map[string]int{}, at: map[string][]time.Time{}, took: map[string][]string{},
		inside: map[string]bool{},
	}
}

func (p *target) Publish(ctx context.Context, m message.Message) error {
	key, number := m.Key, string(m.Data)
	p.mu.Lock()
	if p.inside[key] {
		p.clash = append(p.clash, key)
	}
	p.inside[key] = true
	p.asked[number]++
	p.at[number] = append(p.at[number], time.Now())
	attempt := p.asked[number]
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.inside[key] = false
		p.mu.Unlock()
	}()
	if p.answer != nil {
		if err := p.answer(ctx, key, number, attempt); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took[key] = append(p.took[key], number)
	return nil
}

func (p *target) wantTaken(t *testing.T, key string, numbers ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.took[key], numbers) {
		t.Errorf("of key %s, %v were taken, want %v", key, p.took[key], numbers)
	}
	if len(p.clash) > 0 {
		t.Errorf("under way twice at once: %v", p.clash)
	}
}

func (p *target) times(number string) []time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.at[number])
}

// quiet keeps what the relay logs out of the test's output.
func quiet(c message.RelayConfig) *message.RelayConfig {
	c.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	return &c
}

// running starts a relay in virtual time and returns it with a function that stops it.
func running(t *testing.T, q message.Queue, p message.Publisher, c message.RelayConfig) (*message.Relay, func()) {
	t.Helper()
	r := message.NewRelay(q, p, quiet(c))
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

// pass lets virtual time pass until everything has come to rest.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

var errReset = errors.New("reset by peer")

func TestOrderPerKeyWithRetriesInBetween(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "a", "b", "a", "b", "a", "c")
		p := newTarget(func(_ context.Context, key, _ string, attempt int) error {
			<-time.After(20 * time.Millisecond)
			if key == "a" && attempt < 3 {
				return errReset
			}
			return nil
		})
		running(t, q, p, message.RelayConfig{})
		pass(100 * time.Millisecond)
		p.wantTaken(t, "b", "2", "4")
		p.wantTaken(t, "c", "6")
		p.wantTaken(t, "a")
		pass(time.Minute)
		p.wantTaken(t, "a", "1", "3", "5")
		q.wantLeft(t)
	})
}

func TestADeadLetterHoldsItsOwnKeyOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "a", "a", "b", "a")
		broken := true
		p := newTarget(func(_ context.Context, _, number string, _ int) error {
			if number == "1" && broken {
				return message.ErrPoison
			}
			return nil
		})
		r, _ := running(t, q, p, message.RelayConfig{})
		pass(time.Hour)
		p.wantTaken(t, "b", "3")
		p.wantTaken(t, "a")
		q.wantLeft(t, 1, 2, 4)
		row := q.left()[0]
		if !row.Dead || row.Attempts != 1 || row.LastError != message.ErrPoison.Error() {
			t.Errorf("the dead letter is %+v", row)
		}
		if asked := len(p.times("1")); asked != 1 {
			t.Errorf("poison was tried %d times", asked)
		}
		broken = false
		q.redrive(1)
		r.Wake()
		synctest.Wait()
		p.wantTaken(t, "a", "1", "2", "4")
		q.wantLeft(t)
	})
}

func TestAttemptsAreUsedUpWithGrowingWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "a", "b")
		p := newTarget(func(_ context.Context, key, _ string, attempt int) error {
			switch {
			case key == "b":
				return nil
			case attempt == 2:
				panic("out of cheese")
			}
			return errReset
		})
		running(t, q, p, message.RelayConfig{MaxAttempts: 6, Initial: 100 * time.Millisecond, Max: time.Second})
		pass(time.Hour)
		times := p.times("1")
		if len(times) != 6 {
			t.Fatalf("tried %d times, want 6", len(times))
		}
		for i, most := range []time.Duration{100, 200, 400, 800, 1000} {
			most *= time.Millisecond
			if wait := times[i+1].Sub(times[i]); wait < most/2 || wait > most {
				t.Errorf("wait %d is %v, want %v to %v", i, wait, most/2, most)
			}
		}
		q.wantLeft(t, 1)
		if row := q.left()[0]; !row.Dead || row.Attempts != 6 || row.LastError != errReset.Error() {
			t.Errorf("the row is %+v", row)
		}
		p.wantTaken(t, "b", "2")
	})
}

func TestAHangingPublishHoldsNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "slow", "slow", "b", "b", "b")
		p := newTarget(func(ctx context.Context, key, _ string, attempt int) error {
			if key == "slow" && attempt == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		running(t, q, p, message.RelayConfig{Timeout: 5 * time.Second})
		pass(4 * time.Second)
		p.wantTaken(t, "b", "3", "4", "5")
		p.wantTaken(t, "slow")
		pass(1020 * time.Millisecond) // the timeout is over, and the second try has not come yet
		if row := q.left()[0]; row.Attempts != 1 || row.LastError != context.DeadlineExceeded.Error() {
			t.Errorf("the row is %+v", row)
		}
		pass(time.Minute)
		p.wantTaken(t, "slow", "1", "2")
	})
}

// Two places, and two keys that always take them: the third gets its turn as soon as one is free,
// because it has been due for longer.
func TestFailingKeysDoNotTakeAllPlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "x", "y", "b", "b", "b")
		p := newTarget(func(ctx context.Context, key, _ string, _ int) error {
			if key != "b" {
				<-ctx.Done()
			}
			return ctx.Err()
		})
		running(t, q, p, message.RelayConfig{Batch: 2, MaxAttempts: 1000, Max: time.Millisecond, Initial: time.Millisecond, Timeout: time.Second})
		pass(3500 * time.Millisecond)
		p.wantTaken(t, "b", "3", "4", "5")
	})
}

// Rows that have been due for longer than one that is under way do not get more than the free places.
func TestABatchIsNeverExceeded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "a")
		ends := make(chan struct{})
		p := newTarget(func(context.Context, string, string, int) error { <-ends; return nil })
		r, _ := running(t, q, p, message.RelayConfig{Batch: 2})
		synctest.Wait()
		q.write(t, "b", "c")
		q.mu.Lock()
		for i := range q.rows[1:] {
			q.rows[1+i].Due = time.Now().Add(-time.Hour)
		}
		q.mu.Unlock()
		r.Wake()
		synctest.Wait()
		if one, two := len(p.times("2")), len(p.times("3")); one+two != 1 {
			t.Errorf("%d and %d publishes began beside another, want 1 of the two", one, two)
		}
		close(ends)
		synctest.Wait()
		q.wantLeft(t)
	})
}
