package line

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/seosa-dev/saga/sqlite"
)

// RedisConfig tells [NewRedis] where things are.
type RedisConfig struct {
	// URL is the server's: redis://:password@host:6379/0, rediss:// for TLS. Required.
	URL string
	// Prefix begins all keys, which are of this book and of no other. Default: "queue".
	Prefix string
	// Database is the book's, which [Migrate] has prepared. Required.
	Database sqlite.Database
	// Read reads what Database has committed. Required.
	Read *sql.DB
	Book Book
	// Timeout bounds one call of the server. Default: 2 s.
	Timeout time.Duration
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
}

// Redis is a [Line] that is served from a Redis and can be made anew from the book. Get one from [NewRedis].
type Redis struct {
	config   RedisConfig
	base     string
	option   rueidis.ClientOption
	scripts  scripts
	renewals renewals

	mu     sync.Mutex
	client rueidis.Client // nil: not connected yet
	closed bool
}

// NewRedis returns a line. It does not connect: the server may be away, and is then tried with each call. Call
// Close when done.
func NewRedis(config RedisConfig) (*Redis, error) {
	option, err := rueidis.ParseURL(config.URL)
	if err != nil {
		return nil, fmt.Errorf("line: the address of Redis cannot be read; write redis://:password@host:6379/0: %w", err)
	}
	config.Timeout = cmp.Or(config.Timeout, 2*time.Second)
	config.Logger = cmp.Or(config.Logger, slog.Default())
	option.DisableCache, option.DisableRetry = true, true
	option.PipelineMultiplex = -1 // one connection, so that one call finds out that it is broken
	option.Dialer.Timeout, option.ConnWriteTimeout = config.Timeout, config.Timeout
	return &Redis{
		config: config, base: "{" + cmp.Or(config.Prefix, "queue") + "}", option: option,
		scripts: newScripts(), renewals: renewals{db: config.Database},
	}, nil
}

// Close ends the connections. It may be called twice.
func (r *Redis) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.client != nil {
		r.client.Close()
	}
	r.client, r.closed = nil, true
	return nil
}

func (r *Redis) connected() (rueidis.Client, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errors.New("the line is closed")
	}
	if r.client == nil {
		client, err := rueidis.NewClient(r.option)
		if err != nil {
			return nil, err
		}
		r.client = client
	}
	return r.client, nil
}

// run runs a script. All scripts may be repeated, so it does so once when a connection breaks: one that
// was idle while the server was started again is found broken only when it is used.
func (r *Redis) run(ctx context.Context, script *rueidis.Lua, args ...string) ([]string, error) {
	reply, err := r.runOnce(ctx, script, args...)
	if _, answered := rueidis.IsRedisErr(err); err != nil && !answered && ctx.Err() == nil && !errors.Is(err, context.DeadlineExceeded) {
		return r.runOnce(ctx, script, args...)
	}
	return reply, err
}

func (r *Redis) runOnce(ctx context.Context, script *rueidis.Lua, args ...string) ([]string, error) {
	client, err := r.connected()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	ctx, cancel := context.WithTimeout(ctx, r.config.Timeout)
	defer cancel()
	reply, err := script.Exec(ctx, client, []string{r.base}, args).AsStrSlice()
	if err == nil && len(reply) == 0 {
		err = errors.New("an empty answer")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: Redis: %w", ErrUnavailable, err)
	}
	return reply, nil
}

// lost is a script's answer when the Redis was emptied.
const lost = "LOST"

// tries is how often in one call the Redis may be found empty.
const tries = 5

