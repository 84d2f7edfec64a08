package concert

import (
	"cmp"
	"context"
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

// Config tells [New] where things are. Path and Publisher are required.
type Config struct {
	// Cache tunes the caches. Its clock is Now.
	Cache CacheConfig
	// Guard says who asks. Default: nobody has a session, and so nobody administers.
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
	// Seed fills an empty file with three concerts for a demonstration. One that has a concert is left alone.
	Seed bool
}

// ConcertService knows what can be gone to, where one can sit, and whether there is a seat left. Its
// methods may be called from several goroutines at once. Get one from [New].
type ConcertService struct {
	manager ConcertManager
	db      *sqlite.DB
	writer  *writer
	cache   *ConcertCacheManager
	desk    event.Desk
	guard   *access.Guard
	outbox  *sqlite.Queue
	relay   *message.Relay
	now     func() time.Time
	logger  *slog.Logger
}

// New opens the service's database and brings its tables up to date. Call Run to send messages, and Close
// when it has returned.
func New(ctx context.Context, config Config) (*ConcertService, error) {
	switch {
	case config.Path == "":
		return nil, errors.New("concert: Config.Path is empty; name the database file")
	case config.Publisher == nil:
		return nil, errors.New("concert: Config.Publisher is nil; say where messages go, for example to a message.Bus")
	}
	db, err := sqlite.OpenDatabase(ctx, config.Path)
	if err != nil {
		return nil, fmt.Errorf("concert: %w", err)
	}
	s := build(db, config)
	if err := Migrate(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("concert: %w", err), db.Close())
	}
	if config.Seed {
		if err := s.seed(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("concert: seed %s: %w", config.Path, err), db.Close())
		}
	}
	return s, nil
}

func build(db *sqlite.DB, config Config) *ConcertService {
	s := &ConcertService{
		db: db, guard: cmp.Or(config.Guard, &access.Guard{}), outbox: sqlite.NewQueue(db, db.Read),
		now: config.Now, logger: cmp.Or(config.Logger, slog.Default()),
	}
	if s.now == nil {
		s.now = time.Now
	}
	config.Cache.Now = s.now
	s.cache = NewCacheManager(source{db.Read}, config.Cache)
	s.relay = message.NewRelay(s.outbox, config.Publisher, relayConfig(config.Relay))
	s.writer = &writer{db: db, committed: func(concerts []int64) {
		s.cache.Evict(concerts...)
		s.relay.Wake()
	}}
	s.desk = event.Desk{Step: event.StepOf(event.Concert), Operation: sqlite.Operation(s.writer, "concert", s.sell, s.unsell)}
	return s
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
func (s *ConcertService) Run(ctx context.Context) error { return s.relay.Run(ctx) }

// Outbox holds the messages that are not delivered yet, for those who watch them.
func (s *ConcertService) Outbox() *sqlite.Queue { return s.outbox }

// Ping reports whether the database answers.
func (s *ConcertService) Ping(ctx context.Context) error { return s.db.Read.PingContext(ctx) }

// Close releases the database. Call it when Run has returned. It may be called twice.
func (s *ConcertService) Close() error { return s.db.Close() }
