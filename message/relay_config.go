package message

import (
	"log/slog"
	"time"
)

// RelayConfig tunes a relay. A field that is zero or less is its documented default; nil is the zero
// RelayConfig. It is copied by [NewRelay].
type RelayConfig struct {
	// Batch is how many messages are under way at once, each of another key, and how many are read
	// at a time. Default: 100.
	Batch int
	// Initial is the wait after the first failure; it doubles with each further one. Default: 100 ms.
	Initial time.Duration
	// Logger receives what an operator should know. Default: slog.Default().
	Logger *slog.Logger
	// Max is the longest wait, of a row as of the relay as a whole. Default: 1 min.
	Max time.Duration
	// MaxAttempts is how many deliveries of a message may fail before it is a dead letter. Default: 10.
	MaxAttempts int
	// Poll is how often an idle relay looks into the outbox without being woken; up to a quarter is
	// added at random. Default: 1 s.
	Poll time.Duration
	// Timeout bounds one call of the publisher or of the queue. A publisher that ignores the end of
	// its ctx keeps its place, and its key, until it returns. Default: 10 s.
	Timeout time.Duration
}

// withDefaults returns a copy of c with every field filled.
func (c *RelayConfig) withDefaults() RelayConfig {
	var d RelayConfig
	if c != nil {
		d = *c
	}
	d.Batch = positive(d.Batch, 100)
	d.Initial = positive(d.Initial, 100*time.Millisecond)
	d.Max = max(positive(d.Max, time.Minute), d.Initial)
	d.MaxAttempts = positive(d.MaxAttempts, 10)
	d.Poll = positive(d.Poll, time.Second)
	d.Timeout = positive(d.Timeout, 10*time.Second)
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	return d
}

func positive[N int | time.Duration](n, otherwise N) N {
	if n > 0 {
		return n
	}
	return otherwise
}
