package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/seosa-dev/saga"
)

// Store is an open file of sagas; it implements [saga.Store]. Get one from [Open]: the zero value is
// of no use. All methods may be called from several goroutines at once.
type Store struct {
	lock   *fileLock
	writes *sql.DB // one connection, which w holds
	w      *writer
	reads  *sql.DB
	r      *readStatements

	turn   chan struct{} // who is in it may use w
	closed chan struct{}
	close  func() error

	mu     sync.Mutex
	joined map[string]bool // incarnations that joined through this Store
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
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, path)
	if err != nil {
		return nil, errors.Join(explain(err, path), lock.release())
	}
	s.lock = lock
	return s, nil
}

func open(ctx context.Context, path string) (*Store, error) {
	s := &Store{
		turn:   make(chan struct{}, 1),
		closed: make(chan struct{}),
		joined: map[string]bool{},
	}
	s.close = sync.OnceValue(s.shut)
	var err error
	if s.writes, err = openWrites(ctx, path); err != nil {
		return nil, errors.Join(err, s.free())
	}
	if err := migrate(ctx, s.writes); err != nil {
		return nil, errors.Join(err, s.free())
	}
	if err := tryWriting(ctx, s.writes); err != nil {
		return nil, errors.Join(err, s.free())
	}
	if s.w, err = prepareWriter(ctx, s.writes); err != nil {
		return nil, errors.Join(err, s.free())
	}
	if s.reads, s.r, err = openReads(ctx, path); err != nil {
		return nil, errors.Join(err, s.free())
	}
	return s, nil
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
	return errors.Join(s.free(), s.lock.release())
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
	return fn(context.WithoutCancel(ctx), s.w)
}
