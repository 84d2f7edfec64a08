package queue

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// The codes with which the step QUEUE is refused.
const (
	UnknownToken = "unknown-token"
	ForeignToken = "foreign-token"
	TakenAway    = "taken-away"
)

// complete is the step in the ledger's transaction. The line has done the same before (see step); here the
// book is asked once more, together with what is recorded.
func (s *QueueService) complete(ctx context.Context, tx *sql.Tx, key string, c event.ReservationsCompleted) (event.QueueCompleted, error) {
	_, err := s.manager.Complete(ctx, tx, c.Sale.Token, c.Sale.UserID, c.Sale.ConcertID, key, s.config.Now())
	switch {
	case errors.Is(err, line.ErrUnknown):
		err = &participant.Refusal{Code: UnknownToken, Detail: "There is no such token. Enter the line of the concert and pay with the token that it gives."}
	case errors.Is(err, line.ErrForeign):
		err = &participant.Refusal{Code: ForeignToken, Detail: "The token belongs to another buyer or another concert. Pay with the buyer's own token for this concert."}
	case errors.Is(err, line.ErrTakenAway):
		err = &participant.Refusal{Code: TakenAway, Detail: "The token was taken away by an administrator. Enter the line again."}
	}
	return event.QueueCompleted(c), err
}

// restore is the undo in the ledger's transaction.
func (s *QueueService) restore(ctx context.Context, tx *sql.Tx, key string, c event.ReservationsCompleted, _ event.QueueCompleted) error {
	_, err := s.manager.Restore(ctx, tx, c.Sale.Token, key, s.config.Now())
	return err
}

// step is the operation over ledger and line. No transaction spans a call of the line, so the line comes
// first; a do that finds its key forbidden afterwards gives back what it used up. Wherever a crash comes in
// between, whoever asks about the key next does the same.
func (s *QueueService) step(ledger participant.Operation) participant.Operation {
	settled := func(call func(ctx context.Context, key string) (participant.Entry, error)) func(context.Context, string) (participant.Entry, error) {
		return func(ctx context.Context, key string) (participant.Entry, error) {
			e, err := call(ctx, key)
			return s.settle(ctx, key, e, err)
		}
	}
	return participant.Operation{
		Do: func(ctx context.Context, key string, request json.RawMessage) (participant.Entry, error) {
			e, err := s.ledger.Probe(ctx, key)
			if err == nil && e.State == participant.None {
				err = s.useUp(ctx, key, request)
			}
			if err != nil {
				return participant.Entry{}, err
			}
			e, err = ledger.Do(ctx, key, request)
			return s.settle(ctx, key, e, err)
		},
		// Undo answers that the token is active again, so it is by then.
		Undo: settled(func(ctx context.Context, key string) (participant.Entry, error) {
			if err := s.giveBack(ctx, key); err != nil {
				return participant.Entry{}, err
			}
			return ledger.Undo(ctx, key)
		}),
		Probe:   settled(ledger.Probe),
		Fence:   settled(ledger.Fence),
		Telling: func(tell participant.Tell) participant.Operation { return s.step(ledger.Telling(tell)) },
	}
}

// useUp completes the token in the line. What is to be refused is left to the ledger.
func (s *QueueService) useUp(ctx context.Context, key string, request json.RawMessage) error {
	var c event.ReservationsCompleted
	if json.Unmarshal(request, &c) != nil {
		return nil
	}
	p, err := s.manager.Book.Find(ctx, s.db.Read, c.Sale.Token, s.config.Now())
	if err == nil && !s.manager.foreign(p, c.Sale.UserID, c.Sale.ConcertID) {
		_, err = s.line.Complete(ctx, c.Sale.Token, key, s.config.Now())
	}
	if errors.Is(err, line.ErrUnknown) || errors.Is(err, line.ErrTakenAway) {
		return nil
	}
	return err
}

// settle brings the line to what stands in the ledger.
func (s *QueueService) settle(ctx context.Context, key string, e participant.Entry, err error) (participant.Entry, error) {
	if err != nil {
		return e, err
	}
	switch e.State {
	case participant.Applied:
		s.admitSoon()
	case participant.Refused, participant.Cancelled, participant.Reverted:
		err = s.giveBack(ctx, key)
	}
	return e, err
}

// giveBack restores what was used up under a key, if anything was.
func (s *QueueService) giveBack(ctx context.Context, key string) error {
	tokens, err := s.manager.Book.UsedUpBy(ctx, s.db.Read, key)
	for _, token := range tokens {
		if _, bad := s.line.Restore(ctx, token, key, s.config.Now()); bad != nil {
			err = errors.Join(err, bad)
		}
	}
	return err
}
