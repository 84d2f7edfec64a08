package line

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/seosa-dev/saga/sqlite"
)

// renewals writes the looks of many buyers in one transaction: while one is being committed, those that
// come meanwhile gather for the next. A commit waits for the disk, whatever is in it.
type renewals struct {
	db      sqlite.Database
	writing sync.Mutex

	mu   sync.Mutex
	next *renewal // nil: nobody gathers
}

type renewal struct {
	until  map[string]int64
	tokens map[string]*token // when done is closed
	err    error
	done   chan struct{}
}

// renew keeps a token until a time, and returns it as it is then.
func (r *renewals) renew(ctx context.Context, name string, until int64) (*token, error) {
	r.mu.Lock()
	batch, first := r.next, r.next == nil
	if first {
		batch = &renewal{until: map[string]int64{}, tokens: map[string]*token{}, done: make(chan struct{})}
		r.next = batch
	}
	batch.until[name] = max(batch.until[name], until)
	r.mu.Unlock()
	if first {
		r.write(context.WithoutCancel(ctx), batch) // the others in it did not cancel anything
	}
	select {
	case <-batch.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if t := batch.tokens[name]; t != nil || batch.err != nil {
		return t, batch.err
	}
	return nil, ErrUnknown
}

func (r *renewals) write(ctx context.Context, batch *renewal) {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mu.Lock()
	r.next = nil
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	batch.err = r.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for name, until := range batch.until {
			t, err := renew(ctx, tx, name, until)
			if err != nil {
				return err
			}
			batch.tokens[name] = t
		}
		return nil
	})
	close(batch.done)
}
