package line

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// errStale says that the Redis was filled anew since it decided: what it decided is void.
var errStale = errors.New("line: Redis was filled anew meanwhile")

// Admit implements [Line]. Redis decides who is let in and keeps them as undecided until they are in the
// book, so whoever calls next finds what a crash has left.
func (r *Redis) Admit(ctx context.Context, concert int64, rule Rule, now time.Time) ([]Place, error) {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	for range tries {
		last, err := r.bringNext(ctx, concert, rule, now)
		if err != nil {
			return nil, err
		}
		reply, err := r.ask(ctx, now, r.scripts.admit, millis(now), number(concert), number(max(rule.Limit, 0)), number(rule.Batch),
			number(rule.every().Milliseconds()), number(r.config.Book.activeUntil(now)), number(atOnce), millis(now.Add(-MaxEvery)), number(last))
		if err != nil {
			return nil, err
		}
		if len(reply) < 2 {
			return nil, errors.New("line: Redis answered without the number of its filling; use a prefix of this book's own")
		}
		admitted, err := r.admitted(ctx, concert, reply[1], reply[2:], now)
		if !errors.Is(err, errStale) {
			return admitted, err
		}
		if _, err := r.run(ctx, r.scripts.forget, reply[1]); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: Redis is filled again and again", ErrUnavailable)
}

// bringNext brings to Redis who is next in the book, and returns the number of the last of them, 0 for nobody:
// whoever entered is in the book first, and may come to Redis late or never. The book gives its numbers in
// order, so up to that number nobody is missing, and nobody comes later.
func (r *Redis) bringNext(ctx context.Context, concert int64, rule Rule, now time.Time) (int64, error) {
	room, err := room(ctx, r.config.Read, concert, rule, now)
	if err != nil || room == 0 {
		return 0, err
	}
	next, err := several(ctx, r.config.Read, `select `+columns+waits, concert, now.UnixMilli(), room)
	if err != nil || len(next) == 0 {
		return 0, err
	}
	return next[len(next)-1].seq, r.put(ctx, now, next...)
}

// admitted writes into the book who was let in, and tells Redis that it did.
func (r *Redis) admitted(ctx context.Context, concert int64, epoch string, names []string, now time.Time) ([]Place, error) {
	if len(names) == 0 {
		due, err := count(ctx, r.config.Read, `select count(*)`+over, concert, now.UnixMilli(), 1)
		if err != nil || due == 0 {
			return nil, err
		}
	}
	var all, fresh []*token
	err := r.config.Database.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		all, fresh = nil, nil
		if err := checkEpoch(ctx, tx, epoch); err != nil {
			return err
		}
		for _, name := range names {
			t, err := admit(ctx, tx, name, r.config.Book.activeUntil(now), now)
			if err != nil {
				return err
			}
			if t != nil {
				fresh = append(fresh, t)
			} else if t, err = find(ctx, tx, name); err != nil {
				return err
			}
			all = append(all, t)
		}
		return sweep(ctx, tx, concert, now)
	})
	if err != nil {
		return nil, err
	}
	if err := r.put(ctx, now, all...); err != nil {
		return nil, err
	}
	return places(fresh, now), nil
}

func checkEpoch(ctx context.Context, tx *sql.Tx, epoch string) error {
	current, err := count(ctx, tx, `select epoch from queue_epoch`)
	if err == nil && strconv.FormatInt(current, 10) != epoch {
		err = errStale
	}
	return err
}

// admit returns nil if the token does not wait any more.
func admit(ctx context.Context, tx *sql.Tx, name string, until int64, now time.Time) (*token, error) {
	return one(ctx, tx, `update queue_token set status = 'ACTIVE', active_until = ?, admitted_at = ?, version = version + 1
		where token = ? and status = 'WAITING' returning `+columns, until, now.UnixMilli(), name)
}
