package order

import (
	"context"
	"errors"

	"github.com/seosa-dev/saga/sqlite"
)

// Numbers gives out order numbers and does nothing else: no engine, no messages, no orders. It leaves
// the engine's lock alone, so any number of processes may do so from one file at once. Open it with
// [OpenNumbers]; it is safe for concurrent use.
type Numbers struct{ store *store }

// OpenNumbers opens the database of an order service, by the path that its [Config] names, and
// brings the service's schema up to date. Call Close when done.
func OpenNumbers(ctx context.Context, path string) (*Numbers, error) {
	st, err := openStore(ctx, path)
	if err != nil {
		return nil, err
	}
	return &Numbers{st}, nil
}

// New gives out an order number to a user, as [OrderService.NewNumber] does, and waits for its turn
// until ctx ends: SQLite's waiting writers look for the lock now and then and do not queue, so under
// many of them one may find it taken for longer than any fixed time.
func (n *Numbers) New(ctx context.Context, user string) (int64, error) {
	for {
		number, err := n.store.newNumber(ctx, user)
		if !locked(err) || ctx.Err() != nil {
			return number, err
		}
	}
}

// Close releases the database. It may be called twice.
func (n *Numbers) Close() error { return n.store.Close() }

// locked reports whether a transaction did not begin because other writers held the lock all the
// time that SQLite waits: then nothing was done. See https://www.sqlite.org/rescode.html#busy.
func locked(err error) bool {
	const busy, primary = 5, 0xff // of a code, the low byte says what kind it is
	coded, ok := errors.AsType[interface {
		error
		Code() int
	}](err)
	return ok && coded.Code()&primary == busy && !errors.Is(err, sqlite.ErrCommit)
}
