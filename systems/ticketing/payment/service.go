package payment

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate makes the service's tables in a database, which may have others.
func Migrate(ctx context.Context, db *sqlite.DB) error {
	return db.Migrate(ctx, migrations, "payment_migrations")
}

// Config tells [New] where things are. Path and Publisher are required.
type Config struct {
	// Guard says who asks. Default: nobody has a session.
	Guard *access.Guard
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Path is the SQLite file; it is created if it does not exist, its folder is not.
	Path string
	// Publisher takes the service's messages.
	Publisher message.Publisher
	// Relay tunes the sending of messages. Default: the relay's defaults, but without a limit of attempts.
	Relay *message.RelayConfig
}

// PaymentService makes and cancels payments. Its methods may be called from several goroutines at once.
// Get one from [New].
type PaymentService struct {
	PaymentManager
	db     *sqlite.DB
	desk   event.Desk
	guard  *access.Guard
	outbox *sqlite.Queue
	relay  *message.Relay
	now    func() time.Time
	logger *slog.Logger
}

// New opens the service's database and brings its tables up to date. Call Run to send messages, and Close
// when it has returned.
func New(ctx context.Context, config Config) (*PaymentService, error) {
	switch {
	case config.Path == "":
		return nil, errors.New("payment: Config.Path is empty; name the database file")
	case config.Publisher == nil:
		return nil, errors.New("payment: Config.Publisher is nil; say where messages go, for example to a message.Bus")
	}
	db, err := sqlite.OpenDatabase(ctx, config.Path)
	if err != nil {
		return nil, fmt.Errorf("payment: %w", err)
	}
	if err := Migrate(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("payment: %w", err), db.Close())
	}
	s := &PaymentService{
		db: db, guard: cmp.Or(config.Guard, &access.Guard{}), logger: cmp.Or(config.Logger, slog.Default()),
		now: config.Now, outbox: sqlite.NewQueue(db, db.Read),
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.relay = message.NewRelay(s.outbox, config.Publisher, relayConfig(config.Relay))
	s.desk = event.Desk{
		Step: event.StepOf(event.Payment), Committed: s.relay.Wake,
		Operation: sqlite.Operation(db, "payment", s.complete, s.cancel),
	}
	return s, nil
}

func relayConfig(given *message.RelayConfig) *message.RelayConfig {
	var c message.RelayConfig
	if given != nil {
		c = *given
	}
	c.MaxAttempts = cmp.Or(c.MaxAttempts, math.MaxInt)
	return &c
}

// Run sends the service's messages until ctx ends, and then returns nil.
func (s *PaymentService) Run(ctx context.Context) error { return s.relay.Run(ctx) }

// Outbox holds the messages that are not delivered yet, for those who watch them.
func (s *PaymentService) Outbox() *sqlite.Queue { return s.outbox }

// Ping reports whether the database answers.
func (s *PaymentService) Ping(ctx context.Context) error { return s.db.Read.PingContext(ctx) }

// Close releases the database. Call it when Run has returned. It may be called twice.
func (s *PaymentService) Close() error { return s.db.Close() }

// Payment returns a payment of a user. The error matches [ErrNotFound] if it is somebody else's.
func (s *PaymentService) Payment(ctx context.Context, user, id string) (Payment, []Change, error) {
	p, err := read(ctx, s.db.Read, id)
	if err == nil && p.UserID != user {
		err = fmt.Errorf("%w: %.100s", ErrNotFound, id)
	}
	if err != nil {
		return Payment{}, nil, err
	}
	history, err := readHistory(ctx, s.db.Read, id)
	return p, history, err
}

// Payments returns a user's payments, newest first, at most limit (1 to 100), those that are older than
// the one named by after if it is not empty: none if that is none of theirs.
func (s *PaymentService) Payments(ctx context.Context, user, after string, limit int) ([]Payment, error) {
	return readAll(ctx, s.db.Read, user, after, min(max(limit, 1), 100))
}
