package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// page is what every file has: a ledger and an outbox.
type page struct {
	name   string // of the service
	ledger map[string]*decision
	outbox []letter
}

func (p *page) common() *page { return p }

// decision is a row of a ledger.
type decision struct {
	key, operation    string
	saga              string // "" if the key is none of a saga's
	step              event.SagaStep
	state             participant.State
	sale              event.Sale // of CLAIM what was claimed, of the others what was asked for
	decided, reverted sql.NullInt64
	refused           bool   // the row has a refusal
	fault             string // why the row cannot be read
}

// letter is a message that was not delivered yet.
type letter struct {
	id, typ, about string // about: the saga, or the key
	dead           bool
	err            string
}

const (
	ledgerSQL = `select key, operation, state, coalesce(request, ''), coalesce(reply, ''), refusal_code is not null, decided_at, reverted_at from saga_ledger`
	outboxSQL = `select id, type, coalesce(nullif(correlation, ''), key), dead, error from saga_outbox order by position`
)

func (p *page) read(ctx context.Context, q querier) error {
	p.ledger = map[string]*decision{}
	err := each(ctx, q, ledgerSQL, func(scan func(...any) error) error {
		var d decision
		var request, reply string
		err := scan(&d.key, &d.operation, &d.state, &request, &reply, &d.refused, &d.decided, &d.reverted)
		d.parse(request, reply)
		p.ledger[d.key] = &d
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, q, outboxSQL, func(scan func(...any) error) error {
		var l letter
		err := scan(&l.id, &l.typ, &l.about, &l.dead, &l.err)
		p.outbox = append(p.outbox, l)
		return err
	})
}

// parse reads whose decision it is, and about what.
func (d *decision) parse(request, reply string) {
	key, err := saga.ParseKey(d.key)
	if err == nil && !key.Undo && event.SagaStep(key.Step).Key(key.Instance) == d.key {
		d.saga, d.step = key.Instance, event.SagaStep(key.Step)
	}
	text := request
	if d.step == event.Claim {
		text = reply
	}
	var about struct{ Sale event.Sale }
	if text != "" && json.Unmarshal([]byte(text), &about) != nil {
		d.fault = "what it is about cannot be read"
	}
	d.sale = about.Sale
}

// of is what stands under the key of a step in a saga; of None if nothing does.
func (p *page) of(step event.SagaStep, sagaID string) *decision {
	if d := p.ledger[step.Key(sagaID)]; d != nil {
		return d
	}
	return &decision{key: step.Key(sagaID), saga: sagaID, step: step, state: participant.None}
}

// took reports whether there was an effect at some time.
func (d *decision) took() bool {
	return d.state == participant.Applied || d.state == participant.Reverted
}

// has reports whether the sale has a line for a reservation.
func (d *decision) has(reservation int64) bool {
	for _, l := range d.sale.Lines {
		if l.ReservationID == reservation {
			return true
		}
	}
	return false
}

// legal holds the first half of I-A7: what stands under a key is what a key can come to.
func (p *page) legal(c *check) {
	for _, d := range p.ledger {
		if wrong := d.wrong(p.name); wrong != "" {
			c.find("I-A7", "the ledger of %s has %s under %s, and %s", p.name, d.state, d.key, wrong)
		}
	}
}

func (d *decision) wrong(service string) string {
	switch {
	case d.fault != "":
		return d.fault
	case d.saga == "" || !isStepOf(d.step, service):
		return "that is the key of none of its steps"
	case d.refused != (d.state == participant.Refused):
		return "the refusal does not fit"
	case d.reverted.Valid != (d.state == participant.Reverted):
		return "the time of the undo does not fit"
	case d.reverted.Valid && d.reverted.Int64 < d.decided.Int64:
		return "it was undone before it was done"
	case d.took() && (d.sale.SagaID != d.saga || len(d.sale.Lines) == 0):
		return fmt.Sprintf("it is about %d lines of the saga %.40q", len(d.sale.Lines), d.sale.SagaID)
	}
	return ""
}

func isStepOf(name event.SagaStep, service string) bool {
	for _, s := range event.Steps() {
		if s.Name == name {
			return s.Service == service
		}
	}
	return false
}
