//go:build unix

package nodetest_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/pgtest"
)

// A node stands still for longer than its lease and does not know it. The others take over what it
// held; when it goes on, nothing that it still writes goes in, and it joins again.
func TestPausedNodes(t *testing.T) {
	t.Parallel()
	for _, nodes := range []int{2, 3} {
		t.Run(strconv.Itoa(nodes)+" nodes", func(t *testing.T) { pauseNodes(t, nodes) })
	}
}

func pauseNodes(t *testing.T, nodes int) {
	f := newFleet(t, pgtest.Database(t), nodes, shortLease)
	stop := f.load()
	var back []time.Duration
	for range faults(t, 2, 50) {
		f.wait(time.Second)
		back = append(back, f.pauseOne(f.any()))
	}
	f.allServe()
	stop()
	f.finish()
	if n := f.tally.of(rejectedAppends) + f.tally.of(rejectedCheckpoints); n < f.tally.of(pauses) {
		t.Errorf("%d writes were rejected for %d pauses", n, f.tally.of(pauses))
	}
	slices.Sort(back)
	t.Logf("a node that went on wrote again after %v, and after %v at the latest", back[len(back)/2].Round(time.Millisecond), back[len(back)-1].Round(time.Millisecond))
}

// pauseOne stops a process until another node took over.
func (f *fleet) pauseOne(s *slot) time.Duration {
	f.t.Helper()
	f.tally.note(pauses)
	return f.outlive(s.now(), s.now().pause, s.now().resume)
}

// outlive holds a node off until another took it over, lets it go on, and wants it to find out. It
// returns how long it took from then to the first write under a new name.
func (f *fleet) outlive(l *life, off, on func()) time.Duration {
	f.t.Helper()
	f.serves(l)
	began := time.Now()
	off()
	since := began
	taken := comes(10*time.Second, func() bool { return f.taken(l, began) })
	if !taken { // there is nothing to take over if it was sealed just before, and has not joined again
		since = began.Add(-2 * shortLease)
	}
	f.wait(shortLease / 2)
	woken := time.Now()
	on()
	if !comes(10*time.Second, func() bool { return l.count(func(n note) bool { return n.Time.After(since) && rejected(n) }) > 0 }) {
		f.t.Fatalf("%s was held off for %v; taken over: %t, and 10 s later no write of it was rejected", l.name, woken.Sub(began), taken)
	}
	var back time.Duration
	eventually(f.t, 10*time.Second, l.name+" to join again", func() bool {
		return l.count(func(n note) bool {
			is := n.Time.After(woken) && accepted(n)
			if is && back == 0 {
				back = n.Time.Sub(woken)
			}
			return is
		}) > 0
	})
	return back
}

// taken reports whether a node was taken over since a time.
func (f *fleet) taken(l *life, since time.Time) bool {
	taken := 0
	for _, s := range f.slots {
		taken += s.now().count(func(n note) bool { return n.Time.After(since) && l.wasTaken(n) })
	}
	return taken > 0
}
