package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/postgres"
)

func begin(t testing.TB, m *mail) pgx.Tx {
	t.Helper()
	tx, err := m.pool.Begin(t.Context())
	must(t, err)
	t.Cleanup(func() { tx.Rollback(contextAfter(t)) })
	return tx
}

func appendTo(t testing.TB, tx pgx.Tx, key, data string) {
	t.Helper()
	m, err := message.New("/shop/order", "OrderFailed", key, data)
	must(t, err)
	must(t, postgres.Bind(tx).Append(t.Context(), m))
}

// claimed claims for a minute and wants to get these.
func claimed(t testing.TB, q *postgres.Queue, want ...string) []message.Row {
	t.Helper()
	rows, err := q.Claim(t.Context(), 100, time.Minute)
	must(t, err)
	got := []string{}
	for _, row := range rows {
		got = append(got, string(row.Message.Data))
	}
	quoted := []string{}
	for _, w := range want {
		quoted = append(quoted, fmt.Sprintf("%q", w))
	}
	if fmt.Sprint(got) != fmt.Sprint(quoted) {
		t.Fatalf("claimed %v, want %v", got, quoted)
	}
	return rows
}

// The transaction with the lower serial commits last. A reader that remembers how far it has come
// finds the higher one, goes past the lower one and never sees it.
func TestALateCommitIsNotLost(t *testing.T) {
	t.Parallel()
	m := newMail(t, pgtest.URL(t))
	slow, quick := begin(t, m), begin(t, m)
	appendTo(t, slow, "a", "slow")
	appendTo(t, quick, "a", "quick")
	must(t, quick.Commit(t.Context()))
	first := claimed(t, m.queue, "quick")
	must(t, m.queue.Delivered(t.Context(), first...))
	must(t, slow.Commit(t.Context()))
	var past int
	must(t, m.pool.QueryRow(t.Context(), `select count(*) from saga_outbox where position > $1`, first[0].Position).Scan(&past))
	if past != 0 {
		t.Errorf("a serial cursor would find %d rows; this test needs the lower serial to commit last", past)
	}
	must(t, m.queue.Delivered(t.Context(), claimed(t, m.queue, "slow")...))
}

// A row that appears before one of its key that is under way waits for it, however often that fails.
func TestALateCommitDoesNotPassItsKeysHead(t *testing.T) {
	t.Parallel()
	m := newMail(t, pgtest.URL(t))
	slow, quick := begin(t, m), begin(t, m)
	appendTo(t, slow, "a", "slow")
	appendTo(t, quick, "a", "quick")
	appendTo(t, quick, "a", "quick too")
	must(t, quick.Commit(t.Context()))
	head := claimed(t, m.queue, "quick")[0]
	must(t, slow.Commit(t.Context()))
	claimed(t, m.queue)
	for range 2 {
		must(t, m.queue.Failed(t.Context(), head, message.Failure{Attempts: 1, Wait: time.Hour}))
		claimed(t, m.queue)
		_, err := m.pool.Exec(t.Context(), `update saga_outbox set due = now() where head`)
		must(t, err)
		head = claimed(t, m.queue, "quick")[0]
	}
	must(t, m.queue.Delivered(t.Context(), head))
	must(t, m.queue.Delivered(t.Context(), claimed(t, m.queue, "slow")...))
	must(t, m.queue.Delivered(t.Context(), claimed(t, m.queue, "quick too")...))
}

// The transaction that appends last has begun to write first, so its number is the lower one. It has
// seen what the other one committed, so its message is the later one. Order by the transactions'
// numbers, as below a snapshot's xmin, would turn the two around.
func TestWhatMayDependOnAMessageComesAfterIt(t *testing.T) {
	t.Parallel()
	m := newMail(t, pgtest.URL(t))
	early, other := begin(t, m), begin(t, m)
	number := func(tx pgx.Tx) (xid uint64) {
		must(t, tx.QueryRow(t.Context(), `select pg_current_xact_id()::text::bigint`).Scan(&xid))
		return xid
	}
	if a, b := number(early), number(other); a >= b {
		t.Fatalf("transactions %d and %d are not in order", a, b)
	}
	appendTo(t, other, "a", "reserved")
	must(t, other.Commit(t.Context()))
	appendTo(t, early, "a", "paid")
	must(t, early.Commit(t.Context()))
	must(t, m.queue.Delivered(t.Context(), claimed(t, m.queue, "reserved")...))
	claimed(t, m.queue, "paid")
}

// Somebody else's transaction, open for hours, holds nothing back.
func TestALongTransactionDelaysNobody(t *testing.T) {
	t.Parallel()
	m := newMail(t, pgtest.URL(t))
	long, same := begin(t, m), begin(t, m)
	_, err := long.Exec(t.Context(), `insert into effect (consumer) values ('of a report')`)
	must(t, err)
	appendTo(t, same, "a", "never")
	must(t, pgx.BeginFunc(t.Context(), m.pool, func(tx pgx.Tx) error {
		appendTo(t, tx, "a", "0")
		appendTo(t, tx, "b", "1")
		return nil
	}))
	must(t, m.queue.Delivered(t.Context(), claimed(t, m.queue, "0", "1")...))
	must(t, same.Rollback(t.Context()))
	claimed(t, m.queue)
}

// An append waits for nobody: not for another transaction of the same key, and not for a claim.
func TestAnAppendWaitsForNobody(t *testing.T) {
	t.Parallel()
	m := newMail(t, pgtest.URL(t))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	first, second := begin(t, m), begin(t, m)
	appendTo(t, first, "a", "0")
	alone := begin(t, m) // as a claim has it
	_, err := alone.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('saga_outbox', 'saga_outbox'::regclass::oid::bigint))`)
	must(t, err)
	appendTo(t, second, "a", "1")
	must(t, second.Commit(ctx))
	must(t, first.Commit(ctx))
}

// The server's clock may be set back between two appends; the order stays that of the appends.
func TestOrderDoesNotGoByTheClock(t *testing.T) {
	t.Parallel()
	m := newMail(t, pgtest.URL(t))
	tx := begin(t, m)
	appendTo(t, tx, "a", "0")
	appendTo(t, tx, "a", "1")
	must(t, tx.Commit(t.Context()))
	_, err := m.pool.Exec(t.Context(), `update saga_outbox set due = now() - position * interval '1 minute'`)
	must(t, err)
	rows, err := m.queue.Claim(t.Context(), 1, time.Minute)
	if err != nil || len(rows) != 1 || string(rows[0].Message.Data) != `"0"` {
		t.Errorf("claimed %+v, %v", rows, err)
	}
}
