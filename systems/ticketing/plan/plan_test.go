// Package plan_test shows what the indexes of the ticketing system are for: each of its lookups as SQLite would
// run it without the index and with it. The page of the tutorial about indexes has exactly these plans.
package plan_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// lookup is a query of a service's, and the index that it goes by.
type lookup struct {
	index string // to be dropped; "" if it is the primary key of the table
	table string
	query string // its columns shortened where they are many
	file  string // where it stands
	tail  string // what stands there of it; "" if all of it does
}

// lookups are the write-up's five first, then those that the split has added.
func lookups() []lookup {
	return []lookup{
		{
			table: "balance", query: `select amount from balance where user = ?`, file: "user/store.go",
		},
		{
			table: "concert_seat", query: `select number, price, status from concert_seat where schedule = ? order by number`, file: "concert/store.go",
		},
		{
			index: "reservation_due", table: "reservation", file: "reservation/store.go",
			query: `select r.id from reservation r where r.status = 'PAYMENT_PENDING' and r.expires_at <= ? order by r.expires_at limit ?`,
			tail:  `where r.status = 'PAYMENT_PENDING' and r.expires_at <= ? order by r.expires_at limit ?`,
		},
		{ // an operator's question: the services ask it nowhere
			index: "payment_by_reservation", table: "payment_line", query: `select payment from payment_line where reservation = ?`,
			file: "payment/migrations/00001_payment.sql", tail: `create index payment_by_reservation on payment_line (reservation)`,
		},
		{
			index: "schedule_concert", table: "schedule", file: "concert/store.go",
			query: `select id, concert_at, available_at from schedule where concert = ? order by concert_at, id`,
		},
		{
			index: "reservation_mine", table: "reservation", file: "reservation/store.go",
			query: `select r.id from reservation r where r.user = ? and r.id < ? order by r.id desc limit ?`,
			tail:  `where r.user = ? and r.id < ? order by r.id desc limit ?`,
		},
		{
			index: "payment_by_user", table: "payment", file: "payment/store.go",
			query: `select id from payment where user = ?1 order by created_at desc, id desc limit ?2`,
			tail:  `from payment where user = ?1 order by created_at desc, id desc limit ?2`,
		},
		{
			index: "queue_token_waiting", table: "queue_token", file: "queue/line/book_admit.go",
			query: `select seq from queue_token where concert = ?1 and status = 'WAITING' and +waiting_until > ?2 order by seq limit ?3`,
			tail:  `from queue_token where concert = ?1 and status = 'WAITING' and +waiting_until > ?2 order by seq limit ?3`,
		},
		{
			index: "balance_ledger_by_user", table: "balance_ledger", file: "user/page.go",
			query: `select id from balance_ledger where user = ? and id < ? order by id desc limit ?`,
			tail:  `from balance_ledger where user = ? and id < ? order by id desc limit ?`,
		},
	}
}

// name is the index as the page calls it.
func (l lookup) name() string {
	if l.index == "" {
		return l.table + ", primary key"
	}
	return l.index
}

// all is a database with the tables of all services.
func all(t testing.TB) *sqlite.DB {
	t.Helper()
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "all.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, migrate := range []func(context.Context, *sqlite.DB) error{
		user.Migrate, concert.Migrate, reservation.Migrate, queue.Migrate, payment.Migrate,
	} {
		if err := migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// plan is how SQLite would run a query, step by step.
func plan(ctx context.Context, tx *sql.Tx, query string) (string, error) {
	rows, err := tx.QueryContext(ctx, "explain query plan "+query, 1, 1, 1, 1)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var number int
		var step string
		if err := rows.Scan(&number, &number, &number, &step); err != nil {
			return "", err
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, "; "), rows.Err()
}

var errBack = errors.New("nothing is to be changed")

// plans returns a lookup's plans without its index and with it.
func plans(t testing.TB, db *sqlite.DB, l lookup) (before, after string) {
	t.Helper()
	err := db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) (err error) {
		if after, err = plan(ctx, tx, l.query); err != nil {
			return err
		}
		query, without := l.query, "drop index "+l.index
		if l.index == "" { // a copy has no key
			without = "create table bare as select * from " + l.table
			query = strings.ReplaceAll(query, l.table, "bare")
		}
		if _, err := tx.ExecContext(ctx, without); err != nil {
			return err
		}
		before, err = plan(ctx, tx, query)
		return errors.Join(errBack, err)
	})
	if !errors.Is(err, errBack) {
		t.Fatal(l.name(), err)
	}
	return strings.ReplaceAll(before, "bare", l.table), after
}

func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }

// Without its index each lookup reads what is not asked for, or sorts; with it, neither.
func TestEachIndexSavesAScanOrASort(t *testing.T) {
	t.Parallel()
	db := all(t)
	for _, l := range lookups() {
		t.Run(l.name(), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(l.file)))
			if err != nil || !strings.Contains(squeezed(string(text)), cmp.Or(l.tail, l.query)) {
				t.Fatalf("%s has no such query any more: %s (%v)", l.file, cmp.Or(l.tail, l.query), err)
			}
			before, after := plans(t, db, l)
			worse := func(plan string) bool { // the last reads everybody's rows until there are enough of one's own
				return strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "(rowid<?)")
			}
			if !worse(before) || worse(after) {
				t.Errorf("without it: %s\nwith it: %s", before, after)
			}
		})
	}
}
