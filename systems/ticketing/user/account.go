package user

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/seosa-dev/saga/systems/session"
)

// MaxDisplayName bounds a display name in characters.
const MaxDisplayName = 40

// UserManager is the rules about users, their balances and what they are told, over a database
// transaction of the caller's; the name is the write-up's. It opens no transaction, sends no message and
// knows no saga. If it refuses, the error is a [*participant.Refusal] with one of the codes of this
// package, and what it has changed until then must be rolled back. The zero value is ready, and safe for
// concurrent use with transactions of their own.
type UserManager struct {
	// Now tells the time. Default: time.Now.
	Now func() time.Time
}

// Account is what is kept of a user.
type Account struct {
	Name         string // 1 to 40 visible ASCII characters, see [session.Nameable]
	DisplayName  string // 1 to MaxDisplayName characters
	PasswordHash string // see [HashPassword]
	Created      time.Time
}

// Register makes a user with a balance of nothing and returns the account. An empty display name is the
// name; Created is now, whatever it was. It refuses with [Invalid] and [NameTaken].
func (m UserManager) Register(ctx context.Context, tx *sql.Tx, a Account) (Account, error) {
	if a.DisplayName = strings.TrimSpace(a.DisplayName); a.DisplayName == "" {
		a.DisplayName = a.Name
	}
	a.Created = m.now()
	switch {
	case !session.Nameable(a.Name):
		return Account{}, refuse(Invalid, "A user's name has 1 to %d visible ASCII characters; choose another.", session.MaxUser)
	case !displayable(a.DisplayName):
		return Account{}, refuse(Invalid, "A display name has 1 to %d printable characters; choose another.", MaxDisplayName)
	}
	if _, err := iterationsOf(a.PasswordHash); err != nil {
		return Account{}, err
	}
	return a, insertAccount(ctx, tx, a)
}

// Account returns a user's account, with what it takes to authenticate ([Account.Knows]). It refuses
// with [UnknownUser].
func (m UserManager) Account(ctx context.Context, q Querier, name string) (Account, error) {
	return readAccount(ctx, q, name)
}

// now is the time as it is stored.
func (m UserManager) now() time.Time {
	now := time.Now
	if m.Now != nil {
		now = m.Now
	}
	return now().UTC().Truncate(time.Millisecond)
}

func displayable(name string) bool {
	return utf8.ValidString(name) && utf8.RuneCountInString(name) <= MaxDisplayName &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}
