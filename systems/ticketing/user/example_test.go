package user_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// The rules of money in a transaction of the caller's, as the monolith uses them.
func ExampleUserManager() {
	dir, err := os.MkdirTemp("", "user")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	db, err := sqlite.OpenDatabase(ctx, filepath.Join(dir, "user.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if err := user.Migrate(ctx, db); err != nil {
		fmt.Println(err)
		return
	}
	hash, err := user.HashPassword("correct horse", 1) // a service takes many iterations
	if err != nil {
		fmt.Println(err)
		return
	}

	var manager user.UserManager
	err = db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := manager.Register(ctx, tx, user.Account{Name: "mina", PasswordHash: hash}); err != nil {
			return err
		}
		if _, err := manager.Charge(ctx, tx, "mina", 50_000, "click-1"); err != nil {
			return err
		}
		paid, err := manager.Debit(ctx, tx, "mina", 30_000, "payment-1")
		fmt.Println("left:", paid.Balance)
		return err
	})
	fmt.Println(err)
	err = db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := manager.Debit(ctx, tx, "mina", 30_000, "payment-2")
		return err
	})
	if no, refused := errors.AsType[*participant.Refusal](err); refused {
		fmt.Println(no.Code)
		fmt.Println(no.Detail)
	}
	// Output:
	// left: 20000
	// <nil>
	// insufficient-balance
	// The balance is 20000 won and 30000 are to be paid; charge 10000 won, and pay again with a new Idempotency-Key.
}
