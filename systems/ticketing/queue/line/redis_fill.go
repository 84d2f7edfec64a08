package line

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// errEmptied says that the Redis was emptied while it was being filled, or that another took over.
var errEmptied = errors.New("line: Redis was emptied while it was being filled")

// fill fills a Redis that was emptied, or waits until another has.
func (r *Redis) fill(ctx context.Context, now time.Time) error {
	lock := rand.Text()
	for {
		reply, err := r.run(ctx, r.scripts.begin, lock)
		if err != nil {
			return err
		}
		switch {
		case reply[0] == "READY":
			return nil
		case reply[0] == "MINE" && len(reply) == 2:
			if err := r.loadAlone(ctx, lock, reply[1], now); !errors.Is(err, errEmptied) {
				return err
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%w: it is being made anew from the book: %w", ErrUnavailable, ctx.Err())
		}
	}
}

// loadAlone goes on when the caller gives up: all others wait for it. If it fails, another may try at once.
func (r *Redis) loadAlone(ctx context.Context, lock, run string, now time.Time) error {
	done := make(chan error, 1)
	go func() {
		ctx := context.WithoutCancel(ctx)
		err := r.load(ctx, lock, run, now)
		if err != nil {
			_, _ = r.run(ctx, r.scripts.finish, lock, "0", "") // of no run: gives up the lock, which else runs out
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%w: it is being made anew from the book: %w", ErrUnavailable, ctx.Err())
	}
}

// load brings everything that counts from the book to Redis, which nobody else asks meanwhile.
func (r *Redis) load(ctx context.Context, lock, run string, now time.Time) error {
	began := time.Now()
	epoch, err := change(ctx, r.config.Database, func(ctx context.Context, tx *sql.Tx) (int64, error) {
		return count(ctx, tx, `update queue_epoch set epoch = epoch + 1 returning epoch`)
	})
	if err != nil {
		return err
	}
	total, err := r.loadAll(ctx, lock, now)
	if err != nil {
		return err
	}
	reply, err := r.run(ctx, r.scripts.finish, lock, strconv.FormatInt(epoch, 10), run)
	if err != nil {
		return err
	}
	if reply[0] == lost {
		return errEmptied
	}
	r.config.Logger.WarnContext(ctx, "the waiting line was made anew in Redis from the book", "tokens", total, "took", time.Since(began))
	return nil
}

func (r *Redis) loadAll(ctx context.Context, lock string, now time.Time) (total int, err error) {
	concerts, err := r.config.Book.Concerts(ctx, r.config.Read)
	if err != nil {
		return 0, err
	}
	load := func(query string, args ...any) error {
		n, err := r.loadPages(ctx, lock, query, args...)
		total += n
		return err
	}
	for _, concert := range concerts {
		if err := load(`select `+columns+` from queue_token where seq > ?1 and status = 'WAITING' and concert = ?3 order by seq limit ?2`, concert); err != nil {
			return total, err
		}
	}
	if err := load(`select ` + columns + ` from queue_token indexed by queue_token_active
		where status = 'ACTIVE' and seq > ?1 order by seq limit ?2`); err != nil {
		return total, err
	}
	// Those who were let in lately count for the batch, whatever became of them.
	err = load(`select `+columns+` from queue_token indexed by queue_token_admitted
		where admitted_at > 0 and seq > ?1 and admitted_at > ?3 and admitted_at <= ?4 order by seq limit ?2`,
		now.Add(-MaxEvery).UnixMilli(), now.Add(MaxEvery).UnixMilli())
	return total, err
}

// loadPages loads what a query gives, page by page in the order of arrival.
func (r *Redis) loadPages(ctx context.Context, lock, query string, args ...any) (total int, err error) {
	for after := int64(0); ; {
		tokens, err := several(ctx, r.config.Read, query, append([]any{after, page}, args...)...)
		if err != nil || len(tokens) == 0 {
			return total, err
		}
		reply, err := r.run(ctx, r.scripts.put, putArgs(lock, time.Now(), tokens)...)
		if err != nil {
			return total, err
		}
		if reply[0] == lost {
			return total, errEmptied
		}
		total += len(tokens)
		after = tokens[len(tokens)-1].seq
	}
}
