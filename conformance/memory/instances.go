package memory

import (
	"bytes"
	"context"
	"slices"

	"github.com/seosa-dev/saga"
)

type instances struct{ s *Store }

// Claim implements [saga.Instances].
func (in instances) Claim(ctx context.Context, c saga.Claim) (rows []saga.Row, err error) {
	err = in.s.do(ctx, func(d *data) error {
		for _, r := range d.rows {
			if d.claimable(r, c) {
				rows = append(rows, copyRow(r))
			}
		}
		slices.SortFunc(rows, compareDue)
		rows = rows[:min(len(rows), max(c.Limit, 0))]
		for _, r := range rows {
			r.Owner = c.Node
			d.rows[r.ID] = copyRow(r)
		}
		return nil
	})
	return rows, err
}

func (d *data) claimable(r saga.Row, c saga.Claim) bool {
	own := c.Own && r.Owner == c.Node
	if !r.Live || !own && r.Owner != "" && !d.drained(r.Owner) {
		return false
	}
	if len(c.IDs) > 0 {
		return slices.Contains(c.IDs, r.ID)
	}
	return own || !r.Due.IsZero() && !r.Due.After(micros(c.Due))
}

// compareDue puts what is never due last.
func compareDue(a, b saga.Row) int {
	if a.Due.IsZero() != b.Due.IsZero() {
		if a.Due.IsZero() {
			return 1
		}
		return -1
	}
	return a.Due.Compare(b.Due)
}

// Keys implements [saga.Instances].
func (in instances) Keys(ctx context.Context, ids []string) (keys []saga.StartKey, err error) {
	err = in.s.do(ctx, func(d *data) error {
		for _, id := range ids {
			if k, ok := d.keys[id]; ok {
				keys = append(keys, k)
			}
		}
		keys = cloneKeys(keys)
		return nil
	})
	return keys, err
}

// Define implements [saga.Instances].
func (in instances) Define(ctx context.Context, shapes []saga.StoredShape) (stored []saga.StoredShape, err error) {
	err = in.s.do(ctx, func(d *data) error {
		for _, sh := range shapes {
			key := shapeKey{sh.Name, sh.Version}
			if _, ok := d.shapes[key]; !ok {
				d.shapes[key] = bytes.Clone(sh.Data)
			}
			sh.Data = bytes.Clone(d.shapes[key])
			stored = append(stored, sh)
		}
		return nil
	})
	return stored, err
}

// Nodes implements [saga.Instances].
func (in instances) Nodes(ctx context.Context) (nodes []saga.NodeState, err error) {
	err = in.s.do(ctx, func(d *data) error {
		for id, l := range d.journals {
			if kind := l.at[l.last].kind; kind != saga.Drained {
				nodes = append(nodes, saga.NodeState{
					ID: id, Position: l.last, Sealed: kind == saga.Sealed, Gone: !in.s.joined[id],
				})
			}
		}
		return nil
	})
	return nodes, err
}
