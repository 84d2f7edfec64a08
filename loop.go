package saga

import (
	"context"
	"fmt"
	"reflect"
	"time"
)

// Loop is the engine without its I/O: what one node decides, as a machine that is driven by hand.
// It uses no clock, goroutine or store by itself. It says what it wants done as [Task]s, and whoever
// drives it does them, in any order, late, twice or never, and tells it what came of them. An
// [Engine] is such a driver; the package sagatest is another, which tries every fault. It exists
// for such tools; services use Engine. It is not safe for concurrent use.
//
// A loop that is not told of again has crashed.
type Loop struct {
	node  *node
	plans map[shapeKey]*plan
}

// NewLoop makes the loop of a node incarnation that has joined a store ([Journal.Join]) under this
// name. The error is that of [New].
func NewLoop(name string, at time.Time, config *Config, definitions ...AnyDefinition) (*Loop, error) {
	e, err := New(noStore{}, config, definitions...)
	if err != nil {
		return nil, err
	}
	l := &Loop{node: newNode(name, defaultRules(&e.config), at), plans: e.plans}
	l.node.shapes = e.shapes
	for key := range e.plans {
		l.node.runs[key] = true
	}
	return l, nil
}

// noStore is for an engine that is only a checked set of definitions.
type noStore struct{ Store }

// Start asks for an instance, as [Definition.Start] does; input is a pointer to the definition's
// state. The answer is a task of its own, later. The error is about the input.
func (l *Loop) Start(d AnyDefinition, id string, input any, at time.Time) error {
	p := l.plans[d.key()]
	switch {
	case p == nil:
		return fmt.Errorf("%w: definition %q version %d was not given to NewLoop", ErrInvalid, d.key().name, d.key().version)
	case !validID(id):
		return fmt.Errorf("%w: %q is no id", ErrInvalid, id)
	case reflect.TypeOf(input) != reflect.PointerTo(p.codec.typ):
		return fmt.Errorf("%w: the input is a %T, the definition's state a %v; pass a pointer to it", ErrInvalid, input, p.codec.typ)
	}
	state, hash, err := p.encode(input, l.node.rules.stateLimit)
	if err != nil {
		return err
	}
	l.node.start(&startRequest{ID: id, Key: p.key(), Hash: hash, State: state}, at)
	return nil
}

// Deliver hands in a reply at this node, as [Engine.Deliver] does: it is stored under id, and the loop
// hears of it at once if it holds the instance. The errors are the same.
func (l *Loop) Deliver(ctx context.Context, store Store, id string, reply Reply, at time.Time) error {
	c, err := reply.command(id, at, l.node.rules.stateLimit)
	if err != nil {
		return err
	}
	commands := []Command{c}
	if err := post(ctx, store.Instances(), commands); err != nil {
		return err
	}
	l.node.handed(commands, at)
	return nil
}

// Tasks lets time pass up to at, and returns what is to be done because of all that happened since
// the last call.
func (l *Loop) Tasks(at time.Time) []Task {
	l.node.tick(at)
	var tasks []Task
	for _, e := range l.node.pump(at) {
		if t := l.task(e); t.Kind != "" {
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// Next is when Tasks has something to do if nothing else happens before.
func (l *Loop) Next() time.Time { return l.node.nextTick() }

// Quit begins an orderly end: nothing new is called, and everything is handed back to the store.
// Calls under way may answer until by.
func (l *Loop) Quit(at, by time.Time) { l.node.quit(at, by) }

// Over reports whether this incarnation has ended: another sealed it, or it left in order. It makes
// no more tasks.
func (l *Loop) Over() bool { return l.node.over }
