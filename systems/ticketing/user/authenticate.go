package user

import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/participant"
)

// register hashes the password before it opens a transaction, because that takes long.
func (s *UserService) register(ctx context.Context, name, displayName, password string) (a Account, err error) {
	hash, err := HashPassword(password, s.iterations)
	if err != nil {
		return Account{}, err
	}
	err = s.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		a, err = s.manager.Register(ctx, tx, Account{Name: name, DisplayName: displayName, PasswordHash: hash})
		return err
	})
	return a, err
}

// knows reports whether the password is the user's. A name that nobody has takes as long as a wrong
// password.
func (s *UserService) knows(ctx context.Context, name, password string) bool {
	account, err := s.manager.Account(ctx, s.db.Read, name)
	if _, refused := errors.AsType[*participant.Refusal](err); err != nil && !refused {
		s.logger.ErrorContext(ctx, "a user cannot be read, so nobody is signed on", "service", "user", "error", err)
		return false
	}
	if err != nil {
		account = s.nobody
	}
	return account.Knows(password) && err == nil
}

// Buyer is whose session a request carries: what [access.Guard.User] of all services is. The error is a problem for the caller.
func (s *UserService) Buyer(r *http.Request) (string, error) {
	name, err := s.sessions.User(r)
	if err != nil {
		return "", s.sessions.Problem(err)
	}
	return name, nil
}
