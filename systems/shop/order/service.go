package order

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// startWithin bounds how long an order may take to become durable before its caller is told that
// this is not known.
const startWithin = 5 * time.Second

// Config tells [New] where things are. Fields without a default are required.
type Config struct {
	// Catalog is the address of the catalog service, like http://127.0.0.1:8081.
	Catalog string
	// Engine tunes the engine that runs the orders. Default: the engine's defaults.
	Engine *saga.Config
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Path is the SQLite file of orders, and of the engine if it has no Store; it is created if it does not exist, its folder
	// is not.
	Path string
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
	wait    time.Duration
	logger  *slog.Logger
}

// New opens the service's database and brings its schema up to date. Call Run to work on orders
// and Close when Run has returned.
func New(ctx context.Context, config Config) (*OrderService, error) {
	catalog, err := NewHttpFacade(config.Catalog)
	if err != nil {
		return nil, err
	}
	if config.Path == "" {
		return nil, errors.New("order: Config.Path is empty; name the database file")
	}
	s := &OrderService{
		catalog: catalog,
		wait:    cmp.Or(config.Wait, 5*time.Second), logger: cmp.Or(config.Logger, slog.Default()),
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
	s.plan = definition(s.catalog, s.store)
	if s.engine, err = saga.New(sagas, config.Engine, s.plan); err != nil {
		return fmt.Errorf("order: %w", err)
	}
	return nil
}

// Run works on orders until ctx ends, and returns when calls under way are drained.
func (s *OrderService) Run(ctx context.Context) error { return s.engine.Run(ctx) }

// Engine is the engine that runs the orders, for those who watch it.
func (s *OrderService) Engine() *saga.Engine { return s.engine }

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

// NewNumber gives out an order number, to be used in one or several equal calls of Place. No
// number is given out twice; one that is not used leaves a gap.
func (s *OrderService) NewNumber(ctx context.Context) (int64, error) { return s.store.newNumber(ctx) }

// Place places an order under a number from NewNumber and waits for its end, at most
// [Config.Wait] from when it is durable. The view's status tells the end; Unprocessed and Unknown mean that it is not
// known yet. Placing the same lines under the same number again attaches to the order, asks again
// about one that is Unknown, and never orders twice.
//
// The error matches [ErrInvalid], [ErrNotFound] if the number was not given out, [ErrChanged], or
// [saga.ErrClosed], [saga.NotDone] and [saga.Unknown] if the engine could not take the order: then
// the same call again is all there is to do.
func (s *OrderService) Place(ctx context.Context, id int64, lines []Line) (View, error) {
	wanted, err := summed(lines)
	if err != nil {
		return View{}, err
	}
	if issued, err := s.store.issued(ctx, id); err != nil {
		return View{}, err
	} else if !issued {
		return View{}, ErrNotFound
	}
	starting, stop := context.WithTimeout(ctx, startWithin)
	defer stop()
	started, err := s.plan.Start(starting, s.engine, instanceID(id, 1), Order{ID: id, Lines: wanted})
	switch {
	case errors.Is(err, saga.ErrConflict):
		return View{}, ErrChanged
	case err != nil:
		return View{}, fmt.Errorf("order: start order %d: %w", id, err)
	}
	return s.settled(ctx, id, started)
}

// settled waits for the end of a started order.
func (s *OrderService) settled(ctx context.Context, id int64, started saga.Instance) (View, error) {
	waiting, stop := context.WithTimeout(ctx, s.wait)
	defer stop()
	_, err := s.plan.Wait(waiting, s.engine, started.ID)
	if err == nil {
		return s.Order(ctx, id)
	}
	if ended, ok := errors.AsType[*saga.StatusError](err); ok {
		return viewOf(ended.Instance)
	}
	if ctx.Err() == nil && waiting.Err() != nil {
		return viewOf(started)
	}
	return View{}, fmt.Errorf("order: wait for order %d: %w", id, err)
}
