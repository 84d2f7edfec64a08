package user

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

//go:embed migrations/*.sql
var migrations embed.FS

// system names the sessions: their cookie is ticketing_session.
const system = "ticketing"

// Config tells [New] where things are. Fields without a default are required.
type Config struct {
	// Admin is an account that New makes if there is none of its name; it leaves one that exists as it
	// is. It administers if Guard.Admins has its name too. Default: none.
	Admin Admin
	// Guard says who may do what. Default: &access.Guard{}. If it has no User, buyers are whoever has a
	// session of this service. Names in its Admins cannot be registered over HTTP.
	Guard *access.Guard
	// Insecure lets the session's cookie travel over plain http. Only for a loopback address.
	Insecure bool
	// Iterations is how often a new password's hash is iterated. Default: 210,000; tests take fewer.
	Iterations int
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Now tells the time. Default: time.Now.
	Now func() time.Time
	// Path is the SQLite file; it is created if it does not exist, its folder is not.
	Path string
	// Publisher takes what the service tells the others.
	Publisher message.Publisher
	// Relay tunes the sending of messages. Default: the relay's defaults.
	Relay *message.RelayConfig
	// SessionKey signs sessions, at least 32 bytes; see [session.LoadKey].
	SessionKey []byte
}

// Admin is an account that is there from the beginning. The zero value is none.
type Admin struct{ Name, Password string }

// UserService keeps users and their money. Create it with [New]; its methods may be called from several
// goroutines at once.
type UserService struct {
	db         *sqlite.DB
	manager    UserManager
	guard      *access.Guard
	sessions   *session.Sessions
	outbox     *sqlite.Queue
	relay      *message.Relay
	nobody     Account // whom an unknown name is compared with, so that it takes as long
	iterations int
	logger     *slog.Logger
}

// New opens the service's database, brings its schema up to date and makes the admin's account. Call Run
// to send messages, and Close when Run has returned.
func New(ctx context.Context, config Config) (*UserService, error) {
	switch {
	case config.Path == "":
		return nil, errors.New("user: Config.Path is empty; name the database file")
	case config.Publisher == nil:
		return nil, errors.New("user: Config.Publisher is nil; say where messages go, for example to a message.Bus")
	}
	s := &UserService{
		manager: UserManager{Now: config.Now}, iterations: cmp.Or(config.Iterations, defaultIterations),
		logger: cmp.Or(config.Logger, slog.Default()),
	}
	if err := s.admit(config); err != nil {
		return nil, err
	}
	if err := s.open(ctx, config); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// admit makes sessions and the guard.
func (s *UserService) admit(config Config) (err error) {
	s.sessions, err = session.New(session.Config{
		Key: config.SessionKey, Accounts: s.knows, Insecure: config.Insecure, Logger: s.logger, Name: system,
	})
	if err != nil {
		return fmt.Errorf("user: Config.SessionKey: %w", err)
	}
	s.guard = &access.Guard{}
	if config.Guard != nil {
		*s.guard = *config.Guard
	}
	if s.guard.User == nil {
		s.guard.User = s.Buyer
	}
	s.nobody.PasswordHash, err = HashPassword("nobody's password", s.iterations)
	return err
}

func (s *UserService) open(ctx context.Context, config Config) (err error) {
	if s.db, err = sqlite.OpenDatabase(ctx, config.Path); err != nil {
		return fmt.Errorf("user: %w", err)
	}
	if err := Migrate(ctx, s.db); err != nil {
		return err
	}
	var relay message.RelayConfig
	if config.Relay != nil {
		relay = *config.Relay
	}
	relay.Logger = cmp.Or(relay.Logger, s.logger)
	s.outbox = sqlite.NewQueue(s.db, s.db.Read)
	s.relay = message.NewRelay(s.outbox, config.Publisher, &relay)
	if config.Admin == (Admin{}) {
		return nil
	}
	_, err = s.register(ctx, config.Admin.Name, "", config.Admin.Password)
	if r, refused := errors.AsType[*participant.Refusal](err); refused && r.Code == NameTaken {
		return nil
	}
	return err
}

// Migrate makes the service's tables in a database, or brings them up to date.
func Migrate(ctx context.Context, db *sqlite.DB) error {
	if err := db.Migrate(ctx, migrations, "user_migrations"); err != nil {
		return fmt.Errorf("user: %w", err)
	}
	return nil
}

// Run sends messages until ctx ends, and then returns nil.
func (s *UserService) Run(ctx context.Context) error { return s.relay.Run(ctx) }

// Sessions are those that users of this service have, for the guards of the other services.
func (s *UserService) Sessions() *session.Sessions { return s.sessions }

// Outbox holds the messages that are not delivered yet, for those who watch them.
func (s *UserService) Outbox() *sqlite.Queue { return s.outbox }

// Ping reports whether the database answers.
func (s *UserService) Ping(ctx context.Context) error { return s.db.Read.PingContext(ctx) }

// Close releases the database. Call it when Run has returned, or was never called. It may be called twice.
func (s *UserService) Close() error {
	if s.db == nil {
		return nil
	}
	return s.db.Close()
}
