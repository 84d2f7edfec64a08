//go:build unix

package nodetest_test

import (
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/pgtest"
)

// The connections of one node break, above all when a request is with the database and its answer
// is not yet back. The node does not know whether it was carried out, and nothing may depend on it.
func TestCutConnections(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	p := newProxy(t, url)
	f := prepareFleet(t, url, 2, shortLease)
	f.slots[0].store = p.url
	f.startAll()
	stop := f.load()
	wanted := []string{"append", "append with starts", "checkpoint"}
	for n := 0; n < faults(t, 60, 1000) || n < 1000 && p.spared(beforeAnswer, wanted); n++ {
		at := beforeAnswer
		switch f.rng.IntN(5) {
		case 0:
			at = halfRequest
		case 1:
			at = noRequest
		}
		p.arm(at, f.rng.IntN(6))
		eventually(t, 20*time.Second, "a request to cut", func() bool { return !p.armed() })
		f.wait(100 * time.Millisecond)
	}
	stop()
	f.finish()
	for at, what := range p.made {
		t.Logf("cut %s:\n%s", at, list(what))
		if len(what) == 0 {
			t.Errorf("no connection was cut %s", at)
		}
	}
	for _, what := range wanted {
		if p.made[beforeAnswer][what] == 0 {
			t.Errorf("the answer to no %s was lost", what)
		}
	}
	if f.tally.of(repeatedWrites) == 0 {
		t.Error("no write was repeated, which proves nothing")
	}
}

// One node cannot reach the database for longer than its lease, while its process works on: it is
// refused, or what it writes arrives when another node has long taken it over.
func TestUnreachableDatabase(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	p := newProxy(t, url)
	f := prepareFleet(t, url, 2, shortLease)
	f.slots[0].store = p.url
	f.startAll()
	stop := f.load()
	for i := range faults(t, 2, 30) {
		f.wait(time.Second)
		if i%2 == 0 {
			release := func() {}
			f.outlive(f.slots[0].now(), func() { release = p.hold(); t.Cleanup(release) }, func() { release() })
			f.tally.note(lateWrites)
			continue
		}
		f.outlive(f.slots[0].now(), func() { p.refuse(true) }, func() { p.refuse(false) })
		f.tally.note(partitions)
	}
	stop()
	f.finish()
}
