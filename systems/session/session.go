package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

const (
	// MaxUser bounds a user's name in bytes.
	MaxUser = 40
	// MinKey is the least length of a key in bytes.
	MinKey = 32

	defaultName     = "shop"
	defaultLifetime = 24 * time.Hour
)

var (
	// ErrNone marks a request without a session: nobody has signed on.
	ErrNone = errors.New("session: nobody has signed on")
	// ErrInvalid marks a session that is forged, expired or malformed, and a name that no user can
	// have.
	ErrInvalid = errors.New("session: not valid")
)

// Config tells [New] how sessions are made.
type Config struct {
	// Key signs the sessions, at least MinKey bytes. Required; see [LoadKey].
	Key []byte
	// Accounts reports whether the password is the user's. It may be called from several
	// goroutines at once. Default: nobody can sign on.
	Accounts func(ctx context.Context, user, password string) bool
	// Lifetime is how long a session lasts, in whole seconds. Default: 24 hours.
	Lifetime time.Duration
	// Name is the system that the sessions are of: lower-case letters and digits. The cookie is
	// named Name_session, and the types of problems begin with urn:problem-type:Name:. It is signed
	// too, so that systems with the same key do not take each other's sessions. Default: "shop".
	Name string
	// Insecure lets the cookie travel over plain http. Only for services on a loopback address.
	Insecure bool
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
}

// Sessions makes sessions and knows whose they are. Create it with [New]. It is safe for concurrent
// use.
type Sessions struct{ config Config }

// New returns sessions under a key. It refuses a key that is too short, a lifetime below one second
// and an odd name.
func New(config Config) (*Sessions, error) {
	if len(config.Key) < MinKey {
		return nil, fmt.Errorf("session: the key has %d bytes; give at least %d random ones, LoadKey makes them", len(config.Key), MinKey)
	}
	config.Key = append([]byte(nil), config.Key...)
	config.Lifetime = cmp.Or(config.Lifetime, defaultLifetime)
	if config.Lifetime < time.Second {
		return nil, fmt.Errorf("session: the lifetime is %v; give at least one second", config.Lifetime)
	}
	config.Name = cmp.Or(config.Name, defaultName)
	if strings.ContainsFunc(config.Name, odd) {
		return nil, fmt.Errorf("session: the name is %q; give at least one lower-case letter or digit, and nothing else", config.Name)
	}
	if config.Accounts == nil {
		config.Accounts = func(context.Context, string, string) bool { return false }
	}
	config.Logger = cmp.Or(config.Logger, slog.Default())
	return &Sessions{config}, nil
}

// Cookie is the name of the sessions' cookie, which every service that knows them asks for.
func (s *Sessions) Cookie() string { return s.config.Name + "_session" }

// SignOn gives the caller a session of a user. It must come before the answer's status. The error
// matches [ErrInvalid] if the name is not 1 to MaxUser visible ASCII characters; then there is no
// session.
func (s *Sessions) SignOn(w http.ResponseWriter, user string) error {
	if !Nameable(user) {
		return fmt.Errorf("%w: a user's name has 1 to %d visible ASCII characters", ErrInvalid, MaxUser)
	}
	ends := time.Now().Add(s.config.Lifetime)
	http.SetCookie(w, s.cookie(s.seal(user, ends.Unix()), int(s.config.Lifetime/time.Second)))
	return nil
}

// SignOff makes the caller forget the session. It must come before the answer's status.
func (s *Sessions) SignOff(w http.ResponseWriter) { http.SetCookie(w, s.cookie("", -1)) }

// User returns who asks. The error matches [ErrNone] if the request has no session, and
// [ErrInvalid] if what it has is none of ours or has ended.
func (s *Sessions) User(r *http.Request) (string, error) {
	cookies := r.CookiesNamed(s.Cookie())
	switch len(cookies) {
	case 0:
		return "", ErrNone
	case 1:
		return s.open(cookies[0].Value, time.Now())
	}
	return "", fmt.Errorf("%w: there are %d cookies", ErrInvalid, len(cookies)) // one of them was planted
}

func (s *Sessions) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.Cookie(), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: !s.config.Insecure,
	}
}

func odd(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }

// Nameable reports whether a user can have this name: 1 to MaxUser visible ASCII characters.
func Nameable(user string) bool {
	for i := range len(user) {
		if user[i] <= ' ' || user[i] > '~' {
			return false
		}
	}
	return user != "" && len(user) <= MaxUser
}
