package monolith

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

// Run ends holds that are over and lets buyers in until ctx ends, and then returns nil.
func (m *Monolith) Run(ctx context.Context) error {
	var loops sync.WaitGroup
	loops.Go(func() { m.every(ctx, m.config.SweepEvery, "holds that are over could not be ended", m.Sweep) })
	loops.Go(func() { m.every(ctx, m.config.AdmitEvery, "nobody is let in", m.Admit) })
	loops.Wait()
	return nil
}

func (m *Monolith) every(ctx context.Context, pause time.Duration, failed string, do func(context.Context) error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			m.config.Logger.WarnContext(ctx, failed+"; it is tried again", "service", "monolith", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Sweep ends all holds that are over. Run does so by itself.
func (m *Monolith) Sweep(ctx context.Context) error {
	for {
		var swept []reservation.Reservation
		err := m.shown(ctx, func(ctx context.Context, tx *sql.Tx, seen *seats) (err error) {
			swept, err = m.sweep(ctx, tx, seen)
			return err
		})
		if err != nil || len(swept) < reservation.MaxListed {
			return err
		}
	}
}

func (m *Monolith) sweep(ctx context.Context, tx *sql.Tx, seen *seats) ([]reservation.Reservation, error) {
	swept, err := m.Payments.reservations.Sweep(ctx, tx, m.config.Now(), reservation.MaxListed)
	if err != nil {
		return nil, err
	}
	return swept, seen.change(ctx, tx, m.Payments.concerts.Release, swept...)
}

// Admit lets in who is next, in each line once. Nobody is let in to a concert that is sold out. Run does so by
// itself.
func (m *Monolith) Admit(ctx context.Context) error {
	if err := m.config.Before(ctx, "queue"); err != nil {
		return err
	}
	lines, err := m.tokens.manager.Book.Concerts(ctx, m.tokens.book.Read)
	for _, id := range lines {
		rule := m.config.Rule
		c, bad := m.Payments.concerts.Concert(ctx, m.db.Read, id)
		if c.Status == concert.Unavailable {
			rule = queue.Rule{}
		}
		if bad == nil {
			_, bad = m.tokens.Admit(ctx, id, rule, m.config.Now())
		}
		err = errors.Join(err, bad)
	}
	return err
}
