package monolith

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// maxKey bounds an idempotency key in bytes.
const maxKey = 200

// PaymentService is the write-up's, before the split: it has the managers of all parts, and calls them in one
// transaction. It belongs to a [Monolith]; its methods may be called from several goroutines at once.
type PaymentService struct {
	users        user.UserManager
	reservations reservation.ReservationManager
	payments     payment.PaymentManager
	concerts     concert.ConcertManager
	tokens       tokens
	cache        *concert.ConcertCacheManager

	db     *sqlite.DB
	before func(ctx context.Context, part string) error
	now    func() time.Time
}

// order is one call of executePayment.
type order struct {
	sale, token, user string
	concert           int64 // that the token is for
	reservations      []int64
}

// ExecutePayment pays for a buyer's reservations in one transaction: everything or nothing. The key makes a
// repeat known; an empty one makes each call a sale of its own. The error is a [*participant.Refusal] with
// the codes of the managers or one of not-admitted, foreign-token, taken-away, key-reused and concert-closed;
// it matches [line.ErrUnknown] or [line.ErrUnavailable] if the queue does not know the token or does not
// answer; or it is the database's. Unless it matches [sqlite.ErrCommit], nothing was paid.
func (s *PaymentService) ExecutePayment(ctx context.Context, token, userID string, reservationIDs []int64, key string) ([]payment.Result, error) {
	o := order{sale: SaleID(userID, key), token: token, user: userID, reservations: slices.Sorted(slices.Values(reservationIDs))}
	if len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, refuse("invalid-request", "An Idempotency-Key has 1 to %d visible ASCII characters.", maxKey)
	}
	if done, err := s.repeated(ctx, s.db.Read, o); err != nil || done != nil {
		return done, err
	}
	var err error
	if o.concert, err = s.admitted(ctx, o.token, o.user); err != nil {
		return nil, err
	}
	var results []payment.Result
	var change concert.Change
	err = s.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if results, err = s.repeated(ctx, tx, o); err != nil || results != nil {
			return err
		}
		results, change, err = s.execute(ctx, tx, o)
		return err
	})
	if change.Changed() && (err == nil || errors.Is(err, sqlite.ErrCommit)) {
		s.cache.Evict(change.ConcertID)
	}
	if err != nil {
		return nil, fmt.Errorf("monolith: pay: %w", err)
	}
	return results, nil
}

// execute is the five steps. The caller rolls back after an error.
func (s *PaymentService) execute(ctx context.Context, tx *sql.Tx, o order) ([]payment.Result, concert.Change, error) {
	sale, err := s.claim(ctx, tx, o)
	if err != nil {
		return nil, concert.Change{}, err
	}
	paid, err := s.pay(ctx, tx, sale)
	if err != nil {
		return nil, concert.Change{}, err
	}
	if err := s.before(ctx, "reservation"); err != nil {
		return nil, concert.Change{}, err
	}
	if sale, err = s.reservations.Complete(ctx, tx, sale, s.now()); err != nil {
		return nil, concert.Change{}, err
	}
	if err := s.useUp(ctx, tx, sale); err != nil {
		return nil, concert.Change{}, err
	}
	if err := s.before(ctx, "concert"); err != nil {
		return nil, concert.Change{}, err
	}
	change, err := s.concerts.Sell(ctx, tx, sale.ConcertID, sale.Lines)
	if errors.Is(err, concert.ErrClosed) {
		err = refuse("concert-closed", "The concert was closed by an administrator. Choose another one; nothing was paid.")
	}
	return paid.Results(), change, err
}

// claim is step 1: who pays, and for what.
func (s *PaymentService) claim(ctx context.Context, tx *sql.Tx, o order) (event.Sale, error) {
	if err := s.before(ctx, "user"); err != nil {
		return event.Sale{}, err
	}
	if _, err := s.users.Account(ctx, tx, o.user); err != nil {
		return event.Sale{}, err
	}
	if err := s.before(ctx, "reservation"); err != nil {
		return event.Sale{}, err
	}
	return s.reservations.Claim(ctx, tx, event.ClaimReservations{
		SagaID: o.sale, UserID: o.user, Token: o.token, ConcertID: o.concert, ReservationIDs: o.reservations,
	}, s.now())
}

