package flaw

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// service is what the real services have in common.
type service interface {
	io.Closer
	Handlers() map[string]message.Handler
	Outbox() *sqlite.Queue
}

// real is a service, and a look into its tables.
type real struct {
	tables
	service service
}

// look opens a service's file a second time, for those who set up and count.
func (s *stage) look(ctx context.Context, name string, opened service, err error) (real, error) {
	if err != nil {
		return real{}, err
	}
	s.closing(opened)
	db, err := sqlite.OpenDatabase(ctx, s.file(name))
	if err != nil {
		return real{}, err
	}
	s.closing(db)
	return real{tables{db}, opened}, nil
}

// hears hands the service a message of a saga, as the bus would, and returns the types of the answers.
func (r real) hears(ctx context.Context, typ, sagaID string, data any) (string, error) {
	m, err := event.New("flaw", typ, sagaID, data)
	if err != nil {
		return "", err
	}
	handle, found := r.service.Handlers()[typ]
	if !found {
		return "", fmt.Errorf("flaw: nobody takes %s", typ)
	}
	if err := handle(ctx, m); err != nil {
		return "", err
	}
	return r.tells(ctx)
}

// undoes asks the service to undo a step of a saga.
func (r real) undoes(ctx context.Context, step event.SagaStep, sagaID string) (string, error) {
	return r.hears(ctx, event.StepOf(step).Undo, sagaID, event.Question{SagaID: sagaID, Step: step, Number: 1})
}

// tells empties the outbox, as the relay would, and returns the types of the messages.
func (r real) tells(ctx context.Context) (string, error) {
	var told []string
	for {
		rows, err := r.service.Outbox().Claim(ctx, 100, time.Minute)
		if err != nil {
			return "", err
		}
		if len(rows) == 0 {
			return strings.Join(told, ", "), nil
		}
		slices.SortFunc(rows, func(a, b message.Row) int { return int(a.Position - b.Position) })
		for _, row := range rows {
			told = append(told, row.Message.Type)
		}
		if err := r.service.Outbox().Delivered(ctx, rows...); err != nil {
			return "", err
		}
	}
}

// change sets up what the play begins with.
func (r real) change(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx) error) error {
	return r.db.Change(ctx, fn)
}

// nobody is where messages go: the plays read the outboxes themselves.
type nobody struct{}

// Publish implements [message.Publisher].
func (nobody) Publish(context.Context, message.Message) error {
	return message.ErrUnavailable
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// sale is mina's sale of 300 won, unless seats say otherwise.
func sale(sagaID string, lines ...event.Line) event.Sale {
	if len(lines) == 0 {
		lines = []event.Line{{ReservationID: 1, ScheduleID: 1, Seat: 1, Price: 100}, {ReservationID: 2, ScheduleID: 1, Seat: 2, Price: 200}}
	}
	s := event.Sale{SagaID: sagaID, UserID: "mina", Token: "mina", ConcertID: 1, Lines: lines}
	for _, l := range lines {
		s.Amount += l.Price
	}
	return s
}
