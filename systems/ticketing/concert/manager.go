package concert

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// ConcertManager is what concerts are about, in the caller's transaction; the name is the write-up's. It
// has no fields and sends nothing: whoever calls it tells others what it returned, and evicts from the
// [ConcertCacheManager] what changed once the transaction has committed. A transaction must have begun by
// taking the write lock, as those of [sqlite.DB] do. After an error, roll it back.
type ConcertManager struct{}

// Create makes a concert with its dates and seats, and returns what is to be told of each date. The
// error matches [ErrInvalid].
func (m ConcertManager) Create(ctx context.Context, tx *sql.Tx, d Draft, now time.Time) (Concert, []event.ScheduleOpened, error) {
	if err := d.check(now); err != nil {
		return Concert{}, nil, err
	}
	c := Concert{Title: d.Title, Description: d.Description, Status: Unavailable}
	if len(d.Schedules) > 0 {
		c.Status = Available
	}
	var err error
	if c.ID, err = insert(ctx, tx, insertConcertSQL, c.Title, c.Description, c.Status); err != nil {
		return Concert{}, nil, fmt.Errorf("concert: create: %w", err)
	}
	opened := make([]event.ScheduleOpened, len(d.Schedules))
	for i, s := range d.Schedules {
		if s.ReservationAvailableAt.IsZero() {
			s.ReservationAvailableAt = now
		}
		if opened[i], err = m.open(ctx, tx, c.ID, s); err != nil {
			return Concert{}, nil, err
		}
	}
	return c, opened, nil
}

// open makes a date and its seats.
func (ConcertManager) open(ctx context.Context, tx *sql.Tx, concert int64, s ScheduleDraft) (event.ScheduleOpened, error) {
	o := event.ScheduleOpened{
		ConcertID: concert, AvailableAt: s.ReservationAvailableAt.UnixMilli(), ConcertAt: s.ConcertAt.UnixMilli(), Prices: s.prices(),
	}
	var err error
	if o.ScheduleID, err = insert(ctx, tx, insertScheduleSQL, concert, o.ConcertAt, o.AvailableAt); err != nil {
		return o, fmt.Errorf("concert: open a schedule: %w", err)
	}
	prices, err := json.Marshal(o.Prices)
	if err != nil {
		return o, fmt.Errorf("concert: prices: %w", err)
	}
	if _, err := tx.ExecContext(ctx, insertSeatsSQL, o.ScheduleID, string(prices)); err != nil {
		return o, fmt.Errorf("concert: open the seats: %w", err)
	}
	return o, nil
}

// Close makes a concert unavailable, whatever its seats say, until it is reopened. Closing a closed one
// changes nothing and records nothing. The error matches [ErrNotFound] or [ErrInvalid].
func (m ConcertManager) Close(ctx context.Context, tx *sql.Tx, concert int64, d Decision) (Change, error) {
	d.Closed = true
	return m.decide(ctx, tx, concert, d)
}

// Reopen takes back what Close did: the seats say again how the concert stands. Reopening one that is
// not closed changes nothing and records nothing. The error matches [ErrNotFound] or [ErrInvalid].
func (m ConcertManager) Reopen(ctx context.Context, tx *sql.Tx, concert int64, d Decision) (Change, error) {
	d.Closed = false
	return m.decide(ctx, tx, concert, d)
}

func (m ConcertManager) decide(ctx context.Context, tx *sql.Tx, concert int64, d Decision) (Change, error) {
	if err := d.check(); err != nil {
		return Change{}, err
	}
	n, err := update(ctx, tx, decideSQL, d.Closed, concert)
	if err == nil && n > 0 {
		_, err = update(ctx, tx, insertDecisionSQL, concert, d.Closed, d.Reason, d.Admin, d.At.UnixMilli())
	}
	if err != nil {
		return Change{}, fmt.Errorf("concert: decide about %d: %w", concert, err)
	}
	return m.stand(ctx, tx, concert)
}

// stand makes the status what the seats and the admins say. It is never set to anything else, so no undo
// can reopen what is sold out by others or closed.
func (ConcertManager) stand(ctx context.Context, tx *sql.Tx, concert int64) (Change, error) {
	now, err := readStanding(ctx, tx, concert)
	if err != nil {
		return Change{}, err
	}
	change := Change{ConcertID: concert, Before: now.status, After: Unavailable, Version: now.version}
	if now.left && !now.closed {
		change.After = Available
	}
	if !change.Changed() {
		return change, nil
	}
	if _, err := update(ctx, tx, statusSQL, change.After, concert); err != nil {
		return Change{}, fmt.Errorf("concert: the status of %d: %w", concert, err)
	}
	change.Version++
	return change, nil
}
