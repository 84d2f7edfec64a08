package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/seosa-dev/saga"
)

type instances struct{ s *Store }

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
					ID: id, Position: l.last, Sealed: kind == saga.Sealed, Lease: l.lease, Gone: !in.s.joined[id],
				})
			}
		}
		slices.SortFunc(nodes, func(a, b saga.NodeState) int { return cmp.Compare(a.ID, b.ID) })
		return nil
	})
	return nodes, err
}
