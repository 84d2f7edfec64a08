package queue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// admitSoon lets Run look at the lines at once.
func (s *QueueService) admitSoon() {
	select {
	case s.left <- struct{}{}:
	default: // it will
	}
}

// admitting lets in who is next until ctx ends.
func (s *QueueService) admitting(ctx context.Context) {
	ticker := time.NewTicker(s.config.AdmitEvery)
	defer ticker.Stop()
	failing := false
	for {
		err := s.Admit(ctx)
		if ctx.Err() != nil {
			return
		}
		if (err != nil) != failing { // once, and not each second
			if failing = err != nil; failing {
				s.config.Logger.WarnContext(ctx, "nobody is let in; it is tried again", "service", "queue", "error", err)
			} else {
				s.config.Logger.InfoContext(ctx, "buyers are let in again", "service", "queue")
			}
		}
		select {
		case <-ticker.C:
		case <-s.left:
		case <-ctx.Done():
			return
		}
	}
}

// Admit looks once at each line in which somebody waits or is active: it ends what is over, and lets in who
// is next. Run does so all the time; several instances may. Nobody is let in to a concert that is sold out or
// closed.
func (s *QueueService) Admit(ctx context.Context) error {
	lines, err := s.manager.Book.Concerts(ctx, s.db.Read)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	var failed error
	for _, concert := range lines {
		failed = errors.Join(failed, s.admit(ctx, concert, s.config.Now()))
	}
	return failed
}

// admit lets in who is next in one line. In SQLite the rule is read under the lock under which it is kept, so
// nobody is let in after a sale has closed the concert. Redis decides by the rule of just before: no transaction
// spans a call of it.
func (s *QueueService) admit(ctx context.Context, concert int64, now time.Time) error {
	if s.redis == nil {
		return s.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
			rule, err := s.ruleOf(ctx, tx, concert)
			if err == nil {
				_, err = s.manager.Book.Admit(ctx, tx, concert, rule, now)
			}
			return err
		})
	}
	rule, err := s.ruleOf(ctx, s.db.Read, concert)
	if err == nil {
		_, err = s.line.Admit(ctx, concert, rule, now)
	}
	return err
}

// ruleOf is the rule of a line as it is to be kept now.
func (s *QueueService) ruleOf(ctx context.Context, q querier, concert int64) (Rule, error) {
	status, err := concertStatus(ctx, q, concert)
	if err != nil {
		return Rule{}, err
	}
	if status == unavailable {
		return Rule{}, nil
	}
	return readRule(ctx, q, concert, s.config.Rule)
}
