package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// Config tells [New] where things are.
type Config struct {
	// Path is the SQLite file; it is created if it does not exist, its folder is not. Required.
	Path string
	// Redis is the address of the Redis that serves the line: redis://:password@host:6379/0. It need not be
	// there when the service starts. Default: none, and the line is in the SQLite file.
	Redis string
	// RedisPrefix begins the keys there, and belongs to this file. Default: "queue".
	RedisPrefix string
	// RedisTimeout bounds one call of Redis. Default: 2 s.
	RedisTimeout time.Duration
	// Guard knows who asks. Default: &access.Guard{}.
	Guard *access.Guard
	// Publisher takes what the service tells. Required.
	Publisher message.Publisher
	// Relay tunes the outbox's relay; nil is its defaults.
	Relay *message.RelayConfig
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Rule holds where no administrator has said otherwise. Default: at most 50 active, one in for one out.
	Rule Rule
	// Manager has the times, and whether there is one line for all concerts.
	Manager QueueManager
	// AdmitEvery is how often the lines are looked at without anybody having left. Default: 1 s.
	AdmitEvery time.Duration
}

// QueueService is the service without its HTTP boundary ([Controller]). Its methods may be called from
// several goroutines at once.
type QueueService struct {
	config  Config
	manager QueueManager
	db      *sqlite.DB
	line    line.Line
	redis   *line.Redis // nil: there is none
	ledger  participant.Operation
	outbox  *sqlite.Queue
	relay   *message.Relay
	left    chan struct{} // has a token when somebody made room
}

// New opens the service's database and brings its tables up to date. Call Close when done.
func New(ctx context.Context, config Config) (*QueueService, error) {
	if config.Publisher == nil {
		return nil, errors.New("queue: Config.Publisher is nil; name who takes the messages")
	}
	config.Guard = cmp.Or(config.Guard, &access.Guard{})
	config.Logger = cmp.Or(config.Logger, slog.Default())
	config.AdmitEvery = cmp.Or(config.AdmitEvery, time.Second)
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Rule == (Rule{}) {
		config.Rule.Limit = 50
	}
	db, err := sqlite.OpenDatabase(ctx, config.Path)
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	s := &QueueService{config: config, manager: config.Manager, db: db, left: make(chan struct{}, 1)}
	if err := errors.Join(Migrate(ctx, db), s.openLine()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.ledger = sqlite.Operation(db, "queue", s.complete, s.restore)
	s.outbox = sqlite.NewQueue(db, db.Read)
	s.relay = message.NewRelay(s.outbox, config.Publisher, config.Relay)
	return s, nil
}

func (s *QueueService) openLine() (err error) {
	if s.config.Redis == "" {
		s.line = line.NewSQLite(s.db, s.db.Read, s.manager.Book)
		return nil
	}
	s.redis, err = line.NewRedis(line.RedisConfig{
		URL: s.config.Redis, Prefix: s.config.RedisPrefix, Timeout: s.config.RedisTimeout,
		Database: s.db, Read: s.db.Read, Book: s.manager.Book, Logger: s.config.Logger,
	})
	s.line = s.redis
	return err
}

// Run relays messages and lets in who is next, until ctx ends; then it returns nil. It returns an error only,
// and at once, if it is running already.
func (s *QueueService) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var admitting sync.WaitGroup
	admitting.Go(func() { s.admitting(ctx) })
	err := s.relay.Run(ctx)
	cancel()
	admitting.Wait()
	return err
}

// Handlers are what the service takes, by the types of messages.
func (s *QueueService) Handlers() map[string]message.Handler {
	all := event.Desk{Step: event.StepOf(event.Queue), Operation: s.step(s.ledger), Committed: s.relay.Wake}.Handlers()
	all["ConcertStatusUpdated"] = s.concertStatusUpdated()
	return all
}

// Outbox is what was not delivered yet.
func (s *QueueService) Outbox() *sqlite.Queue { return s.outbox }

// Ping reports whether the database and the line answer. The error matches [line.ErrUnavailable] if Redis is
// away: buyers are better sent elsewhere, but a restart of the service helps nobody.
func (s *QueueService) Ping(ctx context.Context) error {
	if err := s.db.Read.PingContext(ctx); err != nil {
		return fmt.Errorf("queue: ping: %w", err)
	}
	if _, err := s.line.Count(ctx, 0, s.config.Now()); err != nil {
		return fmt.Errorf("queue: ping: %w", err)
	}
	return nil
}

// Close releases the database and the connections to Redis. It may be called twice.
func (s *QueueService) Close() error {
	if s.redis != nil {
		return errors.Join(s.redis.Close(), s.db.Close())
	}
	return s.db.Close()
}
