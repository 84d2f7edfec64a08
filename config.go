package saga

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Config tunes an engine. The zero value of each field is its documented default; nil is the zero
// Config. It is copied by [New].
type Config struct {
	// CompensationRetry is the policy for compensations and fences.
	// Default: 12 attempts, 100 ms growing by 2 to at most 1 min.
	CompensationRetry RetryPolicy
	// Concurrency bounds the calls to participants that are under way at once. Default: 256.
	Concurrency int
	// Drain bounds how long Run waits, once its ctx ends, for calls under way. Default: 5 s.
	Drain time.Duration
	// Lease is how long this engine's node may make no progress before others take it over; theirs
	// is theirs. Default: 5 s, at least 100 ms.
	Lease time.Duration
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Measure receives what this engine's node does on the store: appends, checkpoints, claims and
	// takeovers, on the same goroutine as Observe; it must not block. Default: none.
	Measure func(Measure)
	// Node names this process in the store; each Run adds a random part to it. Default: "node".
	Node string
	// Observe receives every transition that this engine makes, once it is durable, in order per
	// instance, on one goroutine; it must not block. It also receives the start of an instance that began
	// in a transaction (see [Starter]) and that this engine claims first. What became durable just before a crash may
	// never be told; the history has it. Default: none.
	Observe func(Event)
	// Retry is the policy for actions and probes of steps that have none of their own.
	// Default: 5 attempts, 100 ms growing by 2 to at most 10 s.
	Retry RetryPolicy
	// StateLimit bounds an instance's state in bytes of JSON. Default: 64 KiB, at most 512 KiB.
	StateLimit int
	// Timeout bounds one call to a step's function that has no timeout of its own. Default: 10 s.
	Timeout time.Duration
}

const maxStateLimit = 512 << 10

// withDefaults returns a copy of c with every zero field filled.
func (c *Config) withDefaults() Config {
	var d Config
	if c != nil {
		d = *c
	}
	d.CompensationRetry = d.CompensationRetry.or(RetryPolicy{12, 100 * time.Millisecond, time.Minute, 2})
	d.Retry = d.Retry.or(RetryPolicy{5, 100 * time.Millisecond, 10 * time.Second, 2})
	d.Concurrency = cmp.Or(d.Concurrency, 256)
	d.Drain = cmp.Or(d.Drain, 5*time.Second)
	d.Lease = cmp.Or(d.Lease, 5*time.Second)
	d.Node = cmp.Or(d.Node, "node")
	d.StateLimit = cmp.Or(d.StateLimit, 64<<10)
	d.Timeout = cmp.Or(d.Timeout, 10*time.Second)
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	return d
}

// check reports every field that makes no sense.
func (c *Config) check() error {
	var errs []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf("%w: Config."+format, append([]any{ErrInvalid}, args...)...))
		}
	}
	bad(c.Concurrency < 0, "Concurrency is %d; use at least 1, or 0 for the default", c.Concurrency)
	bad(c.Drain < 0, "Drain is negative")
	bad(c.Lease < 100*time.Millisecond, "Lease is %v; use at least 100ms", c.Lease)
	bad(c.StateLimit < 0 || c.StateLimit > maxStateLimit, "StateLimit is %d; use at most %d", c.StateLimit, maxStateLimit)
	bad(c.Timeout < 0, "Timeout is negative")
	bad(!validID(c.Node), "Node %q is not a name: use 1 to 200 bytes of UTF-8 without control characters or space at an end", c.Node)
	for name, p := range map[string]RetryPolicy{"Retry": c.Retry, "CompensationRetry": c.CompensationRetry} {
		if err := p.check(); err != nil {
			errs = append(errs, fmt.Errorf("%w: Config.%s: %w", ErrInvalid, name, err))
		}
	}
	return errors.Join(errs...)
}
