package memory

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/seosa-dev/saga"
)

type reader struct{ s *Store }

// The limits that [saga.Filter] documents.
const (
	findDefault = 100
	findMost    = 1000
)

// Find implements [saga.Reader].
func (r reader) Find(ctx context.Context, f saga.Filter) (rows []saga.Row, err error) {
	err = r.s.do(ctx, func(d *data) error {
		for _, row := range d.rows {
			if matches(row, f) {
				rows = append(rows, copyRow(row))
			}
		}
		return nil
	})
	slices.SortFunc(rows, func(a, b saga.Row) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.ID, b.ID))
	})
	limit := findDefault
	if f.Limit > 0 {
		limit = min(f.Limit, findMost)
	}
	return rows[:min(len(rows), limit)], err
}

func matches(r saga.Row, f saga.Filter) bool {
	return (len(f.IDs) == 0 || slices.Contains(f.IDs, r.ID)) &&
		(len(f.Statuses) == 0 || slices.Contains(f.Statuses, r.Status)) &&
		(f.Definition == "" || f.Definition == r.Definition) &&
		(f.Before.IsZero() || r.Started.Before(micros(f.Before)))
}

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
