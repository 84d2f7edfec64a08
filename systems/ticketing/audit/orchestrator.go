package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// definition is the name of the sagas that pay.
const definition = "ticket-payment"

// sagaBook is the orchestrator's file.
type sagaBook struct {
	page
	started map[string]*start
	all     map[string]*run
}

// start is what the orchestrator noted when a saga was started.
type start struct {
	user string
	at   int64 // milliseconds
	told sql.NullInt64
}

// run is a saga.
type run struct {
	saga.Instance
	user, token string
	sale        *event.Sale // nil until the reservations are claimed
	history     []saga.Event
	fault       string // why it cannot be read
}

const startSQL = `select id, user, started_at, told_at from payment_saga`

func (b *sagaBook) read(ctx context.Context, q querier) error {
	b.started = map[string]*start{}
	return each(ctx, q, startSQL, func(scan func(...any) error) error {
		var id string
		var s start
		err := scan(&id, &s.user, &s.at, &s.told)
		b.started[id] = &s
		return err
	})
}

// readSagas reads all sagas with their histories.
func (b *sagaBook) readSagas(ctx context.Context, engine *saga.Engine) error {
	const limit = 1000
	b.all = map[string]*run{}
	for after := ""; ; {
		found, err := engine.Find(ctx, saga.Filter{Definition: definition, After: after, Limit: limit})
		if err != nil {
			return err
		}
		for _, in := range found {
			one, err := readRun(ctx, engine, in)
			if err != nil {
				return err
			}
			b.all[in.ID], after = one, in.ID
		}
		if len(found) < limit {
			return nil
		}
	}
}

// readRun reads a saga's history by playing it: what the engine cannot play is a fault of the saga.
func readRun(ctx context.Context, engine *saga.Engine, in saga.Instance) (*run, error) {
	r := &run{Instance: in}
	var p struct {
		UserID, Token string
		Sale          *event.Sale
	}
	if json.Unmarshal(in.State, &p) != nil || len(in.Steps) == 0 {
		r.fault = "its row cannot be read"
	}
	r.user, r.token, r.sale = p.UserID, p.Token, p.Sale
	history, err := engine.History(ctx, in.ID)
	r.history = history
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, saga.ErrNotFound) && !in.Status.Ended(): // nothing of it is written down yet
	case err != nil:
		r.fault = err.Error()
	}
	return r, nil
}

// mark is what the saga knows of a step.
func (r *run) mark(step event.SagaStep) saga.Mark {
	for _, s := range r.Steps {
		if s.Name == string(step) {
			return s.Mark
		}
	}
	return saga.NotStarted
}

// refunded reports whether money was taken and given back.
func (r *run) refunded() bool { return r.mark(event.Debit) == saga.TakenBack }

// byHand reports whether a person had a part in it: then its marks are what the person said.
func (r *run) byHand() bool {
	return r.Hand != nil || slices.ContainsFunc(r.history, func(e saga.Event) bool { return e.Kind == saga.EventOperated })
}

func (b *sagaBook) check(c *check) {
	for _, r := range b.all {
		if wrong := r.illegal(); wrong != "" {
			c.find("I-A13", "%s is %s, and %s", r.ID, r.Status, wrong)
		}
	}
}

// open lists the sagas that have not ended or not been told of, and holds I-A3 against them if a time was given.
func (b *sagaBook) open(c *check) {
	live, untold := 0, 0
	for _, r := range b.all {
		s, since := b.started[r.ID], c.now.Sub(r.Updated).Round(time.Millisecond)
		switch {
		case r.Status == saga.NeedsAttention:
			live++
			c.attend("saga", r.ID, "%s", r.Explain())
			continue
		case !r.Status.Ended():
			live++
			c.doubt("saga", r.ID, "%s", r.Explain())
		case s != nil && !s.told.Valid:
			untold++
			c.doubt("saga", r.ID, "it is %s, and nobody was told", r.Status)
		default:
			continue
		}
		if c.config.Patience > 0 && since > c.config.Patience {
			c.find("I-A3", "%s is %s and has been silent for %v", r.ID, r.Status, since)
		}
	}
	if live > 0 {
		c.unquiet("%d sagas have not ended", live)
	}
	if untold > 0 {
		c.unquiet("the end of %d sagas was not told", untold)
	}
}
