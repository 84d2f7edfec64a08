package sagatest

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Config says how much is explored. The zero value of each field is its documented default; nil is
// the zero Config.
type Config struct {
	// Bound is how many faults a schedule of the exhaustive search has at most. Default: 2.
	Bound int
	// Engine is the configuration of the nodes: timeouts, retries, lease. Its Logger, Node and
	// Observe are not used. Default: the engine's own.
	Engine *saga.Config
	// Points is how many points of one run faults can strike at. Default: 400.
	Points int
	// Random is how many random schedules follow the exhaustive search. Default: 1,000. None if
	// negative.
	Random int
	// Schedules is how many schedules the exhaustive search runs at most. If there are more,
	// those with the fewest faults come first, and of the rest a sample is taken. Default: 10,000.
	Schedules int
	// Seed makes the random schedules and the sample. Default: 1.
	Seed uint64
	// Store opens the empty store of one schedule; one that has a Close is closed after it. It is called
	// from several goroutines. Default: memory.Open.
	Store func() saga.Store
	// Within is the virtual time within which a run must come to its end. Default: 24 h.
	Within time.Duration
	// Without lists kinds of faults that never strike. Default: none.
	Without []Kind
}

func (c *Config) withDefaults() Config {
	var d Config
	if c != nil {
		d = *c
	}
	d.Bound = cmp.Or(d.Bound, 2)
	d.Points = cmp.Or(d.Points, 400)
	d.Random = cmp.Or(d.Random, 1000)
	d.Schedules = cmp.Or(d.Schedules, 10_000)
	d.Seed = cmp.Or(d.Seed, 1)
	d.Within = cmp.Or(d.Within, 24*time.Hour)
	if d.Store == nil {
		d.Store = func() saga.Store { return memory.Open() }
	}
	var e saga.Config
	if d.Engine != nil {
		e = *d.Engine
	}
	e.Logger, e.Node, e.Observe = slog.New(slog.DiscardHandler), "", nil
	d.Engine = &e
	return d
}

// enabled is the set of kinds that may strike.
func (c *Config) enabled() kinds { return setOf(Kinds()...).without(c.Without...) }
