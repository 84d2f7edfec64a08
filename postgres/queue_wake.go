package postgres

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	drowsy = 50 * time.Millisecond // after this long without a message a relay wants to be woken
	nap    = time.Minute           // how long others are told that it does
)

const dozeSQL = `update saga_relay set asleep = statement_timestamp() + $1::interval where asleep < statement_timestamp() + $1::interval / 2`

// rest is what a process knows of the sleep of its relays. Appends notify only while a relay is
// known to sleep: neither while one works, which looks by itself, nor while there is none, nor
// while all of them wait for a broker.
type rest struct {
	mu        sync.Mutex
	listeners int
	found     time.Time // when a message was claimed
	dozed     time.Time // when others were told; zero if they were told otherwise since
}

func (q *Queue) listen(n int) {
	q.rest.mu.Lock()
	defer q.rest.mu.Unlock()
	q.rest.listeners += n
}

// rouse notes that messages were claimed; the claim has told the others.
func (q *Queue) rouse() {
	q.rest.mu.Lock()
	defer q.rest.mu.Unlock()
	q.rest.found, q.rest.dozed = time.Now(), time.Time{}
}

// doze tells the others that somebody here sleeps, if that is so and they do not know. What is
// appended before they hear of it is found by the next look, which is near after a message.
func (q *Queue) doze(ctx context.Context) error {
	if !q.drowsy() {
		return nil
	}
	_, err := q.pool.Exec(ctx, dozeSQL, nap)
	if err == nil {
		q.rest.mu.Lock()
		defer q.rest.mu.Unlock()
		q.rest.dozed = time.Now()
	}
	return err
}

func (q *Queue) drowsy() bool {
	q.rest.mu.Lock()
	defer q.rest.mu.Unlock()
	return q.rest.listeners > 0 && time.Since(q.rest.found) > drowsy && time.Since(q.rest.dozed) > nap/3
}

// Wake implements [message.Waker]: it listens on a connection of its own, beside the pool's, and calls
// wake whenever a transaction that appended has committed while no relay was at work, and after each
// time that the connection was made, because then a word may have been missed. It returns when ctx
// ends. What is logged goes to slog.Default().
func (q *Queue) Wake(ctx context.Context, wake func()) {
	q.listen(1)
	defer q.listen(-1)
	line{
		pool: q.pool, logger: slog.Default(), name: "outbox's",
		begin: func(ctx context.Context, conn *pgx.Conn) error {
			var channel string
			err := conn.QueryRow(ctx, `select 'saga_outbox_' || 'saga_outbox'::regclass::oid`).Scan(&channel)
			if err == nil {
				_, err = conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize())
			}
			if err == nil {
				wake()
			}
			return wrapLocal(err, "listen")
		},
		note: wake,
		tick: func(context.Context) {},
	}.keep(ctx, nil)
}
