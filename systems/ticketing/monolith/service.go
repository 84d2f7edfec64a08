package monolith

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// Config tells [New] where things are. Path and SessionKey are required.
type Config struct {
	// Admin is an account that administers; it is made if it is not there. Default: none.
	Admin user.Admin
	// AdmitEvery is how often the queue lets buyers in. Default: 1 s.
	AdmitEvery time.Duration
	// Before is called before each step and each other use of a part, named "user", "reservation", "payment",
	// "queue" or "concert", with the transaction open if there is one. Its error is the part's. It is for tests and
	// comparisons. Default: nothing.
	Before func(ctx context.Context, part string) error
	// HoldFor is how long a seat is held. Default: reservation.DefaultHold.
	HoldFor time.Duration
	// Iterations is how often a password's hash is iterated. Default: the user service's.
	Iterations int
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Path is the SQLite file; it is created if it does not exist, its folder is not.
	Path string
	// Redis is the address of the Redis that serves the line: redis://:password@host:6379/0. Default: none, and
	// the line is in the file.
	Redis string
	// Rule says how many buyers are let in. Default: at most 50 for a concert, one in for one out.
	Rule queue.Rule
	// Secure makes the session's cookie travel over https only.
	Secure bool
	// Seed fills an empty file with the three concerts of a demonstration.
	Seed bool
	// SessionKey signs sessions, at least 32 bytes; see session.LoadKey.
	SessionKey []byte
	// SweepEvery is how often holds that are over are looked for. Default: 2 s.
	SweepEvery time.Duration
}

// Monolith is the whole system. Get one from [New]; its methods may be called from several goroutines at once.
type Monolith struct {
	// Payments is the seed's PaymentService; the rest of the program is what a buyer needs before it.
	Payments *PaymentService

	config  Config
	db      *sqlite.DB
	cache   *concert.ConcertCacheManager
	tokens  tokens
	guard   *access.Guard
	readers readers
}

// New opens the file and brings the tables of all services up to date. Call Run for holds to end and buyers to
// be let in, and Close when it has returned.
func New(ctx context.Context, config Config) (*Monolith, error) {
	if config.Path == "" {
		return nil, errors.New("monolith: Config.Path is empty; name the database file")
	}
	m := &Monolith{config: defaults(config)}
	if err := m.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("monolith: %w", err), m.Close())
	}
	return m, nil
}

func defaults(c Config) Config {
	c.AdmitEvery = cmp.Or(c.AdmitEvery, time.Second)
	c.SweepEvery = cmp.Or(c.SweepEvery, 2*time.Second)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rule == (queue.Rule{}) {
		c.Rule.Limit = 50
	}
	if c.Before == nil {
		c.Before = func(context.Context, string) error { return nil }
	}
	return c
}

func (m *Monolith) open(ctx context.Context) (err error) {
	if m.db, err = sqlite.OpenDatabase(ctx, m.config.Path); err != nil {
		return err
	}
	for _, migrate := range []func(context.Context, *sqlite.DB) error{
		user.Migrate, concert.Migrate, reservation.Migrate, queue.Migrate, payment.Migrate,
	} {
		if err := migrate(ctx, m.db); err != nil {
			return err
		}
	}
	if m.tokens, err = openTokens(ctx, m.config, m.db); err != nil {
		return err
	}
	m.cache = concert.NewCacheManager(source{m.db.Read}, concert.CacheConfig{Now: m.config.Now})
	m.Payments = &PaymentService{
		db: m.db, cache: m.cache, tokens: m.tokens, before: m.config.Before, now: m.config.Now,
		users: user.UserManager{Now: m.config.Now}, reservations: reservation.ReservationManager{HoldFor: m.config.HoldFor},
	}
	if err := m.seed(ctx); err != nil {
		return err
	}
	return m.openReaders(ctx)
}

func (m *Monolith) seed(ctx context.Context) error {
	if !m.config.Seed {
		return nil
	}
	there, err := m.Payments.concerts.Concerts(ctx, m.db.Read, true, 0, 1)
	if err != nil || len(there) > 0 {
		return err
	}
	for _, d := range concert.SeedDrafts(m.config.Now()) {
		if _, err := m.CreateConcert(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// Ping reports whether the database answers.
func (m *Monolith) Ping(ctx context.Context) error { return m.db.Read.PingContext(ctx) }

// Close releases the file. Call it when Run has returned. It may be called twice.
func (m *Monolith) Close() error {
	errs := []error{m.readers.close(), m.tokens.close()}
	if m.db != nil {
		errs = append(errs, m.db.Close())
	}
	return errors.Join(errs...)
}

// tokens is where the waiting line is: in the program's transactions, or on a server outside of them.
type tokens struct {
	line.Line
	manager queue.QueueManager
	outside *line.Redis // nil: the line is in the database
	book    *sqlite.DB  // what Redis is made anew from, or the database itself
}

func openTokens(ctx context.Context, c Config, db *sqlite.DB) (t tokens, err error) {
	if c.Redis == "" {
		return tokens{Line: line.NewSQLite(db, db.Read, line.Book{}), book: db}, nil
	}
	if t.book, err = sqlite.OpenDatabase(ctx, c.Path+".line"); err != nil {
		return tokens{}, err
	}
	err = line.Migrate(ctx, t.book)
	if err == nil {
		t.outside, err = line.NewRedis(line.RedisConfig{
			URL: c.Redis, Prefix: "monolith", Database: t.book, Read: t.book.Read, Logger: c.Logger,
		})
	}
	if err != nil {
		return tokens{}, errors.Join(err, t.book.Close())
	}
	t.Line = t.outside
	return t, nil
}

func (t tokens) close() error {
	if t.outside == nil {
		return nil
	}
	return errors.Join(t.outside.Close(), t.book.Close())
}
