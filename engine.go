package saga

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// Engine runs instances of its definitions over one store. It is safe for concurrent use. Several
// engines may share a store that several processes may open.
type Engine struct {
	config Config
	store  Store
	plans  map[shapeKey]*plan
	shapes map[shapeKey]*Shape // registered and stored, with defaults

	ready   chan struct{} // closed once a node serves
	once    sync.Once     // closes ready
	closed  chan struct{} // closed when Run has returned
	running atomic.Bool

	mu       sync.Mutex
	server   *server       // that serves now; nil if none does
	changed  chan struct{} // closed when it changes
	waiters  map[string][]chan *instance
	err      error // why Run returned
	storeErr error // the last thing the store said while it was failing
}

// input is something that happened, told to whatever node serves now.
type input func(n *node, at time.Time)

// New makes an engine over a store. It does no I/O; Run does. A nil config is the zero Config. All
// mistakes of the config and of all definitions come back at once, and match [ErrInvalid].
func New(store Store, config *Config, definitions ...AnyDefinition) (*Engine, error) {
	e := &Engine{
		config: config.withDefaults(), store: store,
		plans: map[shapeKey]*plan{}, shapes: map[shapeKey]*Shape{},
		ready: make(chan struct{}), changed: make(chan struct{}), closed: make(chan struct{}),
		waiters: map[string][]chan *instance{},
	}
	errs := []error{e.config.check()}
	if store == nil {
		errs = append(errs, fmt.Errorf("%w: no store; open one, for example with sqlite.Open", ErrInvalid))
	}
	for i, d := range definitions {
		if d == nil {
			errs = append(errs, fmt.Errorf("%w: definition %d is nil", ErrInvalid, i+1))
			continue
		}
		errs = append(errs, e.register(d))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Engine) register(d AnyDefinition) error {
	p := d.plan()
	if err := p.err(e.config.Timeout); err != nil {
		return err
	}
	if e.plans[p.key()] != nil {
		return givenTwice(p)
	}
	e.plans[p.key()] = p
	e.shapes[p.key()] = p.shape.withDefaults(&e.config)
	for i := range p.shape.Steps {
		if st := &p.shape.Steps[i]; st.Probe && !st.Fence && !st.Replayable {
			e.config.Logger.Warn("a probe that answers NotDone promises that a late original does no harm; add a Fence or make the step Replayable",
				"definition", p.shape.Name, "step", st.Name)
		}
	}
	return nil
}

func givenTwice(p *plan) error {
	return fmt.Errorf("%w: definition %q version %d is given twice", ErrInvalid, p.shape.Name, p.shape.Version)
}

// Run joins the store, takes over what dead nodes left, and runs instances until ctx ends; then it
// lets the calls under way answer for at most Config.Drain, hands everything back to the store and
// returns nil. Any other return is a failure that stopped it: a shape that changed under a stored
// version ([ErrInvalid]), data of another format ([ErrFormat]), or a second Run.
// When another node seals this one, Run rejoins under a new incarnation.
func (e *Engine) Run(ctx context.Context) error {
	if e.running.Swap(true) {
		return fmt.Errorf("%w: Run was called twice; make another engine", ErrInvalid)
	}
	err := e.run(ctx)
	e.mu.Lock()
	e.err = err
	e.mu.Unlock()
	close(e.closed)
	return err
}

func (e *Engine) run(ctx context.Context) error {
	if err := e.define(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	for {
		again, err := e.serve(ctx)
		if err != nil || !again {
			return err
		}
		e.config.Logger.Warn("this node was sealed by another and rejoins", "node", e.config.Node)
	}
}

// define stores the registered shapes, and learns the stored ones: recovery needs them even where
// nothing runs them.
func (e *Engine) define(ctx context.Context) error {
	var mine []StoredShape
	for key, p := range e.plans {
		data, err := json.Marshal(p.shape)
		if err != nil {
			return fmt.Errorf("shape of %s: %w", key.name, err)
		}
		mine = append(mine, StoredShape{Name: key.name, Version: key.version, Data: data})
	}
	stored, err := e.store.Instances().Define(ctx, mine)
	if err != nil {
		return fmt.Errorf("saga: store the definitions: %w", err)
	}
	for _, s := range stored {
		var sh Shape
		if err := json.Unmarshal(s.Data, &sh); err != nil {
			return fmt.Errorf("%w: shape of %q version %d: %w", ErrFormat, s.Name, s.Version, err)
		}
		if !e.plans[shapeKey{s.Name, s.Version}].shape.fits(&sh) {
			return otherSteps(s.Name, s.Version)
		}
	}
	if err := e.store.Instances().Forget(ctx, now().Add(-rememberAnswers)); err != nil {
		return fmt.Errorf("saga: forget old answers: %w", err)
	}
	return e.learnShapes(ctx)
}

// rememberAnswers is how long the answer to a command stays at least; the next Run removes it.
const rememberAnswers = 24 * time.Hour

// learnShapes takes in the shapes that others stored, for those who read.
func (e *Engine) learnShapes(ctx context.Context) error {
	stored, err := e.store.Reader().Shapes(ctx)
	if err != nil {
		return fmt.Errorf("saga: read the definitions: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range stored {
		key := shapeKey{s.Name, s.Version}
		if e.shapes[key] != nil {
			continue
		}
		sh, bad := readShape(s, &e.config)
		if bad != nil {
			err = errors.Join(err, bad)
			continue
		}
		e.shapes[key] = sh
	}
	return err
}

func (e *Engine) knownShapes() map[shapeKey]*Shape {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.shapes)
}

func (e *Engine) shape(key shapeKey) *Shape {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.shapes[key]
}

// anyShape is a shape that is registered here or stored; nil if it is neither.
func (e *Engine) anyShape(ctx context.Context, key shapeKey) (*Shape, error) {
	if sh := e.shape(key); sh != nil || e.store == nil {
		return sh, nil
	}
	err := e.learnShapes(ctx)
	if errors.Is(err, ErrFormat) { // one that this program cannot read hides no other
		err = nil
	}
	return e.shape(key), err
}

// incarnation names one life of a node; it is never used again.
func (e *Engine) incarnation() string { return e.config.Node + "-" + rand.Text()[:12] }

func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
