package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

var errVisiting = errors.New("sqlite: this store only visits the file, to read it and to send commands; what else writes is for the process that opened the file with Open")

// Visit opens a file of sagas beside the process that has it, or while none has: to read it and to
// send commands. It takes no lock, runs no migration and makes no file, so it is in nobody's way;
// ctx bounds the opening only. An engine over it that has no definitions and is not run reads, hands in
// replies ([saga.Engine.Deliver]) and intervenes ([saga.Engine.Apply]).
//
// The Reader works as that of an opened store, and so do Keys, Answers, Nodes and Tail. Send works
// too: while another process writes it waits for a gap, for three seconds at most, and an error that
// mentions the lock means that nothing was sent. All other methods that write are refused. Nodes
// reports every incarnation as gone if no process has the file open at that moment, and none
// otherwise; on systems without flock that cannot be seen, and none is reported as gone.
//
// The file must exist and have the tables of this very version. If it does not exist, the error
// matches [os.ErrNotExist]; if a later version wrote it, [saga.ErrFormat]; if an earlier one did,
// it says how to bring the file up to date. Who may only read the file can visit it as long as
// another process has it open or has left its log behind by dying, and can send nothing.
func Visit(ctx context.Context, path string) (*Store, error) {
	path, err := visitPath(path)
	if err != nil {
		return nil, err
	}
	s := newStore(path)
	s.visiting = true
	if err := s.visit(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: visit %s: %w", path, advise(err)), s.free())
	}
	return s, nil
}

func visitPath(path string) (string, error) {
	if path != "" {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("sqlite: there is no file of sagas to visit; check the name, or start the engine once, which makes it: %w", err)
		}
	}
	path, err := checkPath(path)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path + "-wal"); err != nil && !mayWrite(path) {
		// SQLite would make the log, as the reader's, and the engine could not use it.
		return "", fmt.Errorf("sqlite: visit %s: no process has the file open, and whoever opens it first must be able to write to it; visit it as the user of the engine, or copy it", path)
	}
	return path, nil
}

func (s *Store) visit(ctx context.Context) (err error) {
	if s.reads, err = openReads(s.path); err != nil {
		return err
	}
	if err := checkVersion(ctx, s.reads); err != nil {
		return err
	}
	if s.r, err = prepareReads(ctx, s.reads); err != nil {
		return err
	}
	s.writes, err = visitWrites(s.path) // connects at the first Send
	return err
}

// advise adds to an error of SQLite what a visitor can do about it.
func advise(err error) error {
	var e *driver.Error
	if !errors.As(err, &e) {
		return err
	}
	var advice string
	switch e.Code() & 0xff {
	case codes.SQLITE_NOTADB:
		advice = "the file is not an SQLite database; choose another"
	case codes.SQLITE_CORRUPT:
		advice = "the file is damaged; restore a copy"
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		advice = "another process keeps the file's lock, and nothing was done; try again, and if that does not help look whether that process hangs"
	case codes.SQLITE_READONLY, codes.SQLITE_PERM, codes.SQLITE_CANTOPEN:
		advice = "nothing was done; run this as a user who may write to the file and its folder"
	default:
		return err
	}
	return fmt.Errorf("%s: %w", advice, err)
}
