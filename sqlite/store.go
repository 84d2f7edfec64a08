package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
)

// Store is an open file of sagas; it implements [saga.Store]. Get one from [Open] or, beside the
// process that has the file, from [Visit]: the zero value is of no use. All methods may be called
// from several goroutines at once.
type Store struct {
	path     string
	visiting bool

	lock   *fileLock // nil of a visitor
	writes *sql.DB   // one connection, which w holds
	w      *writer   // of a visitor: nil until it sends something
	reads  *sql.DB
	r      *readStatements

	turn   chan struct{} // who is in it may use w
	closed chan struct{}
	close  func() error

	mu     sync.Mutex
	joined map[string]time.Duration // leases of the incarnations that joined through this Store
}

var errClosed = errors.New("sqlite: store is closed")

// Open opens the file at path, creates it if it is missing and brings its tables up to date. The
// folder must exist. ctx bounds the opening only.
//
// The error says what to do: create the folder, make the file writable, stop the process that has
// it, choose another file because this one is no database. It matches [saga.ErrFormat] if a later
// version of this package wrote the file.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := checkPath(path)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(ctx, path+lockSuffix)
	if err != nil {
		return nil, err
	}
	s := newStore(path)
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(explain(err, path), s.free(), lock.release())
	}
	s.lock = lock
	return s, nil
}

// lockSuffix makes the name of the lock from that of the file.
const lockSuffix = ".lock"

func newStore(path string) *Store {
	s := &Store{
		path:   path,
		turn:   make(chan struct{}, 1),
		closed: make(chan struct{}),
		joined: map[string]time.Duration{},
	}
	s.close = sync.OnceValue(s.shut)
	return s
}

func (s *Store) open(ctx context.Context) (err error) {
	if s.writes, err = openWrites(ctx, s.path); err != nil {
		return err
	}
	if err := migrate(ctx, s.writes); err != nil {
		return err
	}
	if err := tryWriting(ctx, s.writes); err != nil {
		return err
	}
	if s.w, err = prepareWriter(ctx, s.writes); err != nil {
		return err
	}
	if s.reads, err = openReads(s.path); err != nil {
		return err
	}
	s.r, err = prepareReads(ctx, s.reads)
	return err
}

// Journal implements [saga.Store].
func (s *Store) Journal() saga.Journal { return journal{s} }

// Instances implements [saga.Store].
func (s *Store) Instances() saga.Instances { return instances{s} }

// Reader implements [saga.Store].
func (s *Store) Reader() saga.Reader { return reader{s} }

// Close waits for the write under way, closes the file and frees it for other processes. Later
// calls of any method return an error; calling Close again returns what the first call returned.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	s.turn <- struct{}{} // and never give it back
	close(s.closed)
	err := s.free()
	if s.lock != nil {
		err = errors.Join(err, s.lock.release())
	}
	return err
}

// free closes whatever is open. The writer goes last: the last connection to close moves the log
// into the file.
func (s *Store) free() error {
	var errs []error
	if s.reads != nil {
		errs = append(errs, s.reads.Close())
	}
	if s.w != nil {
		errs = append(errs, s.w.close())
	}
	if s.writes != nil {
		errs = append(errs, s.writes.Close())
	}
	return errors.Join(errs...)
}

// write runs fn when it is its turn to use the writer. A statement that is interrupted halfway
// would leave its result unknown for no gain, so only the wait ends with ctx; what can hold up fn
// is another process's write lock, and for that the connection has a time limit.
func (s *Store) write(ctx context.Context, fn func(ctx context.Context, w *writer) error) error {
	if s.visiting {
		return errVisiting
	}
	return s.inTurn(ctx, func() error { return fn(context.WithoutCancel(ctx), s.w) })
}

func (s *Store) inTurn(ctx context.Context, fn func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	return fn()
}
