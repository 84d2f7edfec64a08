package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/seosa-dev/saga/conformance"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
)

func TestMail(t *testing.T) {
	conformance.TestMail(t, func(t testing.TB) conformance.Mail { return letters{newMail(t)} })
}

// letters is a database as the suite wants it.
type letters struct{ *mail }

func (l letters) Outbox() conformance.Outbox { return l.queue }

func (l letters) Change(ctx context.Context, fn func(context.Context, conformance.Letters) error) error {
	return l.mail.Change(ctx, func(ctx context.Context, tx *sql.Tx) error { return fn(ctx, sqlite.Bind(tx)) })
}

// mail is a service's database with an outbox, an inbox and a table for effects.
type mail struct {
	write, read *sql.DB
	queue       *sqlite.Queue
}

func newMail(t testing.TB) *mail {
	t.Helper()
	m, err := openMail(t.Context(), filepath.Join(t.TempDir(), "service.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.close)
	return m
}

// openMail does not wait for the disk: what is tested here is not durability.
func openMail(ctx context.Context, path string) (*mail, error) {
	const settings = "?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=busy_timeout(10000)"
	m := &mail{}
	var err, err2 error
	m.write, err = sql.Open("sqlite", "file:"+path+settings)
	m.read, err2 = sql.Open("sqlite", "file:"+path+settings)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	m.write.SetMaxOpenConns(1)
	m.queue = sqlite.NewQueue(m, m.read)
	if err := sqlite.Prepare(ctx, m.write); err != nil {
		return nil, err
	}
	_, err = m.write.ExecContext(ctx, `create table if not exists effect
		(num integer primary key, consumer text, key text, data text) strict`)
	return m, err
}

func (m *mail) close() { _ = errors.Join(m.read.Close(), m.write.Close()) }

// Change is not interrupted by the end of ctx once it has begun.
func (m *mail) Change(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	tx, err := m.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Consumer has one effect for each message: a row. ask may refuse.
func (l letters) Consumer(name string, ask func(message.Message) error) message.Handler {
	return sqlite.Consumer(l.mail, name, func(ctx context.Context, tx *sql.Tx, p message.Message) error {
		_, err := tx.ExecContext(ctx, `insert into effect (consumer, key, data) values (?, ?, ?)`, name, p.Key, string(p.Data))
		if err == nil && ask != nil {
			err = ask(p)
		}
		return err
	})
}

// Effects returns what took effect at a consumer, per key in order.
func (l letters) Effects(ctx context.Context, consumer string) (map[string][]string, error) {
	rows, err := l.read.QueryContext(ctx, `select key, data from effect where consumer = ? order by num`, consumer)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string][]string{}
	for rows.Next() {
		var key, data string
		if err := rows.Scan(&key, &data); err != nil {
			return nil, err
		}
		all[key] = append(all[key], data)
	}
	return all, rows.Err()
}

// Claims end with the process, however it ended: the next one need not wait for them.
func TestClaimsEndWithTheProcess(t *testing.T) {
	t.Parallel()
	m := newMail(t)
	posted, err := message.New("/shop/order", "OrderFailed", "a", nil)
	if err != nil {
		t.Fatal(err)
	}
	err = m.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return sqlite.Bind(tx).Append(ctx, posted) })
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		rows, err := sqlite.NewQueue(m, m.read).Claim(t.Context(), 10, time.Hour)
		if err != nil || len(rows) != 1 {
			t.Errorf("claimed %+v, %v", rows, err)
		}
	}
}
