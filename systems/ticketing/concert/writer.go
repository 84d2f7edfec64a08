package concert

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/seosa-dev/saga/sqlite"
)

// writer is the database as everything in the service writes to it: it remembers which concerts a
// transaction changes, and says so when that has committed, and not sooner.
type writer struct {
	db        *sqlite.DB
	committed func(concerts []int64)

	mu      sync.Mutex
	changed map[*sql.Tx][]int64
}

// Change implements [sqlite.Database].
func (w *writer) Change(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	var concerts []int64
	err := w.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		defer func() { concerts = w.take(tx) }()
		return fn(ctx, tx)
	})
	if err == nil || errors.Is(err, sqlite.ErrCommit) { // which may be on disk
		w.committed(concerts)
	}
	return err
}

// note remembers that a transaction changes how a concert stands.
func (w *writer) note(tx *sql.Tx, concert int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = map[*sql.Tx][]int64{}
	}
	w.changed[tx] = append(w.changed[tx], concert)
}

func (w *writer) take(tx *sql.Tx) []int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	concerts := w.changed[tx]
	delete(w.changed, tx)
	return concerts
}
