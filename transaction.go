package saga

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"
)

// Transaction is a database transaction of the caller's on a store's tables, as a driver sees it: a
// port beside those of [Store], for the driver's Bind function. What is written through it is there
// when the caller has committed, and never if not. Drivers hold no rule here either. Like the
// transaction, it is for one goroutine. After an error that is not [NotDone] the caller must roll back.
type Transaction interface {
	// Start writes a key, its Node empty, with the row and the first chunk of its instance, if the id is
	// free, and returns nil. If it is not, it writes nothing and returns the key that stands there, with
	// the row if there is one. For an id that another open transaction has started it waits, for a second
	// or two at most; then the error is [NotDone]. Every [Waker] of the store is woken by the commit.
	Start(ctx context.Context, k StartKey, r Row, first Chunk) (*StartKey, *Row, error)

	// Shape returns what is stored of a version of a definition; nil if nothing is.
	Shape(ctx context.Context, name string, version int) ([]byte, error)

	// Keys is that of [Instances], in the transaction.
	Keys(ctx context.Context, ids []string) ([]StartKey, error)

	// Send is that of [Instances], in the transaction. Every [Waker] of the store is woken by the commit.
	Send(ctx context.Context, commands []Command) error
}

// In starts the instance in a transaction: as a dormant one that is due at once, which any engine
// claims after the commit. No journal has it, because no engine holds it. It is for drivers; others call
// [Definition.Start], which says what comes back.
func (b Beginning) In(ctx context.Context, t Transaction) (Instance, error) {
	p, err := b.planned(nil)
	if err != nil {
		return Instance{}, err
	}
	sh := &p.shape
	if err := sh.asStored(ctx, t); err != nil {
		return Instance{}, fmt.Errorf("start of %s: %w", b.id, err)
	}
	in, first, err := b.dormant(p)
	if err != nil {
		return Instance{}, fmt.Errorf("start of %s: %w", b.id, err)
	}
	key, row, err := t.Start(ctx, StartKey{ID: in.ID, Definition: in.Definition, Hash: in.Hash}, in.row("", sh), first)
	switch {
	case err != nil:
		return Instance{}, fmt.Errorf("start of %s: %w", b.id, err)
	case key == nil:
		return in.public(sh, ""), nil
	case !bytes.Equal(key.Hash, in.Hash) || key.Definition != in.Definition:
		return Instance{}, conflict(b.id)
	case row == nil: // a node has it in its journal and has written no row yet
		in = &instance{ID: in.ID, Definition: in.Definition, Version: in.Version, Hash: in.Hash, progress: progress{Status: Running}}
		return in.public(nil, key.Node), nil
	}
	found, err := fromRow(*row)
	if err != nil {
		return Instance{}, fmt.Errorf("start of %s: %w", b.id, err)
	}
	if found.Version != in.Version {
		sh = nil // which is not known here
	}
	return found.public(sh, row.Owner), nil
}

// asStored refuses a definition that has other steps in the store: whoever runs what is started would
// run those, or be unable to.
func (s *Shape) asStored(ctx context.Context, t Transaction) error {
	data, err := t.Shape(ctx, s.Name, s.Version)
	if err != nil || data == nil {
		return err
	}
	var stored Shape
	if err := json.Unmarshal(data, &stored); err != nil {
		return fmt.Errorf("%w: shape of %q version %d: %w", ErrFormat, s.Name, s.Version, err)
	}
	if !stored.fits(s) {
		return otherSteps(s.Name, s.Version)
	}
	return nil
}

// otherSteps refuses a definition that was changed under a version that the store has.
func otherSteps(name string, version int) error {
	return fmt.Errorf("%w: definition %q version %d has other steps in the store; give the changed definition a new version", ErrInvalid, name, version)
}

// dormant is the instance as its start leaves it, and the beginning of its history.
func (b *Beginning) dormant(p *plan) (*instance, Chunk, error) {
	c := (*Config)(nil).withDefaults()
	state, hash, err := p.encode(b.input, c.StateLimit)
	if err != nil {
		return nil, Chunk{}, err
	}
	in := &instance{ID: b.id, Definition: p.shape.Name, Version: p.shape.Version, Hash: hash, State: state}
	return in.begun(&p.shape, now())
}

// begun starts an instance that no node holds.
func (in *instance) begun(sh *Shape, at time.Time) (*instance, Chunk, error) {
	h := happened{kind: EventStarted, at: at}
	after, err := decide(sh, in, h)
	if err != nil {
		return nil, Chunk{}, err
	}
	after.Released = true
	e := record(in, after, h)
	return after, Chunk{ID: in.ID, Seq: after.Seq, Entries: wrap([][]byte{e.appendJSON(nil)})}, nil
}

// DeliverIn is [Engine.Deliver] in a transaction: the replies are there when it commits, and what is
// rolled back was never said. It is for drivers; others call Deliver of what their Bind function
// returned. Data may take as many bytes as [Config.StateLimit] has by default.
func DeliverIn(ctx context.Context, t Transaction, replies ...Reply) error {
	if len(replies) == 0 {
		return nil
	}
	c := (*Config)(nil).withDefaults()
	commands, err := commandsOf(replies, c.StateLimit)
	if err != nil {
		return err
	}
	return post(ctx, t, commands)
}

// commandsOf writes replies as what an engine takes up.
func commandsOf(replies []Reply, limit int) ([]Command, error) {
	at := now()
	commands := make([]Command, len(replies))
	for i := range replies {
		var err error
		if commands[i], err = replies[i].command(rand.Text(), at, limit); err != nil {
			return nil, err
		}
	}
	return commands, nil
}
