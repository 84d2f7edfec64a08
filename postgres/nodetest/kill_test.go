//go:build unix

package nodetest_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/pgtest"
)

// shortLease is the engines' lease under load.
const shortLease = time.Second

// Nodes die by SIGKILL while they work, now and then all of them, and others come in their place.
func TestKilledNodes(t *testing.T) {
	t.Parallel()
	for _, nodes := range []int{2, 3} {
		t.Run(strconv.Itoa(nodes)+" nodes", func(t *testing.T) {
			f := newFleet(t, pgtest.Database(t), nodes, shortLease)
			stop := f.load()
			calling := 0
			for range faults(t, 4, 50) {
				f.wait(time.Second)
				calling += f.killSome()
			}
			f.allServe()
			f.wait(time.Second)
			stop()
			f.finish()
			t.Logf("%d calls were under way at %d kills", calling, f.tally.of(kills))
			if calling == 0 || f.tally.of(takeovers) == 0 {
				t.Errorf("%d calls were under way, and %d nodes were taken over, which proves nothing", calling, f.tally.of(takeovers))
			}
		})
	}
}

// The faults of this package.
const (
	kills  = "kills"
	pauses = "pauses"
	stops  = "immediate stops of the database"

	lateWrites = "times that a node's requests arrived after its takeover"
	partitions = "times that a node could not connect"
)

// killSome kills a node, or in one case of six all of them, and starts it anew after a while. It
// returns how many of its calls were under way.
func (f *fleet) killSome() (calling int) {
	f.t.Helper()
	victims := []*slot{f.any()}
	if f.rng.IntN(6) == 0 {
		victims = f.slots
	}
	for _, s := range victims {
		l := s.now()
		l.kill()
		f.tally.note(kills)
		calling += f.desk.underWay(l.name)
	}
	for _, s := range victims {
		f.wait(shortLease * 3 / 2) // sometimes before the others have noticed
		f.start(s)
	}
	return calling
}
