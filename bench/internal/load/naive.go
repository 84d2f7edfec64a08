package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// The table is all that the loop needs: one row a saga, found by its id alone. What changes stands
// together at the end, and each page keeps some room: an update then touches no index, and the log
// gets little more than the columns that changed.
const (
	naiveTable = `create table if not exists instance (
		id text primary key, state jsonb not null, started timestamptz not null default now(),
		status text not null, step int not null, intent text not null default '', updated timestamptz not null default now()
	) with (fillfactor = 70)`
	naiveInsert  = `insert into instance (id, status, step, state) values ($1, 'running', 0, $2)`
	naiveIntent  = `update instance set intent = $2, updated = now() where id = $1`
	naiveOutcome = `update instance set status = $2, step = $3, intent = '', updated = now() where id = $1`
	naivePreload = `insert into instance (id, status, step, state)
		select $1::text || n, 'completed', 4, $2::jsonb from generate_series(1, $3) n`
)

// Naive is a saga written by hand: a row per saga, updated before each call with what is about to
// be done and after it with what came of it. It commits ten times for W1.
func Naive() Contestant { return naiveContestant("naive", true) }

// NaiveMin is [Naive] without the intents: it commits five times for W1, and after a crash does not
// know whether the open step was called.
func NaiveMin() Contestant { return naiveContestant("naive-min", false) }

func naiveContestant(name string, intents bool) Contestant {
	return Contestant{
		Name: name,
		Open: func(ctx context.Context, c Case) (Runner, error) {
			p, err := openPool(ctx, c.Address, c.Callers, naiveTable)
			if err != nil {
				return nil, err
			}
			return &naive{p, c.Participant, intents}, nil
		},
		Read: readNaive, Preload: preloadNaive,
	}
}

type naive struct {
	pool    pool
	p       Participant
	intents bool
}

func (r *naive) Saga(ctx context.Context, id string) error {
	state, err := json.Marshal(NewOrder(id))
	if err != nil {
		return err
	}
	if err := r.write(ctx, naiveInsert, id, state); err != nil {
		return err
	}
	for step := range Steps {
		if err := r.intend(ctx, id, "action"); err != nil {
			return err
		}
		switch err := r.p.Act(ctx, id, step); {
		case errors.Is(err, ErrRefused):
			return r.back(ctx, id, step)
		case err != nil:
			return err
		}
		if err := r.set(ctx, id, r.status(step == Steps-1, "running", "completed"), step+1); err != nil {
			return err
		}
	}
	return r.end(ctx, id, "completed", Steps)
}

// back undoes the steps before the one that refused; the turn is durable before the first undo.
func (r *naive) back(ctx context.Context, id string, refused int) error {
	if err := r.set(ctx, id, "compensating", refused); err != nil {
		return err
	}
	for step := refused - 1; step >= 0; step-- {
		if err := r.intend(ctx, id, "undo"); err != nil {
			return err
		}
		if err := r.p.Undo(ctx, id, step); err != nil {
			return err
		}
		if err := r.set(ctx, id, r.status(step == 0, "compensating", "compensated"), step); err != nil {
			return err
		}
	}
	return r.end(ctx, id, "compensated", 0)
}

// status of an outcome. With intents, the end is a write of its own.
func (r *naive) status(last bool, underWay, ended string) string {
	if last && !r.intents {
		return ended
	}
	return underWay
}

func (r *naive) intend(ctx context.Context, id, what string) error {
	if !r.intents {
		return nil
	}
	return r.write(ctx, naiveIntent, id, what)
}

func (r *naive) end(ctx context.Context, id, status string, effects int) error {
	if !r.intents {
		return nil
	}
	return r.set(ctx, id, status, effects)
}

// set records how many steps are in effect.
func (r *naive) set(ctx context.Context, id, status string, effects int) error {
	return r.write(ctx, naiveOutcome, id, status, effects)
}

// write is one transaction and one round trip.
func (r *naive) write(ctx context.Context, sql string, args ...any) error {
	tag, err := r.pool.exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() != 1 {
		err = fmt.Errorf("%d rows were written, not one", tag.RowsAffected())
	}
	return err
}

func (r *naive) Close() error { return r.pool.close() }
