package memory

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

type journal struct{ s *Store }

// Join implements [saga.Journal].
func (j journal) Join(ctx context.Context, node string, lease time.Duration) error {
	return j.s.do(ctx, func(d *data) error {
		if d.journals[node] != nil {
			return saga.ErrSealed
		}
		d.journals[node] = &log{lease: lease, at: map[int64]*position{0: {kind: saga.Joined}}}
		j.s.joined[node] = true
		return nil
	})
}

// Append implements [saga.Journal].
func (j journal) Append(ctx context.Context, a saga.Append) (taken []string, err error) {
	err = j.s.do(ctx, func(d *data) error {
		l := d.journals[a.Node]
		if l == nil {
			return saga.ErrSealed
		}
		if there := l.at[a.Position]; there != nil {
			if !there.holds(a) {
				return saga.ErrSealed
			}
			taken = d.taken(a)
			return nil
		}
		if before := l.at[a.Position-1]; before == nil || !before.open() {
			return saga.ErrSealed
		}
		l.at[a.Position] = &position{saga.Entries, bytes.Clone(a.Entries), cloneKeys(a.Starts), cloneAnswers(a.Answers)}
		l.last = max(l.last, a.Position)
		d.takeKeys(a)
		d.answer(a.Answers)
		taken = d.taken(a)
		return nil
	})
	return taken, err
}

// open reports whether a position can have one after it, and be folded.
func (p *position) open() bool { return p.kind == saga.Joined || p.kind == saga.Entries }

// holds reports whether an append is what stands here.
func (p *position) holds(a saga.Append) bool {
	same := func(x, y saga.StartKey) bool {
		return x.ID == y.ID && x.Definition == y.Definition && bytes.Equal(x.Hash, y.Hash)
	}
	return p.kind == saga.Entries && bytes.Equal(p.entries, a.Entries) &&
		slices.EqualFunc(p.starts, a.Starts, same) && slices.EqualFunc(p.answers, a.Answers, sameAnswer)
}

func (d *data) takeKeys(a saga.Append) {
	for _, k := range cloneKeys(a.Starts) {
		if _, used := d.keys[k.ID]; !used && !d.held[k.ID] {
			k.Node, k.Position = a.Node, a.Position
			d.keys[k.ID] = k
		}
	}
}

func (d *data) taken(a saga.Append) (ids []string) {
	for _, k := range a.Starts {
		if held := d.keys[k.ID]; held.Node != a.Node || held.Position != a.Position {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

// Seal implements [saga.Journal].
func (j journal) Seal(ctx context.Context, node string) error {
	return j.s.do(ctx, func(d *data) error {
		l := d.journals[node]
		if l == nil {
			return saga.ErrNotFound
		}
		if l.at[l.last].open() {
			l.last++
			l.at[l.last] = &position{kind: saga.Sealed}
		}
		return nil
	})
}

// Tail implements [saga.Journal].
func (j journal) Tail(ctx context.Context, node string) (t saga.Tail, err error) {
	err = j.s.do(ctx, func(d *data) error {
		if l := d.journals[node]; l != nil {
			for _, n := range slices.Sorted(maps.Keys(l.at)) {
				p := l.at[n]
				t.Positions = append(t.Positions, saga.Position{Number: n, Kind: p.kind, Entries: bytes.Clone(p.entries)})
			}
		}
		for _, r := range d.rows {
			if r.Live && r.Owner != "" && r.Owner == node {
				t.Rows = append(t.Rows, copyRow(r))
			}
		}
		slices.SortFunc(t.Rows, compareDue)
		return nil
	})
	return t, err
}

// Checkpoint implements [saga.Journal].
func (j journal) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	return j.s.do(ctx, func(d *data) error {
		l := d.journals[c.Node]
		if l == nil || !l.canFold(c) {
			return saga.ErrSealed
		}
		l.fold(c)
		for _, r := range c.Rows {
			d.rows[r.ID] = copyRow(r)
		}
		for _, h := range c.History {
			if d.history[h.ID] == nil {
				d.history[h.ID] = map[int][]byte{}
			}
			d.history[h.ID][h.Seq] = bytes.Clone(h.Entries)
		}
		return nil
	})
}

func (l *log) canFold(c saga.Checkpoint) bool {
	if c.To < c.From || c.To == c.From && !c.Drain {
		return false
	}
	for n := c.From; n <= c.To; n++ {
		if l.at[n] == nil || !l.at[n].open() {
			return false
		}
	}
	end := l.at[c.To+1]
	return !c.Drain || end != nil && end.kind == saga.Sealed
}

func (l *log) fold(c saga.Checkpoint) {
	for n := c.From; n < c.To; n++ {
		delete(l.at, n)
	}
	l.at[c.To].entries = nil
	if c.Drain {
		delete(l.at, c.To)
		l.at[c.To+1].kind = saga.Drained
	}
}

func cloneKeys(keys []saga.StartKey) []saga.StartKey {
	keys = slices.Clone(keys)
	for i := range keys {
		keys[i].Hash = bytes.Clone(keys[i].Hash)
	}
	return keys
}
