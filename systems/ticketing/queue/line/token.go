package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// token is a row of the book. Times are milliseconds since 1970.
type token struct {
	seq          int64
	token, user  string
	concert      int64
	status       Status
	version      int64
	waitingUntil int64
	activeUntil  int64
	admittedAt   int64
	restored     bool
	completedBy  string
}

const columns = `seq, token, user, concert, status, version, waiting_until, active_until, admitted_at, restored, completed_by`

func (t *token) scan(scan func(...any) error) error {
	return scan(&t.seq, &t.token, &t.user, &t.concert, &t.status, &t.version,
		&t.waitingUntil, &t.activeUntil, &t.admittedAt, &t.restored, &t.completedBy)
}

// at is the status when what is over counts as ended.
func (t *token) at(now time.Time) Status {
	ms := now.UnixMilli()
	if t.status == Waiting && t.waitingUntil <= ms || t.status == Active && t.activeUntil <= ms {
		return Expired
	}
	return t.status
}

// place is without the position.
func (t *token) place(now time.Time) Place {
	p := Place{Token: t.token, User: t.user, Concert: t.concert, Seq: t.seq, Status: t.at(now), WaitingUntil: time.UnixMilli(t.waitingUntil).UTC()}
	if t.activeUntil > 0 {
		p.ActiveUntil = time.UnixMilli(t.activeUntil).UTC()
	}
	return p
}

// fields are what Redis keeps of it.
func (t *token) fields() []string {
	restored := "0"
	if t.restored {
		restored = "1"
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{
		t.token, number(t.version), string(t.status), number(t.concert), number(t.seq), number(t.waitingUntil),
		number(t.activeUntil), restored, number(t.admittedAt), t.user,
	}
}

// querier is what reads need: a transaction, or the pool of reading connections.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// one reads the row that a query gives, with nil for none. The query may be a change that returns rows.
func one(ctx context.Context, q querier, query string, args ...any) (*token, error) {
	var t token
	err := t.scan(q.QueryRowContext(ctx, query, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("line: token: %w", err)
	}
	return &t, nil
}

func several(ctx context.Context, q querier, query string, args ...any) ([]*token, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("line: tokens: %w", err)
	}
	defer rows.Close()
	var all []*token
	for rows.Next() {
		t := &token{}
		if err := t.scan(rows.Scan); err != nil {
			return nil, fmt.Errorf("line: tokens: %w", err)
		}
		all = append(all, t)
	}
	return all, rows.Err()
}

func find(ctx context.Context, q querier, name string) (*token, error) {
	return one(ctx, q, `select `+columns+` from queue_token where token = ?`, name)
}

// known is find for a token that must be there.
func known(ctx context.Context, q querier, name string) (*token, error) {
	t, err := find(ctx, q, name)
	if err == nil && t == nil {
		err = ErrUnknown
	}
	return t, err
}

func count(ctx context.Context, q querier, query string, args ...any) (int64, error) {
	var n int64
	if err := q.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("line: count: %w", err)
	}
	return n, nil
}

// position adds up the blocks before a token and what waits in its own.
func position(ctx context.Context, q querier, t *token) (int64, error) {
	return count(ctx, q, `select
		  (select coalesce(sum(waiting), 0) from queue_block where concert = ?1 and level = 3 and block < ?2 >> 18)
		+ (select coalesce(sum(waiting), 0) from queue_block where concert = ?1 and level = 2 and block >= (?2 >> 18) << 6 and block < ?2 >> 12)
		+ (select coalesce(sum(waiting), 0) from queue_block where concert = ?1 and level = 1 and block >= (?2 >> 12) << 6 and block < ?2 >> 6)
		+ (select count(*) from queue_token where concert = ?1 and status = 'WAITING' and seq >= (?2 >> 6) << 6 and seq <= ?2)`,
		t.concert, t.seq)
}
