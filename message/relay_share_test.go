package message_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga/message"
)

func TestTwoRelaysShareAnOutbox(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		p := newTarget(func(_ context.Context, _, _ string, attempt int) error {
			<-time.After(20 * time.Millisecond)
			if attempt == 1 {
				return errReset
			}
			return nil
		})
		q.write(t, "a", "b", "a", "c", "a", "b")
		running(t, q, p, message.RelayConfig{})
		running(t, q, p, message.RelayConfig{})
		pass(time.Minute)
		p.wantTaken(t, "a", "1", "3", "5")
		p.wantTaken(t, "b", "2", "6")
		p.wantTaken(t, "c", "4")
		q.wantLeft(t)
	})
}

// The process is gone: nothing is recorded and nothing given back. Others go on with other keys, and
// with this one when the claim has run out.
func TestWhatAKilledRelayHadComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "a", "a")
		if rows, err := q.Claim(t.Context(), 10, 20*time.Second); err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		q.write(t, "b")
		p := newTarget(nil)
		running(t, q, p, message.RelayConfig{})
		pass(19 * time.Second)
		p.wantTaken(t, "a")
		p.wantTaken(t, "b", "3")
		pass(3 * time.Second)
		p.wantTaken(t, "a", "1", "2")
	})
}

func TestStoppingGivesBackWhatWasNotDelivered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "a")
		p := newTarget(func(ctx context.Context, _, _ string, attempt int) error {
			if attempt == 1 {
				<-ctx.Done()
			}
			return ctx.Err()
		})
		_, stop := running(t, q, p, message.RelayConfig{})
		pass(time.Second)
		stop()
		running(t, q, p, message.RelayConfig{})
		synctest.Wait() // no time passes
		p.wantTaken(t, "a", "1")
	})
}

// A publisher that ignores the end of its ctx outlives its claim. The relay claims the row anew for
// as long as nobody else has, and publishes it no second time.
func TestADeafPublishersRowIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		q.write(t, "deaf", "deaf")
		p := newTarget(func(_ context.Context, _, number string, _ int) error {
			if number == "1" {
				<-time.After(time.Hour)
			}
			return nil
		})
		running(t, q, p, message.RelayConfig{Timeout: time.Second})
		pass(time.Hour + time.Minute)
		p.wantTaken(t, "deaf", "1", "2")
		q.wantLeft(t)
	})
}

// What was committed late, or told to nobody, is found soon if there was something a moment ago.
func TestARelayLooksMoreOftenAfterAMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &memory{}
		p := newTarget(nil)
		r, _ := running(t, q, p, message.RelayConfig{Poll: time.Minute})
		q.write(t, "a")
		r.Wake()
		for _, c := range []struct {
			number string
			wait   time.Duration
		}{{"2", 20 * time.Millisecond}, {"3", 2 * time.Second}} {
			number, wait := c.number, c.wait
			synctest.Wait()
			began := time.Now()
			pass(wait)
			q.write(t, "a")
			wrote := time.Now()
			pass(wait + 10*time.Millisecond)
			if at := p.times(number); len(at) != 1 || at[0].Sub(wrote) > wrote.Sub(began)/2+10*time.Millisecond {
				t.Errorf("%s was asked for at %v, written at %v", number, at, wrote)
			}
		}
		looks := func() int {
			q.mu.Lock()
			defer q.mu.Unlock()
			return q.looks
		}
		before := looks()
		pass(time.Hour)
		if n := looks() - before; n > 80 {
			t.Errorf("%d looks in an hour", n)
		}
	})
}

// waking is a queue that says when there is something.
type waking struct {
	*memory
	wake chan func()
}

func (q waking) Wake(ctx context.Context, wake func()) {
	q.wake <- wake
	<-ctx.Done()
	close(q.wake)
}

func TestTheQueueWakesItsRelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := waking{&memory{}, make(chan func(), 1)}
		p := newTarget(nil)
		_, stop := running(t, q, p, message.RelayConfig{Poll: time.Hour})
		wake := <-q.wake
		synctest.Wait()
		q.write(t, "a")
		wake()
		synctest.Wait() // no time passes
		p.wantTaken(t, "a", "1")
		stop()
		if _, open := <-q.wake; open {
			t.Error("the queue is listened to after the end")
		}
	})
}
