package plan_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
)

// BenchmarkDueHolds reads the holds that are over among 200,000 reservations that have ended, as the sweep
// does every two seconds, without its index and with it.
func BenchmarkDueHolds(b *testing.B) {
	db := all(b)
	err := db.Change(b.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, schedule := tx.ExecContext(ctx, `insert into reservation_schedule values (1, 1, 0, 0)`)
		_, seat := tx.ExecContext(ctx, `insert into reservation_seat (schedule, number, concert, price) values (1, 1, 1, 100)`)
		_, ended := tx.ExecContext(ctx, `
			with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000)
			insert into reservation (user, concert, schedule, seat, price, status, expires_at, token, created, updated)
			select 'mina', 1, 1, 1, 100, 'RESERVATION_EXPIRED', i, 't', i, i from n`)
		return errors.Join(schedule, seat, ended)
	})
	if err != nil {
		b.Fatal(err)
	}
	due := func(b *testing.B) {
		for b.Loop() {
			var n int
			if err := db.Read.QueryRowContext(b.Context(), `select count(*) from (select r.id from reservation r
				where r.status = 'PAYMENT_PENDING' and r.expires_at <= 300000 order by r.expires_at limit 100)`).Scan(&n); err != nil || n != 0 {
				b.Fatal(n, err)
			}
		}
	}
	b.Run("with", due)
	if err := db.Change(b.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `drop index reservation_due`)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	b.Run("without", due)
}
