//go:build unix

package nodetest_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/pgtest"
)

const (
	defaultLease = 5 * time.Second
	margin       = time.Second // what a takeover may take beside the lease
	allowance    = time.Second // for a machine that has other work at the same time
)

// A node holds sagas whose calls are under way, and dies or stands still. Within the lease and a
// second the other one, which has nothing to do, has called for all of them.
func TestTakeoverWithinTheLease(t *testing.T) {
	t.Parallel()
	for round := range faults(t, 2, 10) {
		t.Run(strconv.Itoa(round), func(t *testing.T) {
			t.Parallel()
			takeOver(t, round)
		})
	}
}

func takeOver(t *testing.T, round int) {
	f := newFleet(t, pgtest.Database(t), 2, 0)
	release := f.desk.holdAll()
	ids := f.few(t, f.slots[0], strconv.Itoa(round), 20)
	first, second := f.slots[0].now(), f.slots[1].now()
	eventually(t, 10*time.Second, "all calls to be under way", func() bool { return f.desk.underWay(first.name) == len(ids) })
	f.wait(defaultLease) // at any point between two looks of the other node
	began := time.Now()
	how := "killed"
	if round%2 == 0 {
		first.kill()
	} else {
		how = "paused"
		first.pause()
	}
	eventually(t, 30*time.Second, "all sagas to be moved by the other node", func() bool { return len(f.desk.called(second.name, ids)) == len(ids) })
	var late time.Duration
	for _, at := range f.desk.called(second.name, ids) {
		late = max(late, at.Sub(began))
	}
	t.Logf("the node was %s; %d sagas were moved by the other within %v", how, len(ids), late.Round(time.Millisecond))
	if late > defaultLease+margin+allowance {
		t.Errorf("the takeover took %v; the lease is %v, and %v and %v more are allowed", late, defaultLease, margin, allowance)
	}
	release()
	if round%2 == 0 {
		f.start(f.slots[0])
	} else {
		first.resume()
	}
	f.allServe()
	f.finish()
}

// called returns when a life called for each of these instances first, in order.
func (d *desk) called(life string, ids []string) (times []time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range ids {
		for _, v := range d.visits[id] {
			if v.life == life {
				times = append(times, v.begun)
				break
			}
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}
