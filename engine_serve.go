package saga

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// stepGrace is how long a function may take to notice that its ctx has ended.
const stepGrace = time.Second

// handOver is how long the last writes may take after the drain.
const handOver = 10 * time.Second

var errHandOver = errors.New("saga: the store did not take the last writes in time; the next run recovers them")

// server is one incarnation being served. There is no goroutine that owns the node: whoever has
// something to tell takes the lock, tells, and goes on with what follows. So an instance that waits
// for nobody goes from its start to its end on one goroutine.
type server struct {
	*Engine
	mu     sync.Mutex // guards what is above the next empty line
	node   *node
	clock  clock
	queued map[int64]chan struct{} // lets a call that waits for a slot be withdrawn, by serial
	alarm  *time.Timer             // for the node's next tick
	wakes  time.Time               // when it goes off; zero once it did
	gather bool                    // somebody who tells is about to let others tell as well
	rejoin bool
	fatal  error
	over   bool

	heldBack chan struct{} // in queued: withdrawn before it waited

	done  chan struct{}  // closed when it is over
	jobs  chan []effect  // for goroutines that are spare
	spare atomic.Int32   // how many are
	asks  sync.WaitGroup // writes and reads of the store
	steps sync.WaitGroup // calls of users' functions
	slots chan struct{}
	told  *toldQueue

	// store outlives the caller's ctx, so that no write is cut off in the middle; calls ends when
	// the participants' answers no longer matter.
	store context.Context
	calls context.Context
	stop  context.CancelFunc
}

// serve runs one incarnation to its end. It returns true if it was sealed and another must follow.
func (e *Engine) serve(ctx context.Context) (bool, error) {
	id, err := e.join(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return false, nil
		}
		return false, fmt.Errorf("saga: join the store: %w", err)
	}
	s := &server{
		Engine: e, node: newNode(id, defaultRules(&e.config), now()), queued: map[int64]chan struct{}{},
		heldBack: make(chan struct{}), done: make(chan struct{}), jobs: make(chan []effect), slots: make(chan struct{}, e.config.Concurrency), told: newToldQueue(),
	}
	s.node.early = s.early
	s.node.shapes = e.knownShapes()
	s.node.codecs = map[shapeKey]*codec{}
	for key, p := range e.plans {
		s.node.runs[key], s.node.codecs[key] = true, p.codec
	}
	var end context.CancelFunc
	s.store, end = context.WithCancel(context.WithoutCancel(ctx))
	s.calls, s.stop = context.WithCancel(s.store)
	observed := make(chan struct{})
	go s.observe(observed)
	s.run(ctx)
	s.stop()
	end()
	s.told.close() // what is in it is still told; nobody waits for room any more
	s.asks.Wait()
	s.waitForSteps()
	<-observed
	return s.rejoin, s.fatal
}

// run serves from the first tick to the end.
func (s *server) run(ctx context.Context) {
	waker, wakes := s.Engine.store.(Waker)
	s.mu.Lock()
	if wakes {
		s.node.rules.poll = patientPoll
	}
	s.alarm = time.AfterFunc(0, s.tick)
	s.mu.Unlock()
	defer s.alarm.Stop()
	if wakes {
		s.asks.Go(func() { waker.Wake(s.store, func() { s.offer((*node).woken) }) })
	}
	leave := context.AfterFunc(ctx, s.leave)
	defer leave()
	s.serving(s)
	<-s.done
	s.serving(nil)
}

// tick is the alarm going off.
func (s *server) tick() {
	s.perform(s.tell(func(n *node, at time.Time) {
		s.wakes = time.Time{}
		n.tick(at)
	}))
}

// leave begins an orderly end, and bounds it.
func (s *server) leave() {
	drain := time.AfterFunc(s.config.Drain, s.stop)
	defer drain.Stop()
	last := time.AfterFunc(s.config.Drain+handOver, func() {
		s.tell(func(*node, time.Time) { s.fatal = errors.Join(errHandOver, s.trouble()) })
	})
	defer last.Stop()
	s.perform(s.tell(func(n *node, at time.Time) { n.quit(at, at.Add(s.config.Drain)) }))
	<-s.done
}

// join makes a new incarnation known and returns its id. The first failure of a Run is told at once, since the store may
// be the wrong one; a node that has served before waits for its store to come back.
func (e *Engine) join(ctx context.Context) (string, error) {
	for {
		id := e.incarnation() // another one each time: a lost answer may have been a yes
		err := e.store.Journal().Join(ctx, id, e.config.Lease)
		served := false
		select {
		case <-e.ready:
			served = true
		default:
		}
		if err == nil || !served || ctx.Err() != nil {
			return id, err
		}
		e.config.Logger.Error("the store failed; trying again", "doing", "join", "node", id, "error", err)
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return "", err
		}
	}
}

// waitForSteps lets users' functions return, so that nothing of them runs on when Run has returned;
// but one that ignores the end of its ctx cannot keep Run.
func (s *server) waitForSteps() {
	returned := make(chan struct{})
	go func() {
		s.steps.Wait()
		close(returned)
	}()
	select {
	case <-returned:
	case <-time.After(stepGrace):
		s.config.Logger.Warn("a step's function ignores the end of its ctx and is left behind", "node", s.node.id)
	}
}

// patientPoll is the time between claims, on average, where the store says when to claim earlier.
const patientPoll = 4 * time.Second
