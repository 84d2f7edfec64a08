package memory

import (
	"bytes"
	"context"
	"fmt"

	"github.com/seosa-dev/saga"
)

// Begin opens a transaction like one that a service would have on the store's database, and returns it
// with the function that ends it. While it is open, the ids that it has started are nobody else's.
func (s *Store) Begin(context.Context) (tx saga.Transaction, end func(commit bool) error, err error) {
	open := &transaction{s: s}
	return open, open.end, nil
}

func (tx *transaction) end(commit bool) error {
	return tx.s.do(context.Background(), func(d *data) error {
		for _, b := range tx.begun {
			delete(d.held, b.key.ID)
			if commit {
				d.keys[b.key.ID], d.rows[b.key.ID] = b.key, copyRow(b.row)
				d.history[b.key.ID] = map[int][]byte{b.first.Seq: bytes.Clone(b.first.Entries)}
			}
		}
		if commit {
			d.send(tx.sent)
		}
		return nil
	})
}

type transaction struct {
	s     *Store
	begun []begun
	sent  []saga.Command
}

type begun struct {
	key   saga.StartKey
	row   saga.Row
	first saga.Chunk
}

// Start implements [saga.Transaction].
func (tx *transaction) Start(ctx context.Context, k saga.StartKey, r saga.Row, first saga.Chunk) (key *saga.StartKey, row *saga.Row, err error) {
	for _, b := range tx.begun {
		if b.key.ID == k.ID {
			return &b.key, &b.row, nil
		}
	}
	err = tx.s.do(ctx, func(d *data) error {
		if d.held[k.ID] {
			return fmt.Errorf("%w: another transaction has started it", saga.NotDone)
		}
		if there, used := d.keys[k.ID]; used {
			key = &there
			if r, ok := d.rows[k.ID]; ok {
				r = copyRow(r)
				row = &r
			}
			return nil
		}
		d.held[k.ID] = true
		tx.begun = append(tx.begun, begun{k, copyRow(r), first})
		return nil
	})
	return key, row, err
}

// Shape implements [saga.Transaction].
func (tx *transaction) Shape(ctx context.Context, name string, version int) (stored []byte, err error) {
	err = tx.s.do(ctx, func(d *data) error {
		for k, b := range d.shapes {
			if k.name == name && k.version == version {
				stored = bytes.Clone(b)
			}
		}
		return nil
	})
	return stored, err
}

// Keys implements [saga.Transaction].
func (tx *transaction) Keys(ctx context.Context, ids []string) ([]saga.StartKey, error) {
	keys, err := instances{tx.s}.Keys(ctx, ids)
	for _, id := range ids {
		for _, b := range tx.begun {
			if b.key.ID == id {
				keys = append(keys, b.key)
			}
		}
	}
	return keys, err
}

// Send implements [saga.Transaction].
func (tx *transaction) Send(_ context.Context, commands []saga.Command) error {
	tx.sent = append(tx.sent, commands...)
	return nil
}
