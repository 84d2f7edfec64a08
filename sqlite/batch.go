package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// batch is an INSERT that is prepared for several numbers of rows. A statement costs as much as a
// few rows, so with 32 of them there is little left to save.
type batch struct {
	stmts []sized // largest first, the last for one row
	args  []any   // reused: the writer has one user at a time
}

type sized struct {
	rows int
	stmt *sql.Stmt
}

// insert is the text of a batch.
type insert struct {
	head    string // up to and with VALUES
	columns int
	tail    string // what follows the rows
}

func (w *writer) prepareBatch(ctx context.Context, in insert) (*batch, error) {
	b := &batch{}
	row := "(" + strings.Repeat("?,", in.columns-1) + "?)"
	var errs []error
	for _, rows := range []int{32, 8, 1} {
		stmt, err := w.prepare(ctx, in.head+strings.Repeat(row+",", rows-1)+row+in.tail)
		b.stmts, errs = append(b.stmts, sized{rows, stmt}), append(errs, err)
	}
	return b, errors.Join(errs...)
}

// exec inserts n rows and returns how many rows it changed. row appends the arguments of row i.
func (b *batch) exec(ctx context.Context, n int, row func(args []any, i int) []any) (int64, error) {
	var total int64
	done := 0
	for _, s := range b.stmts {
		for ; n-done >= s.rows; done += s.rows {
			args := b.args[:0]
			for k := range s.rows {
				args = row(args, done+k)
			}
			c, err := changed(ctx, s.stmt, args...)
			clear(args) // do not keep the caller's bytes alive
			b.args = args
			if err != nil {
				return total, err
			}
			total += c
		}
	}
	return total, nil
}
