package saga

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// stepGrace is how long a function may take to notice that its ctx has ended.
const stepGrace = time.Second

// handOver is how long the last writes may take after the drain.
const handOver = 10 * time.Second

var errHandOver = errors.New("saga: the store did not take the last writes in time; the next run recovers them")

// server is one incarnation being served: it tells the node what happened and does the effects.
type server struct {
	*Engine
	node  *node
	inner chan input     // from this incarnation's own effects
	work  sync.WaitGroup // writes and reads of the store
	steps sync.WaitGroup // calls of users' functions
	slots chan struct{}
	// queued lets a call that waits for a slot be withdrawn, by serial; the loop's.
	queued map[int64]chan struct{}
	told   chan told

	// store outlives the caller's ctx, so that no write is cut off in the middle; calls ends when
	// the participants' answers no longer matter.
	store context.Context
	calls context.Context
	stop  context.CancelFunc

	rejoin bool
	fatal  error
}

// told is what users' functions are told: transitions, or a measure.
type told struct {
	durable []*pending
	measure Measure
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
		Engine: e, node: newNode(id, defaultRules(&e.config), now()),
		inner: make(chan input, 1024), queued: map[int64]chan struct{}{}, slots: make(chan struct{}, e.config.Concurrency), told: make(chan told, 1024),
	}
	s.node.shapes = e.knownShapes()
	s.node.codecs = map[shapeKey]*codec{}
	for key, p := range e.plans {
		s.node.runs[key], s.node.codecs[key] = true, p.codec
	}
	var end context.CancelFunc
	s.store, end = context.WithCancel(context.WithoutCancel(ctx))
	s.calls, s.stop = context.WithCancel(s.store)
	e.once.Do(func() { close(e.ready) })
	observed := make(chan struct{})
	go s.observe(observed)
	s.listen()
	s.loop(ctx)
	s.stop()
	end()
	s.work.Wait()
	s.waitForSteps()
	close(s.told)
	<-observed
	return s.rejoin, s.fatal
}

// join makes a new incarnation known and returns its id. The first failure of a Run is told at once, since the store may
// be the wrong one; a node that has served before waits for its store to come back.
func (e *Engine) join(ctx context.Context) (string, error) {
	for {
		id := e.incarnation() // another one each time: a lost answer may have been a yes
		err := e.store.Journal().Join(ctx, id)
		served := false
		select {
		case <-e.ready:
			served = true
		default:
		}
		if err == nil || !served {
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

// listen lets a store that can wake the node do so.
func (s *server) listen() {
	if w, ok := s.Engine.store.(Waker); ok {
		s.node.rules.poll = patientPoll
		s.work.Go(func() { w.Wake(s.store, func() { s.tell((*node).woken) }) })
	}
}

// loop feeds the node. Inputs that are there already are told together, so that what they decide
// shares an append.
func (s *server) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	leaving := ctx.Done()
	for !s.node.over && s.fatal == nil {
		select {
		case <-leaving:
			leaving = nil
			s.node.quit(now(), now().Add(s.config.Drain))
			time.AfterFunc(s.config.Drain, s.stop)
			time.AfterFunc(s.config.Drain+handOver, func() {
				s.tell(func(n *node, _ time.Time) { s.fatal = errors.Join(errHandOver, s.trouble()) })
			})
		case in := <-s.inner:
			in(s.node, now())
		case in := <-s.inputs:
			in(s.node, now())
		case <-timer.C:
			s.node.tick(now())
		}
		s.drainInputs()
		at := now()
		for _, eff := range s.node.pump(at) {
			s.do(eff)
		}
		timer.Reset(max(s.node.nextTick().Sub(at), time.Millisecond))
	}
}

func (s *server) drainInputs() {
	for range cap(s.inputs) {
		select {
		case in := <-s.inner:
			in(s.node, now())
		case in := <-s.inputs:
			in(s.node, now())
		default:
			return
		}
	}
}

// tell hands the node an input from a goroutine of this incarnation, unless it is over.
func (s *server) tell(in input) {
	select {
	case s.inner <- in:
	case <-s.store.Done():
	}
}

// send hands an input to whatever incarnation serves.
func (e *Engine) send(ctx context.Context, in input) error {
	select {
	case <-e.ready:
	case <-e.closed:
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), e.trouble())
	}
	select {
	case <-e.closed: // first, or the select below would sometimes leave the input to nobody
		return e.whyClosed()
	default:
	}
	select {
	case e.inputs <- in:
		return nil
	case <-e.closed:
		return e.whyClosed()
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), e.trouble())
	}
}

// trouble is what the store says while it cannot be written, if it says anything.
func (e *Engine) trouble() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.storeErr
}

func (e *Engine) setTrouble(err error) {
	e.mu.Lock()
	e.storeErr = err
	e.mu.Unlock()
}

func (e *Engine) whyClosed() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return fmt.Errorf("%w: Run failed: %w", ErrClosed, e.err)
	}
	return ErrClosed
}
