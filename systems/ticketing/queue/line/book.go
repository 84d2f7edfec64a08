package line

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate makes the tables of the line in a database, or brings them up to date.
func Migrate(ctx context.Context, db *sqlite.DB) error {
	return db.Migrate(ctx, migrations, "queue_line_migrations")
}

// Book is the rules of the line over its tables. Its methods run in the caller's transaction, which must be
// one that may write from its beginning (BEGIN IMMEDIATE), and are otherwise those of [Line]. The zero
// value has the documented defaults; it is safe for concurrent use.
type Book struct {
	// WaitingTTL is how long a token waits without being looked at. A look writes only when a tenth of
	// it is over, so who stops looking is out after nine tenths to all of it. Default: 30 min.
	WaitingTTL time.Duration
	// ActiveTTL is how long an admitted token is active. Default: 10 min.
	ActiveTTL time.Duration
}

// Waiting is WaitingTTL, or its default.
func (b Book) Waiting() time.Duration { return cmp.Or(b.WaitingTTL, 30*time.Minute) }

// Active is ActiveTTL, or its default.
func (b Book) Active() time.Duration { return cmp.Or(b.ActiveTTL, 10*time.Minute) }

func (b Book) waitingUntil(now time.Time) int64 {
	return now.Add(b.Waiting()).UnixMilli()
}

func (b Book) activeUntil(now time.Time) int64 {
	return now.Add(b.Active()).UnixMilli()
}

// due reports whether a waiting token's time is to be written anew.
func (b Book) due(waitingUntil int64, now time.Time) bool {
	return waitingUntil < b.waitingUntil(now)-b.Waiting().Milliseconds()/10
}

// Enter is [Line.Enter].
func (b Book) Enter(ctx context.Context, tx *sql.Tx, name, user string, concert int64, now time.Time) (Place, error) {
	t, _, err := b.enter(ctx, tx, name, user, concert, now)
	if err != nil {
		return Place{}, err
	}
	return b.look(ctx, tx, t, now)
}

// enter returns also the user's earlier token if that ended only now.
func (b Book) enter(ctx context.Context, tx *sql.Tx, name, user string, concert int64, now time.Time) (t, ended *token, err error) {
	t, err = one(ctx, tx, `select `+columns+` from queue_token
		where concert = ? and user = ? and status in ('WAITING', 'ACTIVE')`, concert, user)
	if err != nil || t != nil && t.at(now) != Expired {
		if err == nil && t.status == Waiting && b.due(t.waitingUntil, now) {
			t, err = renew(ctx, tx, t.token, b.waitingUntil(now))
		}
		return t, nil, err
	}
	if t != nil {
		if ended, err = end(ctx, tx, t, Expired); err != nil {
			return nil, nil, err
		}
	}
	t, err = one(ctx, tx, `insert into queue_token (token, user, concert, status, waiting_until) values (?, ?, ?, 'WAITING', ?)
		returning `+columns, name, user, concert, b.waitingUntil(now))
	return t, ended, err
}

// Look is [Line.Look].
func (b Book) Look(ctx context.Context, tx *sql.Tx, name string, now time.Time) (Place, error) {
	t, err := known(ctx, tx, name)
	if err != nil {
		return Place{}, err
	}
	if t.at(now) == Waiting && b.due(t.waitingUntil, now) {
		if t, err = renew(ctx, tx, name, b.waitingUntil(now)); err != nil {
			return Place{}, err
		}
	}
	return b.look(ctx, tx, t, now)
}

// look is where a token stands.
func (b Book) look(ctx context.Context, q querier, t *token, now time.Time) (p Place, err error) {
	p = t.place(now)
	if p.Status == Waiting {
		p.Position, err = position(ctx, q, t)
	}
	return p, err
}

// renew returns the token as it is, whether it waits or not.
func renew(ctx context.Context, tx *sql.Tx, name string, until int64) (*token, error) {
	if _, err := tx.ExecContext(ctx, `update queue_token set waiting_until = ?2, version = version + 1
		where token = ?1 and status = 'WAITING' and waiting_until < ?2`, name, until); err != nil {
		return nil, fmt.Errorf("line: renew: %w", err)
	}
	return known(ctx, tx, name)
}

// Complete is [Line.Complete].
func (b Book) Complete(ctx context.Context, tx *sql.Tx, name, by string, now time.Time) (Place, error) {
	t, err := complete(ctx, tx, name, by)
	if err != nil {
		return Place{}, err
	}
	return t.place(now), nil
}

func complete(ctx context.Context, tx *sql.Tx, name, by string) (*token, error) {
	t, err := known(ctx, tx, name)
	switch {
	case err != nil || t.status == Completed:
		return t, err
	case t.status == Cancelled:
		return nil, ErrTakenAway
	}
	return one(ctx, tx, `update queue_token set status = 'COMPLETED', completed_by = ?, restored = 0, version = version + 1
		where seq = ? returning `+columns, by, t.seq)
}

// Restore is [Line.Restore].
func (b Book) Restore(ctx context.Context, tx *sql.Tx, name, by string, now time.Time) (Place, error) {
	changed, err := restore(ctx, tx, name, by, now)
	if err != nil {
		return Place{}, err
	}
	return changed[0].place(now), nil
}

// restore returns the token as it is now, and then the other one of its user if that ended.
func restore(ctx context.Context, tx *sql.Tx, name, by string, now time.Time) ([]*token, error) {
	t, err := known(ctx, tx, name)
	if err != nil || t.status != Completed || t.completedBy != by {
		return []*token{t}, err
	}
	if t.activeUntil <= now.UnixMilli() {
		t, err = end(ctx, tx, t, Expired)
		return []*token{t}, err
	}
	other, err := one(ctx, tx, `select `+columns+` from queue_token
		where concert = ? and user = ? and status in ('WAITING', 'ACTIVE')`, t.concert, t.user)
	if err != nil {
		return nil, err
	}
	if other != nil && other.at(now) == Active {
		t, err = end(ctx, tx, t, Expired)
		return []*token{t}, err
	}
	if other != nil {
		if other, err = end(ctx, tx, other, Expired); err != nil {
			return nil, err
		}
	}
	t, err = one(ctx, tx, `update queue_token set status = 'ACTIVE', restored = 1, version = version + 1
		where seq = ? returning `+columns, t.seq)
	if other == nil {
		return []*token{t}, err
	}
	return []*token{t, other}, err
}

// End is [Line.End].
func (b Book) End(ctx context.Context, tx *sql.Tx, name string, as Status, now time.Time) (Place, error) {
	t, err := take(ctx, tx, name, as, now)
	if err != nil {
		return Place{}, err
	}
	return t.place(now), nil
}

func take(ctx context.Context, tx *sql.Tx, name string, as Status, now time.Time) (*token, error) {
	if as != Cancelled && as != Expired {
		return nil, fmt.Errorf("line: a token cannot be taken out as %q; say Cancelled or Expired", as)
	}
	t, err := known(ctx, tx, name)
	if err != nil || t.at(now) != Waiting && t.at(now) != Active {
		return t, err
	}
	return end(ctx, tx, t, as)
}

func end(ctx context.Context, tx *sql.Tx, t *token, as Status) (*token, error) {
	return one(ctx, tx, `update queue_token set status = ?, restored = 0, version = version + 1 where seq = ? returning `+columns, as, t.seq)
}
