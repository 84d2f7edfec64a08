//go:build unix

package nodetest_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/postgres"
)

// fleet is a number of nodes on one database, with the participants they call, through all lives.
type fleet struct {
	t     *testing.T
	store string // the database's address
	lease time.Duration
	desk  *desk
	book  book
	rng   *rand.Rand // the test's own
	tally tally
	slots []*slot

	loaded bool // with many sagas, so that every kind of fault has to strike
}

// slot is where one life of a node follows another.
type slot struct {
	number int
	store  string // where this node finds the database

	mu    sync.Mutex
	lives int
	life  *life
}

func (s *slot) now() *life {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.life
}

// newFleet starts nodes on an empty database. A lease of 0 is the engine's default.
func newFleet(t *testing.T, store string, nodes int, lease time.Duration) *fleet {
	t.Helper()
	f := prepareFleet(t, store, nodes, lease)
	f.startAll()
	return f
}

func prepareFleet(t *testing.T, store string, nodes int, lease time.Duration) *fleet {
	t.Helper()
	if _, err := postgres.Migrate(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	f := &fleet{t: t, store: store, lease: lease, desk: newDesk(t), book: newBook(), rng: rand.New(rand.NewPCG(seed, 1)), tally: newTally()}
	for i := range nodes {
		f.slots = append(f.slots, &slot{number: i + 1, store: store})
	}
	t.Cleanup(f.clear)
	return f
}

func (f *fleet) startAll() {
	f.t.Helper()
	for _, s := range f.slots {
		f.start(s)
	}
	f.allServe()
}

// start begins the next life of a node.
func (f *fleet) start(s *slot) {
	f.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lives++
	s.life = startLife(f.t, fmt.Sprintf("n%d.%d", s.number, s.lives), s.store, f.desk.url, f.lease, f.tally.hear)
}

func (f *fleet) allServe() {
	f.t.Helper()
	for _, s := range f.slots {
		f.serves(s.now())
	}
}

// serves waits until a node has written something.
func (f *fleet) serves(l *life) {
	f.t.Helper()
	eventually(f.t, 30*time.Second, "node "+l.name+" to write", func() bool {
		select {
		case <-l.ended:
			f.t.Fatalf("node %s ended by itself: %v\n%s", l.name, l.err, l.words())
		default:
		}
		return l.serves()
	})
}

// clear leaves no process behind, however the test ended.
func (f *fleet) clear() {
	for _, s := range f.slots {
		if l := s.now(); l != nil {
			_ = l.cmd.Process.Kill()
			<-l.ended
		}
	}
}

func (f *fleet) any() *slot { return f.slots[f.rng.IntN(len(f.slots))] }

// wait is a random time up to a limit.
func (f *fleet) wait(limit time.Duration) {
	pass(f.t.Context(), time.Duration(f.rng.Int64N(int64(limit))))
}

// leave lets all nodes leave in order: the last checkpoints are written then.
func (f *fleet) leave() {
	f.t.Helper()
	for _, s := range f.slots {
		s.now().leave()
	}
	for _, s := range f.slots {
		s.now().left()
	}
}
