package orchestrator

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

const (
	maxReservations = 10
	maxKey          = 200
)

var (
	// ErrInvalid is matched by the error about a request that can never be accepted as it is.
	ErrInvalid = errors.New("orchestrator: invalid")
	// ErrKeyReused is matched by the error about an idempotency key that was used for another request.
	ErrKeyReused = errors.New("orchestrator: the idempotency key was used for another request")
	// ErrNotFound is matched by the error about a saga that does not exist, or is somebody else's.
	ErrNotFound = errors.New("orchestrator: there is no such saga")
)

// SagaID is the id of the saga that a buyer starts under an idempotency key: always the same.
func SagaID(user, key string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", len(user), user, key))
	return "s-" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// StartSaga starts the payment of reservations, or finds the saga that the same call has started before. It
// returns once the saga is durable; what becomes of it, [PaymentSagaOrchestrator.Saga] says.
//
// concertID is the concert that the token is for, 0 if it is for all; a repeat may leave it out, because what
// the first call said counts.
//
// The error matches [ErrInvalid], or [ErrKeyReused]. After any other error it is not known whether the
// saga was started, and the same call again is all there is to do.
func (o *PaymentSagaOrchestrator) StartSaga(ctx context.Context, user, token, key string, concertID int64, reservationIDs []int64) (id string, err error) {
	ids, err := checked(key, reservationIDs)
	if err != nil {
		return "", err
	}
	id = SagaID(user, key)
	if concertID, err = o.concertOf(ctx, id, concertID); err != nil {
		return "", fmt.Errorf("orchestrator: start %s: %w", id, err)
	}
	err = o.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := noteSaga(ctx, tx, id, user, o.now()); err != nil {
			return err
		}
		_, err := o.plan.Start(ctx, sqlite.Bind(tx), id, Purchase{UserID: user, Token: token, ConcertID: concertID, ReservationIDs: ids})
		return err
	})
	switch {
	case errors.Is(err, saga.ErrConflict):
		return "", fmt.Errorf("%w: %q", ErrKeyReused, key)
	case err != nil:
		return "", fmt.Errorf("orchestrator: start %s: %w", id, err)
	}
	o.engine.Wake()
	return id, nil
}

// concertOf is the concert that the token of a saga is for: as it was when the saga began, or otherwise.
func (o *PaymentSagaOrchestrator) concertOf(ctx context.Context, id string, otherwise int64) (int64, error) {
	in, err := o.engine.Get(ctx, id)
	if errors.Is(err, saga.ErrNotFound) {
		return otherwise, nil
	}
	if err != nil {
		return 0, err
	}
	var p Purchase
	if err := json.Unmarshal(in.State, &p); err != nil {
		return 0, fmt.Errorf("the state cannot be read: %w", err)
	}
	return p.ConcertID, nil
}

// checked returns the reservations in order.
func checked(key string, given []int64) ([]int64, error) {
	ids := slices.Clone(given)
	slices.Sort(ids)
	switch {
	case key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, fmt.Errorf("%w: the idempotency key must be 1 to %d visible ASCII characters", ErrInvalid, maxKey)
	case len(ids) == 0 || len(ids) > maxReservations:
		return nil, fmt.Errorf("%w: %d reservations; pay for 1 to %d at a time", ErrInvalid, len(ids), maxReservations)
	case len(slices.Compact(slices.Clone(ids))) != len(ids):
		return nil, fmt.Errorf("%w: a reservation is named twice", ErrInvalid)
	case ids[0] < 1:
		return nil, fmt.Errorf("%w: %d is no reservation's id", ErrInvalid, ids[0])
	}
	return ids, nil
}
