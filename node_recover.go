package saga

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// sealedOther folds a sealed node's tail into rows. Its instances belong to nobody then and are
// due, so any node claims them.
func (n *node) sealedOther(node string, tail Tail, shapes []StoredShape, keys []StartKey, at time.Time) {
	if err := n.learn(shapes); err != nil {
		n.takeoverFailed(node, err, at)
		return
	}
	c, told, held, err := n.foldTail(node, tail, keys, at)
	if err != nil {
		n.takeoverFailed(node, fmt.Errorf("journal of %s: %w", node, err), at)
		return
	}
	n.do(drainOther{c, told, held})
}

// learn takes in the shapes that others stored.
func (n *node) learn(stored []StoredShape) error {
	for _, s := range stored {
		key := shapeKey{s.Name, s.Version}
		if n.shapes[key] != nil {
			continue
		}
		sh, err := readShape(s, &n.rules.defaults)
		if err != nil {
			return err
		}
		n.shapes[key] = sh
	}
	return nil
}

// drained ends a takeover. That it is under way stays noted until a look does not list the node any
// more: one that was asked before may still.
func (n *node) drained(done drainOther, at time.Time) {
	if len(done.Told) > 0 {
		n.do(tell{done.Told})
	}
	n.measured(Measure{Kind: MeasuredTakeover, Count: done.Held}, n.takingSince(done.Node, at), at)
	n.claimAt = at
	n.claimNext(at)
}

func (n *node) takingSince(node string, at time.Time) time.Time {
	if o := n.others[node]; o != nil && !o.taking.IsZero() {
		return o.taking
	}
	return at
}

// takeoverFailed leaves the node to the next look.
func (n *node) takeoverFailed(node string, why error, at time.Time) {
	n.measured(Measure{Kind: MeasuredTakeover, Failed: true}, n.takingSince(node, at), at)
	if o := n.others[node]; o != nil {
		o.taking = time.Time{}
	}
	if errors.Is(why, ErrFormat) {
		n.do(unreadable{"a journal could not be folded", why})
	}
}

const rowLeftAlone = "a row cannot be read; its instance is left alone"

// foldTail is recovery: rows as they were, and every entry since, in order. A row without an entry
// stays as it is. It is claimable, since its owner is drained then; whoever claims it sees that the
// owner was another, and that its open step may have been called.
func (n *node) foldTail(node string, tail Tail, keys []StartKey, at time.Time) (c Checkpoint, told []*pending, held int, err error) {
	f := folding{node: n, owner: node, keys: map[string]StartKey{}, rows: map[string]Row{}, seen: map[string]*touch{}}
	for _, k := range keys {
		f.keys[k.ID] = k
	}
	for _, row := range tail.Rows {
		f.rows[row.ID] = row
	}
	c = Checkpoint{Node: node, Drain: true}
	for i, p := range tail.Positions {
		if i == 0 {
			c.From = p.Number
		}
		if p.Kind == Joined || p.Kind == Entries {
			c.To = p.Number
		}
		if err := f.position(p); err != nil {
			return c, nil, 0, fmt.Errorf("position %d: %w", p.Number, err)
		}
	}
	err = f.finish(&c, at)
	held = len(tail.Rows)
	for _, t := range f.order {
		if _, there := f.rows[t.after.ID]; !there && t.after.live() {
			held++
		}
	}
	return c, f.told, held, err
}

// folding is a recovery under way.
type folding struct {
	node  *node
	owner string
	keys  map[string]StartKey
	rows  map[string]Row
	seen  map[string]*touch
	order []*touch
	told  []*pending
}

// instance returns what an entry is laid over; nil if nothing is known of its instance.
func (f *folding) instance(e *entry, at int64) (*touch, error) {
	if e.Begin != nil {
		// A start whose id was taken stands in the row and counts for nothing.
		if k := f.keys[e.ID]; k.Node != f.owner || k.Position != at {
			return nil, nil
		}
	}
	if t := f.seen[e.ID]; t != nil {
		return t, nil
	}
	if row, there := f.rows[e.ID]; there {
		return f.read(row)
	}
	if e.Begin == nil {
		return nil, fmt.Errorf("%w: an entry of instance %s, which has neither row nor start", ErrFormat, e.ID)
	}
	return f.add(&touch{first: e.Seq, after: &instance{ID: e.ID}}), nil
}

// read takes in a row. A damaged one stays as it is, and its entries go to its history.
func (f *folding) read(row Row) (*touch, error) {
	in, err := fromRow(row)
	if err == nil {
		err = f.node.misfit(in)
	}
	switch {
	case errors.Is(err, ErrFormat):
		return nil, err
	case err != nil:
		f.node.do(unreadable{rowLeftAlone, err})
		return f.add(&touch{after: &instance{ID: row.ID}, damaged: true}), nil
	}
	in.Released = false // it was claimed since, and perhaps called
	return f.add(&touch{after: in, first: in.Seq + 1}), nil
}

func (f *folding) add(t *touch) *touch {
	f.seen[t.after.ID] = t
	f.order = append(f.order, t)
	return t
}

func (f *folding) position(p Position) error {
	entries, err := unwrap(p.Entries)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		t, err := f.instance(e, p.Number)
		if err != nil {
			return err
		}
		if t == nil {
			continue
		}
		switch {
		case t.damaged && len(t.encoded) == 0:
			t.first = e.Seq
		case t.damaged:
		case e.Seq <= t.after.Seq:
			continue // a checkpoint wrote it already
		default:
			after, err := t.after.fold(e)
			if err != nil {
				return fmt.Errorf("%w: %w", ErrFormat, err)
			}
			t.after = &after
		}
		t.encoded = append(t.encoded, e.appendJSON(nil))
	}
	return nil
}

// finish marks what was under way as recovered and makes the rows.
func (f *folding) finish(c *Checkpoint, at time.Time) error {
	for _, t := range f.order {
		if t.damaged {
			if len(t.encoded) > 0 {
				c.History = append(c.History, Chunk{ID: t.after.ID, Seq: t.first, Entries: wrap(t.encoded)})
			}
			continue
		}
		if t.after.live() && !t.after.Released {
			if err := f.recover(t, at); err != nil {
				return err
			}
		}
		row := t.after.row("", f.node.shapes[shapeKey{t.after.Definition, t.after.Version}])
		row.Owner = ""
		c.Rows = append(c.Rows, row)
		if len(t.encoded) > 0 {
			c.History = append(c.History, Chunk{ID: row.ID, Seq: t.first, Entries: wrap(t.encoded)})
		}
	}
	return nil
}

func (f *folding) recover(t *touch, at time.Time) error {
	sh := f.node.shapes[shapeKey{t.after.Definition, t.after.Version}]
	if sh == nil {
		sh = nameless(t.after)
	}
	for _, kind := range []EventKind{EventRecovered, EventReleased} {
		h := happened{kind: kind, at: at}
		after, err := decide(sh, t.after, h)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
		p := newPending(&resident{shape: sh}, record(t.after, after, h), after)
		f.told = append(f.told, p)
		t.after, t.encoded = after, append(t.encoded, p.entry.appendJSON(nil))
	}
	return nil
}

// startsIn lists the ids that a tail's entries start, so that their keys can be read.
func startsIn(tail Tail) ([]string, error) {
	var ids []string
	for _, p := range tail.Positions {
		if !bytes.Contains(p.Entries, []byte(`"`+EventStarted+`"`)) {
			continue
		}
		entries, err := unwrap(p.Entries)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Begin != nil {
				ids = append(ids, e.ID)
			}
		}
	}
	return ids, nil
}
