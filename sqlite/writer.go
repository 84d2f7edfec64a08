package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// writer is the one connection that writes, with its statements.
type writer struct {
	conn *sql.Conn
	all  []*sql.Stmt // everything below

	begin, commit, rollback *sql.Stmt

	join, appendAt, same, taken *sql.Stmt
	keys                        *batch

	seal, known *sql.Stmt

	trim, empty, drain *sql.Stmt
	rows, history      *batch
	names              *batch

	claimDue, nextDue, claimOwn, claimIDs, own *sql.Stmt

	waiting, claimWanted, tellRows, tellHeld, tellEnded *sql.Stmt
	holders, release                                    *sql.Stmt
	send                                                *batch
	answerOne, forget                                   *sql.Stmt

	define, shape *sql.Stmt
}

func prepareWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn}
	var errs []error
	for query, stmt := range map[string]**sql.Stmt{
		`begin immediate`: &w.begin, `commit`: &w.commit, `rollback`: &w.rollback,
		joinSQL: &w.join, appendSQL: &w.appendAt, sameSQL: &w.same, takenSQL: &w.taken,
		sealSQL: &w.seal, knownSQL: &w.known,
		trimSQL: &w.trim, emptySQL: &w.empty, drainSQL: &w.drain,
		claimDueSQL: &w.claimDue, nextDueSQL: &w.nextDue, claimOwnSQL: &w.claimOwn, claimIDsSQL: &w.claimIDs, ownSQL: &w.own,
		waitingSQL: &w.waiting, claimWantedSQL: &w.claimWanted,
		tellRowsSQL: &w.tellRows, tellHeldSQL: &w.tellHeld, tellEndedSQL: &w.tellEnded,
		holdSQL: &w.holders, letGoSQL: &w.release,
		answerSQL: &w.answerOne, forgetSQL: &w.forget,
		defineSQL: &w.define, shapeSQL: &w.shape,
	} {
		*stmt, err = w.prepare(ctx, query) //nolint:sqlclosecheck // lives as long as the writer
		errs = append(errs, err)
	}
	for b, in := range map[**batch]insert{
		&w.keys:    {keysHead, 5, keysTail},
		&w.rows:    {rowsHead, 14, rowsTail},
		&w.history: {historyHead, 3, historyTail},
		&w.names:   {nameHead, 1, nameTail},
		&w.send:    {sendHead, 4, sendTail},
	} {
		*b, err = w.prepareBatch(ctx, in)
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *writer) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	stmt, err := w.conn.PrepareContext(ctx, query)
	if err == nil {
		w.all = append(w.all, stmt)
	}
	return stmt, err
}

// close closes the statements too: SQLite keeps a connection open that has one left.
func (w *writer) close() error {
	var errs []error
	for _, stmt := range w.all {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// transaction commits what fn wrote if fn returns nil.
func (w *writer) transaction(ctx context.Context, fn func() error) error {
	_, err := w.begin.ExecContext(ctx)
	if err == nil {
		err = fn()
	}
	if err == nil {
		_, err = w.commit.ExecContext(ctx)
	}
	if err != nil {
		// Some errors end the transaction by themselves; then there is nothing left to roll back,
		// and that this statement says so is no news.
		_, _ = w.rollback.ExecContext(ctx)
	}
	return err
}

// changed runs a statement and returns how many rows it changed.
func changed(ctx context.Context, stmt *sql.Stmt, args ...any) (int64, error) {
	res, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
