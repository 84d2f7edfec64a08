//go:build unix

package nodetest_test

import (
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/pgtest"
)

// A node stands still for longer than its lease and does not know it. The others take over what it
// held; when it goes on, nothing that it still writes goes in, and it joins again.
func TestPausedNodes(t *testing.T) {
	for _, nodes := range []int{2, 3} {
		f := newFleet(t, pgtest.Database(t), nodes, shortLease)
		stop := f.load()
		for range faults(t, 2, 50) {
			f.wait(time.Second)
			f.pauseOne(f.any().now())
		}
		f.allServe()
		stop()
		f.finish()
		if n := f.tally.of(rejectedAppends) + f.tally.of(rejectedCheckpoints); n < f.tally.of(pauses) {
			t.Errorf("%d writes were rejected for %d pauses", n, f.tally.of(pauses))
		}
	}
}

// pauseOne stops a node until another took it over, and wants it to find out.
func (f *fleet) pauseOne(l *life) {
	f.t.Helper()
	f.serves(l)
	l.pause()
	f.tally.note(pauses)
	began := time.Now()
	since := func(n note) bool { return n.Time.After(began) }
	eventually(f.t, 20*time.Second, "a takeover of "+l.name, func() bool {
		taken := 0
		for _, s := range f.slots {
			taken += s.now().count(func(n note) bool { return since(n) && l.wasTaken(n) })
		}
		return taken > 0
	})
	f.wait(shortLease / 2)
	woken := time.Now()
	l.resume()
	eventually(f.t, 10*time.Second, l.name+" to have a write rejected", func() bool {
		return l.count(func(n note) bool { return n.Time.After(began) && rejected(n) }) > 0
	})
	var again note
	eventually(f.t, 10*time.Second, l.name+" to join again", func() bool {
		return l.count(func(n note) bool {
			if n.Time.After(woken) && accepted(n) {
				again = n
			}
			return n.Time.After(woken) && accepted(n)
		}) > 0
	})
	f.t.Logf("%s was paused for %v and wrote again, as %s, %v later", l.name,
		woken.Sub(began).Round(time.Millisecond), again.Node, again.Time.Sub(woken).Round(time.Millisecond))
}
