package user_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

func exec(statement string) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement)
		return err
	}
}

func TestAPasswordIsKnownAndNotKept(t *testing.T) {
	t.Parallel()
	hash, err := user.HashPassword(password, 3)
	must(t, err)
	again, err := user.HashPassword(password, 3)
	must(t, err)
	if hash == again || strings.Contains(hash, password) || !strings.HasPrefix(hash, "pbkdf2-sha256$3$") {
		t.Errorf("got %s and %s", hash, again)
	}
	a := user.Account{Name: "mina", PasswordHash: hash}
	for word, want := range map[string]bool{
		password: true, "": false, "Correct horse": false, password + " ": false, hash: false, strings.Repeat("x", 10_000): false,
	} {
		if a.Knows(word) != want {
			t.Errorf("%.40q is taken: %v", word, !want)
		}
	}
}

// What stands in the place of a hash is nobody's password.
func TestADamagedHashLetsNobodyIn(t *testing.T) {
	t.Parallel()
	hash, err := user.HashPassword(password, 1)
	must(t, err)
	parts := strings.Split(hash, "$")
	for _, bad := range []string{
		"", password, "$$$", "pbkdf2-sha256$1$$", "pbkdf2-sha256$0$" + parts[2] + "$" + parts[3], "pbkdf2-sha256$-1$" + parts[2] + "$" + parts[3],
		"pbkdf2-sha256$x$" + parts[2] + "$" + parts[3], "md5$1$" + parts[2] + "$" + parts[3], "pbkdf2-sha256$1$!$" + parts[3],
		"pbkdf2-sha256$2$" + parts[2] + "$" + parts[3], hash + "$", hash[:len(hash)-1],
	} {
		if (user.Account{Name: "mina", PasswordHash: bad}).Knows(password) {
			t.Errorf("%q lets in", bad)
		}
	}
}

func TestPasswordsHaveALeastAndAGreatestLength(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"", "seven77", strings.Repeat("x", user.MaxPassword+1)} {
		_, err := user.HashPassword(word, 1)
		wantRefusal(t, err, user.Invalid)
	}
	if _, err := user.HashPassword(password, 0); err == nil {
		t.Error("hashed without an iteration")
	}
}

func TestAnAccountIsKeptAsItWasMade(t *testing.T) {
	t.Parallel()
	l := newTill(t, "mina")
	a, err := l.Account(t.Context(), l.db.Read, "mina")
	if err != nil || a.Name != "mina" || a.DisplayName != "mina" || !a.Created.Equal(at) || !a.Knows(password) {
		t.Errorf("got %+v %v", a, err)
	}
	_, err = l.Account(t.Context(), l.db.Read, "jun")
	wantRefusal(t, err, user.UnknownUser)
	for _, c := range []struct {
		account user.Account
		code    string
	}{
		{user.Account{Name: "mina", PasswordHash: a.PasswordHash}, user.NameTaken},
		{user.Account{Name: "two words", PasswordHash: a.PasswordHash}, user.Invalid},
		{user.Account{Name: "", PasswordHash: a.PasswordHash}, user.Invalid},
		{user.Account{Name: "jun", DisplayName: strings.Repeat("준", 41), PasswordHash: a.PasswordHash}, user.Invalid},
		{user.Account{Name: "jun", DisplayName: "a\nb", PasswordHash: a.PasswordHash}, user.Invalid},
	} {
		wantRefusal(t, l.in(func(ctx context.Context, tx *sql.Tx) error {
			_, err := l.Register(ctx, tx, c.account)
			return err
		}), c.code)
	}
	if err := l.in(func(ctx context.Context, tx *sql.Tx) error {
		_, err := l.Register(ctx, tx, user.Account{Name: "jun", PasswordHash: "plain text"})
		return err
	}); err == nil {
		t.Error("a plain password was stored")
	}
}

func TestTheAdminIsThereFromTheBeginning(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *user.Config) {
		c.Admin = user.Admin{Name: "admin", Password: password}
		c.Guard = &access.Guard{Admins: []string{"admin", "second"}}
	})
	if d.signOn("admin", password) == nil {
		t.Error("no session")
	}
	d.config.Admin.Password = "another password" // an account that is there is left alone
	d.restart()
	d.signOn("admin", password)
	d.send(nil, "POST", "/users", `{"name":"second","password":"`+password+`"}`).refuses(t, 409, user.NameTaken)
}

func TestABadConfigIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*user.Config){
		"no file":              func(c *user.Config) { c.Path = "" },
		"no folder":            func(c *user.Config) { c.Path += "/none/user.db" },
		"no publisher":         func(c *user.Config) { c.Publisher = nil },
		"a short key":          func(c *user.Config) { c.SessionKey = make([]byte, session.MinKey-1) },
		"iterations":           func(c *user.Config) { c.Iterations = -1 },
		"an admin without key": func(c *user.Config) { c.Admin.Name = "admin" },
	} {
		config := user.Config{
			Path: t.TempDir() + "/user.db", Publisher: nowhere{}, SessionKey: make([]byte, session.MinKey), Iterations: 1, Logger: silent(),
		}
		change(&config)
		if s, err := user.New(t.Context(), config); err == nil || s != nil {
			t.Errorf("%s: got %v %v", name, s, err)
		}
	}
}
