package queue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// ErrRule says that a rule cannot be kept. Nothing was changed.
var ErrRule = errors.New("queue: a limit and a batch are from 0 to 1,000,000, and a time for a batch is at most an hour")

const most = 1_000_000

// Overview is a line as an administrator sees it.
type Overview struct {
	Counts Counts
	Rule   Rule
}

// Overview counts a concert's line. The error matches [ErrNoConcert] or [line.ErrUnavailable].
func (s *QueueService) Overview(ctx context.Context, concert int64) (o Overview, err error) {
	id, err := s.existing(ctx, concert)
	if err != nil {
		return o, err
	}
	if o.Rule, err = readRule(ctx, s.db.Read, id, s.config.Rule); err != nil {
		return o, err
	}
	if o.Counts, err = s.line.Count(ctx, id, s.config.Now()); err != nil {
		return o, fmt.Errorf("queue: count: %w", err)
	}
	return o, nil
}

// SetRule says how many are let in from now on. Who is in stays in. The error matches [ErrNoConcert] or
// [ErrRule].
func (s *QueueService) SetRule(ctx context.Context, concert int64, rule Rule) error {
	if min(rule.Limit, rule.Batch, int64(rule.Every)) < 0 || max(rule.Limit, rule.Batch) > most || rule.Every > line.MaxEvery {
		return ErrRule
	}
	id, err := s.existing(ctx, concert)
	if err != nil {
		return err
	}
	err = s.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error { return writeRule(ctx, tx, id, rule) })
	if err == nil {
		s.admitSoon()
	}
	return err
}

// TakeAway takes a token that waits or is active from its buyer. A payment with it is refused. The error
// matches [line.ErrUnknown] or [line.ErrUnavailable].
func (s *QueueService) TakeAway(ctx context.Context, token string) error {
	if _, err := s.line.End(ctx, token, line.Cancelled, s.config.Now()); err != nil {
		return fmt.Errorf("queue: take away: %w", err)
	}
	s.admitSoon()
	return nil
}

// existing returns the line of a concert that there is.
func (s *QueueService) existing(ctx context.Context, concert int64) (int64, error) {
	status, err := concertStatus(ctx, s.db.Read, concert)
	if err == nil && status == "" {
		err = ErrNoConcert
	}
	return s.manager.lineOf(concert), err
}