// ask runs a script, and fills the Redis first if it was emptied.
func (r *Redis) ask(ctx context.Context, now time.Time, script *rueidis.Lua, args ...string) ([]string, error) {
	for range tries {
		reply, err := r.run(ctx, script, args...)
		if err != nil || reply[0] != lost {
			return reply, err
		}
		if err := r.fill(ctx, now); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: Redis is emptied again and again", ErrUnavailable)
}

// page is how many tokens go to Redis at a time.
const page = 500

// put brings tokens to Redis as they stand in the book. What is newer there stays.
func (r *Redis) put(ctx context.Context, now time.Time, tokens ...*token) error {
	for len(tokens) > 0 {
		n := min(len(tokens), page)
		if _, err := r.ask(ctx, now, r.scripts.put, putArgs("", now, tokens[:n])...); err != nil {
			return err
		}
		tokens = tokens[n:]
	}
	return nil
}

func putArgs(lock string, now time.Time, tokens []*token) []string {
	args := []string{lock, millis(now)}
	for _, t := range tokens {
		if t != nil {
			args = append(args, t.fields()...)
		}
	}
	return args
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// Enter implements [Line].
func (r *Redis) Enter(ctx context.Context, name, user string, concert int64, now time.Time) (Place, error) {
	tokens, err := change(ctx, r.config.Database, func(ctx context.Context, tx *sql.Tx) ([]*token, error) {
		t, ended, err := r.config.Book.enter(ctx, tx, name, user, concert, now)
		return []*token{t, ended}, err
	})
	if err != nil {
		return Place{}, err
	}
	if err := r.put(ctx, now, tokens...); err != nil {
		return Place{}, err
	}
	return r.Look(ctx, tokens[0].token, now)
}

// Complete implements [Line]. If the server is away, the book is left as it is: who gives up waiting
// has nothing to take back.
func (r *Redis) Complete(ctx context.Context, name, by string, now time.Time) (Place, error) {
	if _, err := r.ask(ctx, now, r.scripts.look, name); err != nil {
		return Place{}, err
	}
	return r.follow(ctx, now, func(ctx context.Context, tx *sql.Tx) ([]*token, error) {
		t, err := complete(ctx, tx, name, by)
		return []*token{t}, err
	})
}

// Restore implements [Line].
func (r *Redis) Restore(ctx context.Context, name, by string, now time.Time) (Place, error) {
	return r.follow(ctx, now, func(ctx context.Context, tx *sql.Tx) ([]*token, error) {
		return restore(ctx, tx, name, by, now)
	})
}

// End implements [Line].
func (r *Redis) End(ctx context.Context, name string, as Status, now time.Time) (Place, error) {
	return r.follow(ctx, now, func(ctx context.Context, tx *sql.Tx) ([]*token, error) {
		t, err := take(ctx, tx, name, as, now)
		return []*token{t}, err
	})
}

// follow changes the book and then Redis. A repeat that finds nothing to change in the book brings Redis
// what it may have missed.
func (r *Redis) follow(ctx context.Context, now time.Time, rule func(ctx context.Context, tx *sql.Tx) ([]*token, error)) (Place, error) {
	tokens, err := change(ctx, r.config.Database, rule)
	if err != nil {
		return Place{}, err
	}
	if err := r.put(ctx, now, tokens...); err != nil {
		return Place{}, err
	}
	return tokens[0].place(now), nil
}

// Count implements [Line].
func (r *Redis) Count(ctx context.Context, concert int64, now time.Time) (c Counts, err error) {
	reply, err := r.ask(ctx, now, r.scripts.count, strconv.FormatInt(concert, 10), millis(now), millis(now.Add(-lately)), millis(now.Add(lately)))
	if err != nil {
		return c, err
	}
	numbers, err := integers(reply[1:], 4)
	if err != nil {
		return c, err
	}
	return Counts{Waiting: numbers[0], Active: numbers[1], Restored: numbers[2], Admitted: numbers[3]}, nil
}

// integers reads a script's numbers.
func integers(texts []string, want int) ([]int64, error) {
	if len(texts) < want {
		return nil, fmt.Errorf("line: Redis answered with %d numbers instead of %d; use a prefix of this book's own", len(texts), want)
	}
	numbers := make([]int64, want)
	for i := range numbers {
		n, err := strconv.ParseInt(texts[i], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("line: Redis answered with %q for a number; use a prefix of this book's own: %w", texts[i], err)
		}
		numbers[i] = n
	}
	return numbers, nil
}
