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
	// added at random. One that has just found something looks more often. Default: 1 s, and 2 s if
	// the queue is a [Waker].
	Poll time.Duration
	// Timeout bounds one call of the publisher or of the queue. A publisher that ignores the end of
	// its ctx keeps its place, and its key, until it returns. What a relay had under way when it was
	// killed is delivered by another, or by its next run, after twice this time. Default: 10 s.
	Timeout time.Duration
}

// withDefaults returns a copy of c with every field filled, for a queue that is a Waker or is none.
func (c *RelayConfig) withDefaults(waker bool) RelayConfig {
	var d RelayConfig
	if c != nil {
		d = *c
	}
	d.Batch = positive(d.Batch, 100)
	d.Initial = positive(d.Initial, 100*time.Millisecond)
	d.Max = max(positive(d.Max, time.Minute), d.Initial)
	d.MaxAttempts = positive(d.MaxAttempts, 10)
	poll := time.Second
	if waker {
		poll = 2 * time.Second
	}
	d.Poll = positive(d.Poll, poll)
	d.Timeout = positive(d.Timeout, 10*time.Second)
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	return d
}

// soonest is how soon a relay looks again that has just found something.
const soonest = 10 * time.Millisecond

// pause is how long to wait for the next look if the last that found something was so long ago: half
// of that, so that what was committed late is seen late by no more than that, and a poll at most.
func (c *RelayConfig) pause(since time.Duration, spread float64) time.Duration {
	poll := c.Poll + time.Duration(spread*float64(c.Poll/4))
	return min(max(since/2, soonest), poll)
}

// hold is how long a claim lasts: the call that claims and the publish after it are over by then, so
// that no key is ever under way at two relays.
func (c *RelayConfig) hold() time.Duration { return 2 * c.Timeout }

func positive[N int | time.Duration](n, otherwise N) N {
	if n > 0 {
		return n
	}
	return otherwise
}
