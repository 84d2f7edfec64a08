package orchestrator

import (
	"context"
	"database/sql"
	"encoding/json"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// lookAgain is how often ends are looked for that nobody has told of: those of another process's time.
const lookAgain = 5 * time.Second

// ends are the sagas that have come to an end and whose end is not told yet, as the engine observes them.
type ends struct {
	mu   *sync.Mutex
	ids  *[]string
	wake chan struct{}
}

func newEnds() ends {
	return ends{mu: &sync.Mutex{}, ids: new([]string), wake: make(chan struct{}, 1)}
}

// observing is the engine's configuration with an ear of the orchestrator's own in it.
func (e ends) observing(given *saga.Config) *saga.Config {
	var c saga.Config
	if given != nil {
		c = *given
	}
	also := c.Observe
	c.Observe = func(ev saga.Event) {
		if also != nil {
			also(ev)
		}
		if ev.Definition == definitionName && ev.Status.Ended() {
			e.add(ev.Instance)
		}
	}
	return &c
}

func (e ends) add(id string) {
	e.mu.Lock()
	*e.ids = append(*e.ids, id)
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default: // it is awake
	}
}

func (e ends) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	ids := *e.ids
	*e.ids = nil
	return ids
}

// tellEnds publishes SagaCompleted and SagaFailed: at once for what is observed, and from the table for
// what ended while nobody observed. It returns when ctx ends.
func (o *PaymentSagaOrchestrator) tellEnds(ctx context.Context) error {
	next := time.NewTicker(lookAgain)
	defer next.Stop()
	err := o.tellMissed(ctx)
	for {
		if err != nil && ctx.Err() == nil {
			o.logger.ErrorContext(ctx, "ends of sagas could not be told; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-o.ends.wake:
			err = o.tellAll(ctx, o.ends.take())
		case <-next.C:
			err = o.tellMissed(ctx)
		}
	}
}

// tellMissed goes through the sagas whose end was not told, a page at a time.
func (o *PaymentSagaOrchestrator) tellMissed(ctx context.Context) error {
	const page = 500
	for behind := (place{}); ; {
		ids, last, err := untold(ctx, o.db.Read, behind, page)
		if err != nil {
			return err
		}
		if err := o.tellAll(ctx, ids); err != nil || len(ids) < page {
			return err
		}
		behind = last
	}
}

func (o *PaymentSagaOrchestrator) tellAll(ctx context.Context, ids []string) error {
	for _, id := range ids {
		in, err := o.engine.Get(ctx, id)
		if err != nil {
			return err
		}
		if !in.Status.Ended() {
			continue
		}
		if err := o.tellEnd(ctx, in); err != nil {
			return err
		}
	}
	if len(ids) > 0 {
		o.relay.Wake()
	}
	return nil
}

// tellEnd puts the end of a saga into the outbox, once: onSagaCompleted and onSagaFailed of the write-up.
func (o *PaymentSagaOrchestrator) tellEnd(ctx context.Context, in saga.Instance) error {
	typ, data, err := endOf(in)
	if err != nil {
		return err
	}
	m, err := event.New("orchestrator", typ, in.ID, data)
	if err != nil {
		return err
	}
	return o.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		first, err := tell(ctx, tx, in.ID, o.now())
		if err != nil || !first {
			return err
		}
		return sqlite.Bind(tx).Append(ctx, m)
	})
}

func endOf(in saga.Instance) (typ string, data any, err error) {
	var p Purchase
	if err := json.Unmarshal(in.State, &p); err != nil {
		return "", nil, err
	}
	if in.Status == saga.Completed {
		return "SagaCompleted", event.SagaCompleted{
			SagaID: in.ID, UserID: p.UserID, PaymentID: p.PaymentID, Amount: p.amount(), ReservationIDs: p.ReservationIDs,
		}, nil
	}
	f := event.SagaFailed{
		SagaID: in.ID, UserID: p.UserID, Code: "called-off", Detail: "The payment was called off.", ReservationIDs: p.ReservationIDs,
	}
	if p.Failed != nil {
		f.Step, f.Code, f.Detail = p.Failed.Step, p.Failed.Code, p.Failed.Detail
	}
	if refunded(in) {
		f.Refunded = p.amount()
	}
	return "SagaFailed", f, nil
}
