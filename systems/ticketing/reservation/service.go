package reservation

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

// Config tells [New] where things are.
type Config struct {
	// Path is the SQLite file; it is created if it does not exist, its folder is not. Required.
	Path string
	// Guard knows who asks. Default: nobody has a session.
	Guard *access.Guard
	// Gate knows who may reserve. Required; see [access.NewQueueGate].
	Gate Gate
	// Publisher is where messages go: a broker's client, or a message.Bus. Required.
	Publisher message.Publisher
	// Relay tunes the way of messages out. Default: that of message.NewRelay.
	Relay *message.RelayConfig
	// HoldFor is how long a seat is held, in whole milliseconds. Default: DefaultHold.
	HoldFor time.Duration
	// SweepEvery is how often holds that are over are looked for. Default: 2 s.
	SweepEvery time.Duration
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Now is the clock of the holds. Default: time.Now.
	Now func() time.Time
}

// ReservationService is the service without its HTTP surface ([NewController]). Its methods may be called
// from several goroutines at once.
type ReservationService struct {
	manager    ReservationManager
	db         *sqlite.DB
	outbox     *sqlite.Queue
	relay      *message.Relay
	guard      *access.Guard
	gate       Gate
	sweepEvery time.Duration
	logger     *slog.Logger
	now        func() time.Time
}

// New opens the service's database and brings its tables up to date. Call Run for its messages to go out
// and its holds to end, and Close when Run has returned.
func New(ctx context.Context, config Config) (*ReservationService, error) {
	switch {
	case config.Gate == nil:
		return nil, errors.New("reservation: Config.Gate is nil; say who may reserve, for example by access.NewQueueGate")
	case config.Publisher == nil:
		return nil, errors.New("reservation: Config.Publisher is nil; say where messages go, for example to a message.Bus")
	case config.HoldFor < 0 || config.SweepEvery < 0:
		return nil, fmt.Errorf("reservation: Config.HoldFor is %v and SweepEvery %v; give positive times, or zero for the defaults",
			config.HoldFor, config.SweepEvery)
	}
	db, err := sqlite.OpenDatabase(ctx, config.Path)
	if err != nil {
		return nil, fmt.Errorf("reservation: %w", err)
	}
	if err := Migrate(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	outbox := sqlite.NewQueue(db, db.Read)
	s := &ReservationService{
		manager: ReservationManager{HoldFor: config.HoldFor}, db: db, outbox: outbox,
		relay: message.NewRelay(outbox, config.Publisher, config.Relay),
		guard: config.Guard, gate: config.Gate, sweepEvery: cmp.Or(config.SweepEvery, 2*time.Second),
		logger: cmp.Or(config.Logger, slog.Default()), now: config.Now,
	}
	if s.guard == nil {
		s.guard = &access.Guard{}
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s, nil
}

// Run sends the service's messages and ends holds that are over until ctx ends, and then returns nil. It
// may not be called twice at once.
func (s *ReservationService) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		s.sweeps(ctx)
	}()
	err := s.relay.Run(ctx)
	stop()
	<-swept
	return err
}

func (s *ReservationService) sweeps(ctx context.Context) {
	tick := time.NewTicker(s.sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.logger.ErrorContext(ctx, "holds that are over could not be ended; the next sweep tries again", "service", "reservation", "error", err)
			}
		}
	}
}

// Sweep ends all holds that are over, and returns how many. Run does it by itself.
func (s *ReservationService) Sweep(ctx context.Context) (int, error) {
	for total := 0; ; {
		var swept []Reservation
		err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			swept, err = s.sweep(ctx, tx)
			return err
		})
		if err != nil {
			return total, err
		}
		if total += len(swept); len(swept) < MaxListed {
			return total, nil
		}
	}
}

// sweep ends what is over in a transaction that may have more to do, and tells of it.
func (s *ReservationService) sweep(ctx context.Context, tx *sql.Tx) ([]Reservation, error) {
	swept, err := s.manager.Sweep(ctx, tx, s.now(), MaxListed)
	if err != nil {
		return nil, err
	}
	return swept, tell(ctx, tx, released, swept...)
}

// change makes a change and sends what it tells.
func (s *ReservationService) change(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	err := s.db.Change(ctx, fn)
	if err == nil {
		s.relay.Wake()
	}
	return err
}

// Outbox holds the messages that are not delivered yet, for those who watch them.
func (s *ReservationService) Outbox() *sqlite.Queue { return s.outbox }

// Ping reports whether the database answers.
func (s *ReservationService) Ping(ctx context.Context) error { return s.db.Read.PingContext(ctx) }

// Close releases the database. Call it when Run has returned, or was never called; it may be called twice.
func (s *ReservationService) Close() error { return s.db.Close() }
