package user

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// The limits of money, in won.
const (
	MaxCharge  = 1_000_000   // of one charge
	MaxBalance = 100_000_000 // of what charges may lead to; a refund may exceed it
)

// MaxKey bounds a charge's key and a payment's id in bytes.
const MaxKey = 200

// Kind is what changed a balance.
type Kind string

// The kinds of changes.
const (
	Charge Kind = "CHARGE" // the user has put money in
	Debit  Kind = "DEBIT"  // a payment has taken it
	Refund Kind = "REFUND" // a payment has given it back
)

// Entry is one change of a balance.
type Entry struct {
	ID        int64     `json:"id"` // grows with time
	Kind      Kind      `json:"kind"`
	Amount    int64     `json:"amount"`              // in won, positive; a DEBIT takes it
	Balance   int64     `json:"balance"`             // in won, after the change
	PaymentID string    `json:"paymentId,omitempty"` // of a DEBIT and a REFUND
	At        time.Time `json:"at"`
}

// Balance returns what a user has, in won. It refuses with [UnknownUser].
func (m UserManager) Balance(ctx context.Context, q Querier, user string) (int64, error) {
	return readBalance(ctx, q, user)
}

// Charge puts money in, once per user and key: a repeat returns the first one's entry. It refuses with
// [Invalid], [UnknownUser], [BalanceLimit], and with [KeyReused] if the key stands for another amount.
func (m UserManager) Charge(ctx context.Context, tx *sql.Tx, user string, amount int64, key string) (Entry, error) {
	switch {
	case amount < 1 || amount > MaxCharge:
		return Entry{}, refuse(Invalid, "Charge 1 to %d won at a time.", MaxCharge)
	case !keyable(key):
		return Entry{}, refuse(Invalid, "A charge's key has 1 to %d visible ASCII characters; send one with each charge, and the same with its repeats.", MaxKey)
	}
	key = user + " " + key // neither has a space, so that no two users share one
	_, done, found, err := readEntry(ctx, tx, Charge, key)
	switch {
	case err != nil:
		return Entry{}, err
	case found && done.Amount != amount:
		return Entry{}, refuse(KeyReused, "Under this key %d won were charged; use a new key for another charge.", done.Amount)
	case found:
		return done, nil
	}
	before, err := readBalance(ctx, tx, user)
	if err != nil {
		return Entry{}, err
	}
	if before > MaxBalance-amount {
		return Entry{}, refuse(BalanceLimit, "The balance is %d won and can be at most %d; charge less, or spend some first.", before, MaxBalance)
	}
	return move(ctx, tx, user, key, Entry{Kind: Charge, Amount: amount, At: m.now()})
}

// Debit takes the money of a payment. The balance never falls below zero. It refuses with [Invalid],
// [UnknownUser], [InsufficientBalance], and with [PaymentReused] if the payment has been debited, also if
// that was given back: whoever may repeat itself keeps a record of its own.
func (m UserManager) Debit(ctx context.Context, tx *sql.Tx, user string, amount int64, paymentID string) (Entry, error) {
	if amount < 1 || !keyable(paymentID) {
		return Entry{}, refuse(Invalid, "%d won cannot be debited for payment %.60q; give an amount above 0 and an id.", amount, paymentID)
	}
	before, err := readBalance(ctx, tx, user)
	if err != nil {
		return Entry{}, err
	}
	if _, _, found, err := readEntry(ctx, tx, Debit, paymentID); err != nil {
		return Entry{}, err
	} else if found {
		return Entry{}, refuse(PaymentReused, "Payment %s has been debited; pay again under a new id.", paymentID)
	}
	if before < amount {
		return Entry{}, refuse(InsufficientBalance, "The balance is %d won and %d are to be paid; charge %d won, and pay again with a new Idempotency-Key.",
			before, amount, amount-before)
	}
	return move(ctx, tx, user, paymentID, Entry{Kind: Debit, Amount: amount, At: m.now()})
}

// Refund gives back exactly what a payment's debit took, at most once, and returns how much it gave, in
// won: 0 if nothing was debited, or if it had been given back before.
func (m UserManager) Refund(ctx context.Context, tx *sql.Tx, paymentID string) (int64, error) {
	user, taken, found, err := readEntry(ctx, tx, Debit, paymentID)
	if err != nil || !found {
		return 0, err
	}
	if _, _, given, err := readEntry(ctx, tx, Refund, paymentID); err != nil || given {
		return 0, err
	}
	_, err = move(ctx, tx, user, paymentID, Entry{Kind: Refund, Amount: taken.Amount, At: m.now()})
	return taken.Amount, err
}

// keyable reports whether a text can name a charge or a payment.
func keyable(key string) bool {
	return key != "" && len(key) <= MaxKey && !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
}
