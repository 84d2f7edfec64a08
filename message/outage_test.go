package message_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga/message"
)

// away is an answer that says nobody is there, for as long as the flag is set.
func away(flag *atomic.Bool) func(context.Context, string, string, int) error {
	return func(context.Context, string, string, int) error {
		if flag.Load() {
			return message.ErrUnavailable
		}
		return nil
	}
}

func TestAnOutageCostsNoAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "a", "b", "c", "a")
		var gone atomic.Bool
		gone.Store(true)
		p := newTarget(away(&gone))
		r, _ := running(t, q, p, message.RelayConfig{MaxAttempts: 2, Max: 10 * time.Second})
		for range 3600 {
			pass(time.Second)
			r.Wake() // does not cut the pause short
		}
		for _, row := range q.left() {
			if row.Attempts != 0 || row.Dead || row.Position < 4 && row.LastError != message.ErrUnavailable.Error() {
				t.Errorf("the row is %+v", row)
			}
		}
		// At most one try every five seconds in an hour, after a few quicker ones.
		if asked := len(p.times("1")); asked < 300 || asked > 740 {
			t.Errorf("the first row was tried %d times", asked)
		}
		gone.Store(false)
		pass(20 * time.Second)
		p.wantTaken(t, "a", "1", "4")
		p.wantTaken(t, "b", "2")
		p.wantTaken(t, "c", "3")
		q.wantLeft(t)
	})
}

// While nobody is there, only a few messages find out.
func TestAnOutagePausesTheRelayAsAWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		p := newTarget(func(context.Context, string, string, int) error { return message.ErrUnavailable })
		r, _ := running(t, q, p, message.RelayConfig{Initial: time.Minute, Max: time.Minute})
		q.write(t, "a")
		r.Wake()
		synctest.Wait()
		q.write(t, "b")
		r.Wake()
		pass(29 * time.Second)
		if asked := len(p.times("2")); asked != 0 {
			t.Errorf("b was tried %d times in the pause", asked)
		}
		pass(time.Minute)
		if asked := len(p.times("2")); asked == 0 {
			t.Error("b was never tried")
		}
	})
}

// Many messages that find nobody at the same moment are one outage, and the wait is its first.
func TestABatchThatFindsNobodyIsOneOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		for i := range 50 {
			q.write(t, fmt.Sprint("key-", i))
		}
		var gone atomic.Bool
		gone.Store(true)
		running(t, q, newTarget(away(&gone)), message.RelayConfig{Initial: time.Second, Max: time.Hour})
		pass(100 * time.Millisecond)
		gone.Store(false)
		pass(time.Second)
		q.wantLeft(t)
	})
}

func TestTheNextOutageBeginsWithTheShortestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "a")
		var gone atomic.Bool
		gone.Store(true)
		p := newTarget(away(&gone))
		r, _ := running(t, q, p, message.RelayConfig{Initial: time.Second, Max: time.Hour})
		pass(time.Hour)
		gone.Store(false)
		pass(2 * time.Hour)
		q.wantLeft(t)
		gone.Store(true)
		q.write(t, "b")
		r.Wake()
		pass(10 * time.Second)
		if asked := len(p.times("2")); asked < 3 {
			t.Errorf("in ten seconds of a new outage the row was tried %d times", asked)
		}
	})
}

// A queue that fails for a moment during an outage does not end the outage's pause, which has grown
// to at least half an hour here.
func TestTroubleDoesNotCutAnOutageShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "a")
		p := newTarget(func(context.Context, string, string, int) error { return message.ErrUnavailable })
		running(t, q, p, message.RelayConfig{Initial: time.Second, Max: time.Hour})
		pass(10 * time.Hour)
		mend, tries := breaks(q, "Failed"), len(p.times("1"))
		for len(p.times("1")) == tries {
			pass(time.Second)
		}
		mend()
		q.write(t, "b")
		pass(29 * time.Minute)
		if asked := len(p.times("2")); asked != 0 {
			t.Errorf("b was tried %d times in the pause", asked)
		}
	})
}
