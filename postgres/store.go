package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/seosa-dev/saga"
)

// Config sets what a store may use. Zero values are the defaults.
type Config struct {
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// MaxConns is how many connections the pool opens at most. One for presence and one for each
	// node that listens come on top. Default: 8.
	MaxConns int
}

// Store is a schema of sagas on a PostgreSQL server; it implements [saga.Store] and [saga.Waker].
// Get one from [Open] or, for a tool, from [Visit]: the zero value is of no use. All methods may be
// called from several goroutines at once.
type Store struct {
	pool     *pgxpool.Pool
	appends  *pgxpool.Pool // for the journal, whose statements are planned once
	logger   *slog.Logger
	visiting bool
	place    place
	looking  chan struct{} // who is in it may look at instances
	holder   int64         // the number of this process's advisory lock; 0 of a visitor

	ended context.Context // ends with Close
	close func() error
	end   context.CancelFunc
	lines sync.WaitGroup // connections that are no part of the pool
	mu    sync.Mutex     // guards closed: no line starts after Close
	shut  bool
}

// Open connects an engine to the tables in the URL's schema. The tables must be there already: see
// [Migrate]. ctx bounds the opening only.
//
// The error says what to do: correct the URL (it matches [saga.ErrInvalid]), migrate, use a later
// program because a later one changed the tables (it matches [saga.ErrFormat]), use a later server
// or the primary. A server that may lose what it acknowledged is warned about in the log.
func Open(ctx context.Context, url string, config *Config) (*Store, error) {
	if config == nil {
		config = &Config{}
	}
	s, err := connect(ctx, url, *config)
	if err != nil {
		return nil, err
	}
	s.holder = 1 + rand.Int64N(1<<62-1)
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(wrap(err, "open"), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if err := s.limited(ctx, s.inspect); err != nil {
		return err
	}
	if err := s.limited(ctx, s.addMonths); err != nil {
		s.warnMonths(err)
	}
	return s.appear(ctx)
}

// inspect looks at server and tables before they are used.
func (s *Store) inspect(ctx context.Context) error {
	server, err := askServer(ctx, s.pool)
	if err != nil {
		return err
	}
	if err := server.usable(!s.visiting); err != nil {
		return err
	}
	s.place.schema = server.schema
	if !s.visiting {
		server.warn(s.logger)
	}
	return checkVersion(ctx, s.pool, s.place)
}

// connect makes a store that has not looked at the server yet.
func connect(ctx context.Context, url string, c Config) (*Store, error) {
	conf, err := parse(url)
	if err != nil {
		return nil, err
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.MaxConns <= 0 {
		c.MaxConns = 8
	}
	conf.MaxConns = int32(min(c.MaxConns, 10_000)) //nolint:gosec // bounded just here
	conf.MinConns, conf.MinIdleConns = 0, 0
	// A connection that was fine moments ago is used as it is: an idle engine asks every second or
	// so, and asking first whether it may ask would double that.
	conf.ShouldPing = func(_ context.Context, p pgxpool.ShouldPingParams) bool { return p.IdleDuration > 20*time.Second }
	pool, err := poolOf(ctx, conf, settle)
	if err != nil {
		return nil, err
	}
	conf.MaxConns = appendConns
	appends, err := poolOf(ctx, conf, settleAppends)
	if err != nil {
		return nil, err
	}
	s := &Store{
		looking: make(chan struct{}, max(1, c.MaxConns/2)), pool: pool, appends: appends,
		logger: c.Logger, place: placeOf(conf.ConnConfig),
	}
	s.ended, s.end = context.WithCancel(context.Background())
	s.close = sync.OnceValue(s.leave)
	return s, nil
}

// appendConns are for a node's append, its checkpoint, and what it takes over meanwhile.
const appendConns = 4

func poolOf(ctx context.Context, conf *pgxpool.Config, settle func(context.Context, *pgx.Conn) error) (*pgxpool.Pool, error) {
	conf = conf.Copy()
	conf.AfterConnect = settle
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return pool, nil
}

// Journal implements [saga.Store].
func (s *Store) Journal() saga.Journal { return journal{s} }

// Instances implements [saga.Store].
func (s *Store) Instances() saga.Instances { return instances{s} }

// Reader implements [saga.Store].
func (s *Store) Reader() saga.Reader { return reader{s} }

// Close ends the presence of this process, so that other nodes need not wait to take its instances
// over, waits for the calls under way and closes all connections. Later calls of any method return
// an error; calling Close again returns what the first call returned.
func (s *Store) Close() error { return s.close() }

func (s *Store) leave() error {
	s.mu.Lock()
	s.shut = true
	s.mu.Unlock()
	s.end()
	s.lines.Wait()
	s.pool.Close()
	s.appends.Close()
	return nil
}
