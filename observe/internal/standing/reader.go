package standing

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Config tunes a [Reader]. The zero value of each field is its documented default.
type Config struct {
	Cache   time.Duration // how long what was read, or that it failed, is told again. Default: 10 s
	Timeout time.Duration // how long a read may take, and how long Read waits for one. Default: 3 s
	Logger  *slog.Logger  // hears why a read failed. Default: slog.Default()
}

// Reader reads a source, now and then. It is safe for concurrent use.
type Reader struct {
	source Source
	config Config

	mu      sync.Mutex
	reading chan struct{} // closed when the read under way has ended; nil if there is none
	last    Numbers
	err     error
	at      time.Time // when last and err were read; zero if never
}

// New makes a reader; it reads nothing yet.
func New(s Source, c Config) *Reader {
	c.Cache = cmp.Or(c.Cache, 10*time.Second)
	c.Timeout = cmp.Or(c.Timeout, 3*time.Second)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &Reader{source: s, config: c}
}

// Read returns how the instances stand, at most Config.Cache ago, and false if that could not be
// read in time. At most one read is under way at once, however many ask; one that is late is there
// for whoever asks next.
func (r *Reader) Read(ctx context.Context) (Numbers, bool) {
	done := r.begin()
	if done != nil {
		patience := time.NewTimer(r.config.Timeout)
		defer patience.Stop()
		select {
		case <-done:
		case <-patience.C: // the store does not heed the end of its context
			return Numbers{}, false
		case <-ctx.Done():
			return Numbers{}, false
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last, r.err == nil
}

// begin returns what to wait for; nil if what was read last is still good.
func (r *Reader) begin() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reading == nil {
		if !r.at.IsZero() && time.Since(r.at) < r.config.Cache {
			return nil
		}
		r.reading = make(chan struct{})
		go r.read()
	}
	return r.reading
}

func (r *Reader) read() {
	// Not the context of who asks: others wait for the same read.
	ctx, cancel := context.WithTimeoutCause(context.Background(), r.config.Timeout, errLate)
	defer cancel()
	numbers, err := look(ctx, r.source)
	if err != nil {
		r.config.Logger.Warn("how the sagas stand could not be read from the store; their gauges are missing until it can", "error", err, "cause", context.Cause(ctx))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last, r.err, r.at = numbers, err, time.Now()
	close(r.reading)
	r.reading = nil
}

var errLate = errors.New("the store did not answer in time")
