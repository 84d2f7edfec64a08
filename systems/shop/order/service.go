package order

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
)

// Config tells [New] where things are. Fields without a default are required.
type Config struct {
	// CallTimeout bounds one request to the catalog; when it is over, the outcome is unknown.
	// Default: 2 s.
	CallTimeout time.Duration
	// Catalog is the address of the catalog service, like http://127.0.0.1:8081.
	Catalog string
	// Engine tunes the engine that runs the orders. Default: the engine's defaults.
	Engine *saga.Config
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Path is the SQLite file of orders, and of the engine if it has no Store; it is created if it
	// does not exist, its folder is not.
	Path string
	// Publisher takes the messages that give stock back to where the catalog consumes them.
	Publisher message.Publisher
	// Relay tunes the sending of these messages. Default: the relay's defaults, but without a limit
	// of attempts: a message that gives stock back is given up only if it can never be understood.
	Relay *message.RelayConfig
	// Store is where the engine keeps its instances. It must be open while Run runs, and Close
	// leaves it open. Default: SQLite in Path, which New opens and Close closes.
	Store saga.Store
	// Wait bounds how long placing an order waits for its end once it is durable. Default: 5 s.
	Wait time.Duration
}

// OrderService places orders. It knows nothing of sessions and of HTTP requests; [OrderController]
// does. Its methods may be called from several goroutines at once, those that place orders while
// Run runs, here or in another process.
type OrderService struct {
	store   *store
	sagas   *sqlite.Store // nil if the engine was given a store
	catalog *HttpFacade
	engine  *saga.Engine
	plan    saga.Definition[Order]
	outbox  *sqlite.Queue
	relay   *message.Relay
	doubt   chan struct{} // an order came to need attention
	wait    time.Duration
	logger  *slog.Logger
}

// New opens the service's database and brings its schema up to date. Call Run to work on orders
// and Close when Run has returned.
func New(ctx context.Context, config Config) (*OrderService, error) {
	catalog, err := NewHttpFacade(config.Catalog)
	switch {
	case err != nil:
		return nil, err
	case config.Path == "":
		return nil, errors.New("order: Config.Path is empty; name the database file")
	case config.Publisher == nil:
		return nil, errors.New("order: Config.Publisher is nil; say where compensations go, for example to a message.Bus")
	}
	s := &OrderService{
		catalog: catalog, doubt: make(chan struct{}, 1),
		wait: cmp.Or(config.Wait, 5*time.Second), logger: cmp.Or(config.Logger, slog.Default()),
	}
	if err := s.open(ctx, config); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open opens the databases, the engine's first: its lock keeps a second process away from the file.
func (s *OrderService) open(ctx context.Context, config Config) (err error) {
	sagas := config.Store
	if sagas == nil {
		if s.sagas, err = sqlite.Open(ctx, config.Path); err != nil {
			return fmt.Errorf("order: open the engine's store: %w", err)
		}
		sagas = s.sagas
	}
	if s.store, err = openStore(ctx, config.Path); err != nil {
		return err
	}
	s.outbox = sqlite.NewQueue(s.store, s.store.Read)
	s.relay = message.NewRelay(s.outbox, config.Publisher, relayConfig(config.Relay))
	s.plan = definition(record{s.store},
		stock{participant.Remote{Sender: s.catalog, Path: decrementPath}, s.store, s.relay.Wake},
		insert{s.store}, cmp.Or(config.CallTimeout, defaultCallTimeout))
	if s.engine, err = saga.New(sagas, s.observed(config.Engine), s.plan); err != nil {
		return fmt.Errorf("order: %w", err)
	}
	return nil
}

func relayConfig(given *message.RelayConfig) *message.RelayConfig {
	var c message.RelayConfig
	if given != nil {
		c = *given
	}
	c.MaxAttempts = cmp.Or(c.MaxAttempts, math.MaxInt)
	return &c
}

// Run works on orders and sends their messages until ctx ends, and returns when calls under way are
// drained.
func (s *OrderService) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	parts := []func(context.Context) error{s.engine.Run, s.relay.Run, s.watch}
	ended := make(chan error, len(parts))
	for _, part := range parts {
		go func() {
			defer stop() // one that fails takes the others along
			ended <- part(ctx)
		}()
	}
	var errs []error
	for range parts {
		errs = append(errs, <-ended)
	}
	return errors.Join(errs...)
}

// Engine is the engine that runs the orders, for those who watch it.
func (s *OrderService) Engine() *saga.Engine { return s.engine }

// Outbox holds the messages that are not delivered yet, for those who watch them.
func (s *OrderService) Outbox() *sqlite.Queue { return s.outbox }

// Ping reports whether the database answers.
func (s *OrderService) Ping(ctx context.Context) error { return s.store.Read.PingContext(ctx) }

// Close releases what New opened. Call it when Run has returned, or was never called.
func (s *OrderService) Close() error {
	s.catalog.Close()
	var errs []error
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.sagas != nil {
		errs = append(errs, s.sagas.Close())
	}
	return errors.Join(errs...)
}
