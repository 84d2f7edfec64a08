package promsaga

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/observe/internal/standing"
)

// Config tunes [Metrics]. The zero value of each field is its documented default; nil is the zero
// Config.
type Config struct {
	// Cache is how long what [Metrics.Watch] read from the store is told again. Default: 10 s.
	Cache time.Duration
	// Timeout is how long such a read may take, and so how long it can hold up a scrape. Keep it below
	// the scrape's own timeout. Default: 3 s.
	Timeout time.Duration
	// Logger receives why the store could not be read. Default: slog.Default().
	Logger *slog.Logger
}

// Metrics counts what an engine does. Get it from [New]: the zero value is of no use. It is safe for
// concurrent use.
type Metrics struct {
	registerer prometheus.Registerer
	config     standing.Config
	events     events
	measures   measures
}

// New makes the metrics of one engine and registers them. A nil config is the zero Config.
//
// A registry takes them once. For a second engine in the same process, wrap it with
// prometheus.WrapRegistererWith and a label that tells the two apart.
func New(reg prometheus.Registerer, config *Config) (*Metrics, error) {
	if reg == nil {
		return nil, fmt.Errorf("%w: no registerer; use prometheus.DefaultRegisterer, or a registry of your own", saga.ErrInvalid)
	}
	if config == nil {
		config = &Config{}
	}
	if config.Cache < 0 || config.Timeout < 0 {
		return nil, fmt.Errorf("%w: Config.Cache is %v and Config.Timeout is %v; use times above zero, or 0 for the defaults",
			saga.ErrInvalid, config.Cache, config.Timeout)
	}
	m := &Metrics{
		registerer: reg,
		config:     standing.Config{Cache: config.Cache, Timeout: config.Timeout, Logger: config.Logger},
		events:     newEvents(), measures: newMeasures(),
	}
	all := append(m.events.all(), m.measures.all()...)
	for i, c := range all {
		if err := reg.Register(c); err != nil {
			for _, done := range all[:i] { // all of them or none
				reg.Unregister(done)
			}
			return nil, fmt.Errorf("register the metrics of an engine: %w; for a second engine wrap the registerer with a label", err)
		}
	}
	return m, nil
}

// Watch adds the gauges of what is in the engine's store. They are read when the registry is
// gathered, at most once in Config.Cache. The engine need not run. Several processes on one store
// all tell the same, so take the maximum over them and not the sum.
func (m *Metrics) Watch(e *saga.Engine) error {
	if e == nil {
		return fmt.Errorf("%w: no engine to watch; call Watch with what saga.New returned", saga.ErrInvalid)
	}
	if err := m.registerer.Register(newWatch(standing.New(e, m.config))); err != nil {
		return fmt.Errorf("watch the store of an engine: %w; Watch is called once, for another engine make other Metrics", err)
	}
	return nil
}
