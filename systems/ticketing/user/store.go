package user

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Querier is what reads need: a transaction, or a pool of reading connections.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func insertAccount(ctx context.Context, tx *sql.Tx, a Account) error {
	result, err := tx.ExecContext(ctx, `insert into users (name, display_name, password, created_at) values (?, ?, ?, ?) on conflict do nothing`,
		a.Name, a.DisplayName, a.PasswordHash, a.Created.UnixMilli())
	if err != nil {
		return fmt.Errorf("user: insert user %s: %w", a.Name, err)
	}
	if n, err := result.RowsAffected(); err != nil {
		return fmt.Errorf("user: insert user %s: %w", a.Name, err)
	} else if n == 0 {
		return refuse(NameTaken, "Somebody has registered as %s; choose another name, or sign on with POST /session.", a.Name)
	}
	if _, err := tx.ExecContext(ctx, `insert into balance (user, amount) values (?, 0)`, a.Name); err != nil {
		return fmt.Errorf("user: insert the balance of %s: %w", a.Name, err)
	}
	return nil
}

func readAccount(ctx context.Context, q Querier, name string) (Account, error) {
	a, created := Account{Name: name}, int64(0)
	err := q.QueryRowContext(ctx, `select display_name, password, created_at from users where name = ?`, name).
		Scan(&a.DisplayName, &a.PasswordHash, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, unknown(name)
	}
	if err != nil {
		return Account{}, fmt.Errorf("user: read user %s: %w", name, err)
	}
	a.Created = time.UnixMilli(created).UTC()
	return a, nil
}

func readBalance(ctx context.Context, q Querier, user string) (amount int64, err error) {
	err = q.QueryRowContext(ctx, `select amount from balance where user = ?`, user).Scan(&amount)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, unknown(user)
	}
	if err != nil {
		return 0, fmt.Errorf("user: read the balance of %s: %w", user, err)
	}
	return amount, nil
}

// move changes a balance and writes the entry of that, and returns it with its id and the balance. The
// condition is the last guard of "never below zero".
func move(ctx context.Context, tx *sql.Tx, user, key string, e Entry) (Entry, error) {
	change := e.Amount
	if e.Kind == Debit {
		change = -e.Amount
	}
	err := tx.QueryRowContext(ctx, `update balance set amount = amount + ?1 where user = ?2 and amount + ?1 >= 0 returning amount`,
		change, user).Scan(&e.Balance)
	if err != nil {
		return Entry{}, fmt.Errorf("user: change the balance of %s by %d won: %w", user, change, err)
	}
	err = tx.QueryRowContext(ctx, `
		insert into balance_ledger (user, kind, amount, balance, key, at) values (?, ?, ?, ?, ?, ?) returning id`,
		user, e.Kind, e.Amount, e.Balance, key, e.At.UnixMilli()).Scan(&e.ID)
	if err != nil {
		return Entry{}, fmt.Errorf("user: write the entry of %s under %s: %w", e.Kind, key, err)
	}
	e.PaymentID = paymentOf(e.Kind, key)
	return e, nil
}

// readEntry looks up an entry by what is unique of it.
func readEntry(ctx context.Context, q Querier, kind Kind, key string) (user string, e Entry, found bool, err error) {
	e, at := Entry{Kind: kind, PaymentID: paymentOf(kind, key)}, int64(0)
	err = q.QueryRowContext(ctx, `select id, user, amount, balance, at from balance_ledger where key = ? and kind = ?`, key, kind).
		Scan(&e.ID, &user, &e.Amount, &e.Balance, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return "", Entry{}, false, nil
	}
	if err != nil {
		return "", Entry{}, false, fmt.Errorf("user: read the entry of %s under %s: %w", kind, key, err)
	}
	e.At = time.UnixMilli(at).UTC()
	return user, e, true, nil
}

// paymentOf is the payment that an entry's key names; "" if it names a charge.
func paymentOf(kind Kind, key string) string {
	if kind == Charge {
		return ""
	}
	return key
}

func insertNotification(ctx context.Context, tx *sql.Tx, user string, n Notification) error {
	_, err := tx.ExecContext(ctx, `
		insert into notification (user, saga_id, kind, code, amount, at) values (?, ?, ?, ?, ?, ?) on conflict do nothing`,
		user, n.SagaID, n.Kind, n.Code, n.Amount, n.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("user: write the notification of %s: %w", n.SagaID, err)
	}
	return nil
}
