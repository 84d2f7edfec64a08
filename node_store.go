package saga

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// storeEffect is an effect on the store. run does it once and returns what to tell the node. An
// error leaves open whether the store did it: run it again, with again set, or give up with what
// failed returns. If that is nil, the node cannot go on until it is known.
type storeEffect interface {
	effect
	run(ctx context.Context, s Store, again bool) (input, error)
	failed(err error) input
}

func (e appendRow) run(ctx context.Context, s Store, _ bool) (input, error) {
	taken, err := s.Journal().Append(ctx, e.Append)
	if errors.Is(err, ErrSealed) {
		return (*node).appendRejected, nil
	}
	return func(n *node, at time.Time) { n.appended(taken, at) }, err
}

func (appendRow) failed(error) input { return nil }

// run settles a checkpoint. Repeating one that went in is ErrSealed, because its positions are
// gone. That is looked up only after the repetition: before it, the first try may still go in.
func (e writeRows) run(ctx context.Context, s Store, again bool) (input, error) {
	err := s.Journal().Checkpoint(ctx, e.words())
	if !errors.Is(err, ErrSealed) {
		return (*node).checkpointed, err
	}
	if again {
		if done, err := e.written(ctx, s); done || err != nil {
			return (*node).checkpointed, err
		}
	}
	return (*node).checkpointRejected, nil
}

// written reports whether a checkpoint of this node, whose answer was lost, went in: nobody else
// trims this journal while it is not sealed.
func (e writeRows) written(ctx context.Context, s Store) (bool, error) {
	tail, err := s.Journal().Tail(ctx, e.Node)
	if err != nil || len(tail.Positions) == 0 {
		return false, err
	}
	first, last := tail.Positions[0], tail.Positions[len(tail.Positions)-1]
	return first.Number >= e.To && last.Kind != Sealed && last.Kind != Drained, nil
}

func (writeRows) failed(error) input { return nil }

func (e claimRows) run(ctx context.Context, s Store, _ bool) (input, error) {
	got, err := s.Instances().Claim(ctx, e.Claim)
	return func(n *node, at time.Time) { n.claimed(e.Claim, got, at) }, err
}

func (e claimRows) failed(error) input {
	return func(n *node, at time.Time) { n.claimFailed(e.Claim, at) }
}

func (e findInstance) run(ctx context.Context, s Store, _ bool) (input, error) {
	key, row, err := lookUp(ctx, s, e.ID)
	return func(n *node, at time.Time) { n.found(e.ID, key, row, nil, at) }, err
}

func (e findInstance) failed(err error) input {
	return func(n *node, at time.Time) { n.found(e.ID, nil, nil, err, at) }
}

func (lookAround) run(ctx context.Context, s Store, _ bool) (input, error) {
	nodes, err := s.Instances().Nodes(ctx)
	return func(n *node, at time.Time) { n.seen(nodes, at) }, err
}

func (lookAround) failed(error) input { return (*node).lookFailed }

// run seals a node and reads what it left, and the shapes, since the other may have run what this
// node never saw.
func (e takeOver) run(ctx context.Context, s Store, _ bool) (input, error) {
	if err := s.Journal().Seal(ctx, e.Node); err != nil {
		return nil, err
	}
	tail, err := s.Journal().Tail(ctx, e.Node)
	if err != nil {
		return nil, err
	}
	shapes, err := s.Reader().Shapes(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := startsIn(tail)
	if err != nil {
		return nil, err
	}
	var keys []StartKey
	if len(ids) > 0 {
		if keys, err = s.Instances().Keys(ctx, ids); err != nil {
			return nil, err
		}
	}
	return func(n *node, at time.Time) { n.sealedOther(e.Node, tail, shapes, keys, at) }, nil
}

func (e takeOver) failed(err error) input {
	return func(n *node, at time.Time) { n.takeoverFailed(e.Node, err, at) }
}

// run writes what a sealed node left. If another was faster the checkpoint says so; the next look
// finds nothing to do.
func (e drainOther) run(ctx context.Context, s Store, _ bool) (input, error) {
	err := s.Journal().Checkpoint(ctx, e.Checkpoint)
	if errors.Is(err, ErrSealed) { // another was faster
		return func(n *node, at time.Time) { n.claimAt = at }, nil
	}
	return func(n *node, at time.Time) { n.drained(e, at) }, err
}

func (e drainOther) failed(err error) input {
	return func(n *node, at time.Time) { n.takeoverFailed(e.Node, err, at) }
}

func (e sealSelf) run(ctx context.Context, s Store, _ bool) (input, error) {
	err := s.Journal().Seal(ctx, e.Node)
	if err == nil {
		err = s.Journal().Checkpoint(ctx, e.words())
	}
	if errors.Is(err, ErrSealed) { // another took it over first
		err = nil
	}
	return func(n *node, _ time.Time) { n.left() }, err
}

// failed leaves the rest to whoever comes next.
func (sealSelf) failed(error) input { return func(n *node, _ time.Time) { n.left() } }

// lookUp reads an id's key and row, as far as they exist.
func lookUp(ctx context.Context, s Store, id string) (*StartKey, *Row, error) {
	keys, err := s.Instances().Keys(ctx, []string{id})
	if err != nil {
		return nil, nil, err
	}
	rows, err := s.Reader().Find(ctx, Filter{IDs: []string{id}, Limit: 1})
	if err != nil {
		return nil, nil, err
	}
	var key *StartKey
	var row *Row
	if len(keys) > 0 {
		key = &keys[0]
	}
	if len(rows) > 0 {
		row = &rows[0]
	}
	return key, row, nil
}

// readShape reads a stored shape and gives it this program's defaults.
func readShape(s StoredShape, c *Config) (*Shape, error) {
	var sh Shape
	if err := json.Unmarshal(s.Data, &sh); err != nil {
		return nil, fmt.Errorf("%w: shape of %q version %d: %w", ErrFormat, s.Name, s.Version, err)
	}
	return sh.withDefaults(c), nil
}
