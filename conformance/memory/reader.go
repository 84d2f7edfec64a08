package memory

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/seosa-dev/saga"
)

type reader struct{ s *Store }

// History implements [saga.Reader].
func (r reader) History(ctx context.Context, id string) (chunks []saga.Chunk, err error) {
	err = r.s.do(ctx, func(d *data) error {
		for _, seq := range slices.Sorted(maps.Keys(d.history[id])) {
			chunks = append(chunks, saga.Chunk{ID: id, Seq: seq, Entries: bytes.Clone(d.history[id][seq])})
		}
		return nil
	})
	return chunks, err
}

// Count implements [saga.Reader].
func (r reader) Count(ctx context.Context) (counts map[saga.Status]int, err error) {
	err = r.s.do(ctx, func(d *data) error {
		counts = map[saga.Status]int{}
		for _, row := range d.rows {
			counts[row.Status]++
		}
		return nil
	})
	return counts, err
}

// Shapes implements [saga.Reader].
func (r reader) Shapes(ctx context.Context) (shapes []saga.StoredShape, err error) {
	err = r.s.do(ctx, func(d *data) error {
		for k, b := range d.shapes {
			shapes = append(shapes, saga.StoredShape{Name: k.name, Version: k.version, Data: bytes.Clone(b)})
		}
		return nil
	})
	return shapes, err
}
