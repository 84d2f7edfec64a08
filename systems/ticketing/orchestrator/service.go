package orchestrator

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	defaultExpect = 5 * time.Second
	defaultBudget = 30 * time.Second
)

// Config tells [New] where things are. Gate, Path and Publisher are required.
type Config struct {
	// Budget is how long a step may be missing before it is given up and what is paid is undone: about so long
	// if its service says at once that it cannot, up to twice as long if it says nothing. Default: 30 s.
	Budget time.Duration
	// Engine tunes the engine. Default: the engine's defaults.
	Engine *saga.Config
	// Expect is how long a fact or a reply is waited for before it is asked about. Default: 5 s.
	Expect time.Duration
	// Gate tells whose token it is that a buyer shows.
	Gate Gate
	// Guard says who asks. Default: nobody has a session.
	Guard *access.Guard
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Path is the SQLite file; it is created if it does not exist, its folder is not.
	Path string
	// Publisher takes the orchestrator's messages.
	Publisher message.Publisher
	// Relay tunes the telling of ends. Default: the relay's defaults, but without a limit of attempts.
	Relay *message.RelayConfig
	// Wait is how long POST /payments waits for an end. Default: 2 s.
	Wait time.Duration
}

// PaymentSagaOrchestrator starts payment sagas and follows them to their ends. Its methods may be called from
// several goroutines at once. Get one from [New].
type PaymentSagaOrchestrator struct {
	db     *sqlite.DB
	sagas  *sqlite.Store
	engine *saga.Engine
	plan   saga.Definition[Purchase]
	gate   Gate
	guard  *access.Guard
	outbox *sqlite.Queue
	relay  *message.Relay
	ends   ends
	wait   time.Duration
	now    func() time.Time
	logger *slog.Logger
}

// New opens the orchestrator's file and brings its tables up to date. Call Run to work on sagas, and Close
// when it has returned.
func New(ctx context.Context, config Config) (*PaymentSagaOrchestrator, error) {
	switch {
	case config.Path == "":
		return nil, errors.New("orchestrator: Config.Path is empty; name the database file")
	case config.Publisher == nil:
		return nil, errors.New("orchestrator: Config.Publisher is nil; say where messages go, for example to a message.Bus")
	case config.Gate == nil:
		return nil, errors.New("orchestrator: Config.Gate is nil; say who knows the tokens of the queue")
	}
	o := &PaymentSagaOrchestrator{
		gate: config.Gate, guard: cmp.Or(config.Guard, &access.Guard{}), logger: cmp.Or(config.Logger, slog.Default()),
		wait: cmp.Or(config.Wait, 2*time.Second), now: config.Now, ends: newEnds(),
	}
	if o.now == nil {
		o.now = time.Now
	}
	if err := o.open(ctx, config); err != nil {
		return nil, errors.Join(fmt.Errorf("orchestrator: %w", err), o.Close())
	}
	return o, nil
}

// open opens the file, for the engine first: its lock keeps a second process away.
func (o *PaymentSagaOrchestrator) open(ctx context.Context, config Config) (err error) {
	if o.sagas, err = sqlite.Open(ctx, config.Path); err != nil {
		return err
	}
	if o.db, err = sqlite.OpenDatabase(ctx, config.Path); err != nil {
		return err
	}
	if err = o.db.Migrate(ctx, migrations, "orchestrator_migrations"); err != nil {
		return err
	}
	o.outbox = sqlite.NewQueue(o.db, o.db.Read)
	o.relay = message.NewRelay(o.outbox, config.Publisher, relayConfig(config.Relay))
	o.plan = definition(sender{config.Publisher}, patience{
		cmp.Or(config.Expect, defaultExpect), cmp.Or(config.Budget, defaultBudget),
	})
	o.engine, err = saga.New(o.sagas, o.ends.observing(config.Engine), o.plan)
	return err
}

func relayConfig(given *message.RelayConfig) *message.RelayConfig {
	var c message.RelayConfig
	if given != nil {
		c = *given
	}
	c.MaxAttempts = cmp.Or(c.MaxAttempts, math.MaxInt)
	return &c
}

// Run works on sagas and tells of their ends until ctx ends, and returns when calls under way are drained.
func (o *PaymentSagaOrchestrator) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	parts := []func(context.Context) error{o.engine.Run, o.relay.Run, o.tellEnds}
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

// Engine runs the sagas; for those who watch it, or intervene.
func (o *PaymentSagaOrchestrator) Engine() *saga.Engine { return o.engine }

// Outbox holds the messages that are not delivered yet, for those who watch them.
func (o *PaymentSagaOrchestrator) Outbox() *sqlite.Queue { return o.outbox }

// Ping reports whether the database answers.
func (o *PaymentSagaOrchestrator) Ping(ctx context.Context) error { return o.db.Read.PingContext(ctx) }

// Close releases the file. Call it when Run has returned. It may be called twice.
func (o *PaymentSagaOrchestrator) Close() error {
	var errs []error
	if o.db != nil {
		errs = append(errs, o.db.Close())
	}
	if o.sagas != nil {
		errs = append(errs, o.sagas.Close())
	}
	return errors.Join(errs...)
}
