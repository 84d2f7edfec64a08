package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// reading is all six books, each as it was at one moment.
type reading struct {
	user         userBook
	payment      paymentBook
	reservation  reservationBook
	concert      concertBook
	queue        queueBook
	orchestrator sagaBook
	written      []string // services whose file was written to meanwhile
}

// book is what one file says.
type book interface {
	read(ctx context.Context, q querier) error
	common() *page
}

// books are in the order of the files.
func (r *reading) books() []book {
	return []book{&r.user, &r.payment, &r.reservation, &r.concert, &r.queue, &r.orchestrator}
}

// watched is a connection that notices whether others have written since.
type watched struct {
	conn   *sql.Conn
	before int64
}

// read reads all files. Those that nobody has written to between the first look and the last were read as
// they were at one common moment.
func (b *Books) read(ctx context.Context) (r *reading, err error) {
	r = &reading{}
	var open []watched
	defer func() {
		for _, w := range open {
			err = errors.Join(err, w.conn.Close())
		}
	}()
	for _, f := range b.files {
		w := watched{}
		if w.conn, err = f.db.Conn(ctx); err != nil {
			return nil, err
		}
		open = append(open, w)
		if open[len(open)-1].before, err = version(ctx, w.conn); err != nil {
			return nil, err
		}
	}
	for i, one := range r.books() {
		one.common().name = b.files[i].name
		if err = snapshot(ctx, open[i].conn, one); err != nil {
			return nil, fmt.Errorf("audit: read the %s service's file: %w", b.files[i].name, err)
		}
	}
	if err = r.orchestrator.readSagas(ctx, b.sagas); err != nil {
		return nil, fmt.Errorf("audit: read the sagas: %w", err)
	}
	for i, w := range open {
		now, err := version(ctx, w.conn)
		if err != nil {
			return nil, err
		}
		if now != w.before {
			r.written = append(r.written, b.files[i].name)
		}
	}
	return r, nil
}

// version changes with each commit of another connection.
func version(ctx context.Context, q querier) (v int64, err error) {
	err = q.QueryRowContext(ctx, `pragma data_version`).Scan(&v)
	return v, err
}

// snapshot reads one file in one transaction.
func snapshot(ctx context.Context, conn *sql.Conn, one book) error {
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := one.read(ctx, tx); err != nil {
		return err
	}
	return one.common().read(ctx, tx)
}