// pay is step 2. The payment goes from PENDING to COMPLETED, and nobody ever sees it PENDING.
func (s *PaymentService) pay(ctx context.Context, tx *sql.Tx, sale event.Sale) (payment.Payment, error) {
	if err := s.before(ctx, "payment"); err != nil {
		return payment.Payment{}, err
	}
	p, err := s.payments.Initiate(ctx, tx, sale, s.now())
	if err != nil {
		return payment.Payment{}, err
	}
	if err := s.before(ctx, "user"); err != nil {
		return payment.Payment{}, err
	}
	if _, err := s.users.Debit(ctx, tx, sale.UserID, sale.Amount, p.ID); err != nil {
		return payment.Payment{}, err
	}
	if err := s.payments.Complete(ctx, tx, p.ID, s.now()); err != nil {
		return payment.Payment{}, err
	}
	return s.payments.Find(ctx, tx, p.ID)
}

// useUp is step 4. With the line in Redis this is a call to another server, made while the transaction
// holds the database's one write lock, and no rollback takes it back.
func (s *PaymentService) useUp(ctx context.Context, tx *sql.Tx, sale event.Sale) (err error) {
	if err := s.before(ctx, "queue"); err != nil {
		return err
	}
	if s.tokens.outside == nil {
		_, err = s.tokens.manager.Complete(ctx, tx, sale.Token, sale.UserID, sale.ConcertID, sale.SagaID, s.now())
	} else {
		err = s.useUpOutside(ctx, sale)
	}
	switch {
	case errors.Is(err, line.ErrForeign):
		return refuse(queue.ForeignToken, "The token belongs to another buyer or another concert. Pay with your own token for this concert; nothing was paid.")
	case errors.Is(err, line.ErrTakenAway):
		return refuse(queue.TakenAway, "The token was taken away by an administrator. Enter the line again; nothing was paid.")
	}
	return err
}

func (s *PaymentService) useUpOutside(ctx context.Context, sale event.Sale) error {
	p, err := s.tokens.Look(ctx, sale.Token, s.now())
	if err != nil {
		return err
	}
	if p.User != sale.UserID || p.Concert != sale.ConcertID {
		return line.ErrForeign
	}
	_, err = s.tokens.Complete(ctx, sale.Token, sale.SagaID, s.now())
	return err
}

// admitted lets those through whose turn it is, and returns the concert that the token is for.
func (s *PaymentService) admitted(ctx context.Context, token, userID string) (concertID int64, err error) {
	if err := s.before(ctx, "queue"); err != nil {
		return 0, err
	}
	p, err := s.tokens.Look(ctx, token, s.now())
	if err != nil {
		return 0, fmt.Errorf("monolith: %w", err)
	}
	if p.User != userID || p.Status != line.Active {
		return 0, refuse("not-admitted", "Nothing was done; send the QUEUE-TOKEN of your own whose status is ACTIVE.")
	}
	return p.Concert, nil
}

// repeated is what the sale of the same key has brought before; nil if there was none.
func (s *PaymentService) repeated(ctx context.Context, q concert.Querier, o order) ([]payment.Result, error) {
	p, err := s.payments.Find(ctx, q, payment.ID(o.sale))
	if errors.Is(err, payment.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	same := slices.EqualFunc(p.Lines, o.reservations, func(l payment.Line, id int64) bool { return l.ReservationID == id })
	if !same {
		return nil, refuse("key-reused", "The key belongs to another payment. Send a new one for other reservations.")
	}
	return p.Results(), nil
}

// SaleID is the id of the sale that a buyer makes under an idempotency key: always the same. Without a key it
// is a new one each time.
func SaleID(userID, key string) string {
	if key == "" {
		return "m-" + rand.Text()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", len(userID), userID, key))
	return "m-" + hex.EncodeToString(sum[:16])
}

func refuse(code, format string, args ...any) error {
	return &participant.Refusal{Code: code, Detail: fmt.Sprintf(format, args...)}
}
