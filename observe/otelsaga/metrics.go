package otelsaga

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/observe/internal/standing"
)

// Config tunes [Metrics]. The zero value of each field is its documented default; nil is the zero
// Config.
type Config struct {
	// Cache is how long what [Metrics.Watch] read from the store is told again. Default: 10 s.
	Cache time.Duration
	// Timeout is how long such a read may take, and so how long it can hold up a collection. Default: 3 s.
	Timeout time.Duration
	// Logger receives why the store could not be read. Default: slog.Default().
	Logger *slog.Logger
}

// Metrics counts what an engine does. Get it from [New]: the zero value is of no use. It is safe for
// concurrent use.
type Metrics struct {
	meter    metric.Meter
	config   standing.Config
	events   events
	measures measures
}

// New makes the metrics of one engine. A nil config is the zero Config. For a second engine in the
// same process use a meter with a name of its own, since the gauges of the two would overwrite each
// other.
func New(meter metric.Meter, config *Config) (*Metrics, error) {
	if meter == nil {
		return nil, fmt.Errorf("%w: no meter; get one from a MeterProvider", saga.ErrInvalid)
	}
	if config == nil {
		config = &Config{}
	}
	if config.Cache < 0 || config.Timeout < 0 {
		return nil, fmt.Errorf("%w: Config.Cache is %v and Config.Timeout is %v; use times above zero, or 0 for the defaults",
			saga.ErrInvalid, config.Cache, config.Timeout)
	}
	made := &making{meter: meter}
	m := &Metrics{
		meter:  meter,
		config: standing.Config{Cache: config.Cache, Timeout: config.Timeout, Logger: config.Logger},
		events: newEvents(made), measures: newMeasures(made),
	}
	if err := errors.Join(made.errs...); err != nil {
		return nil, fmt.Errorf("make the instruments of an engine: %w", err)
	}
	m.events.zero()
	m.measures.zero()
	return m, nil
}

// making makes instruments and collects what went wrong.
type making struct {
	meter metric.Meter
	errs  []error
}

func (m *making) counter(name, unit, help string) metric.Int64Counter {
	c, err := m.meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(help))
	m.errs = append(m.errs, err)
	return c
}

func (m *making) gauge(name, unit, help string) metric.Float64Gauge {
	g, err := m.meter.Float64Gauge(name, metric.WithUnit(unit), metric.WithDescription(help))
	m.errs = append(m.errs, err)
	return g
}

func (m *making) histogram(name, unit, help string, buckets []float64) metric.Float64Histogram {
	h, err := m.meter.Float64Histogram(name, metric.WithUnit(unit), metric.WithDescription(help),
		metric.WithExplicitBucketBoundaries(buckets...))
	m.errs = append(m.errs, err)
	return h
}

func (m *making) observable(name, unit, help string) metric.Float64ObservableGauge {
	g, err := m.meter.Float64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(help))
	m.errs = append(m.errs, err)
	return g
}

// seconds reach from a write to a fast disk to the longest call that anybody should wait for.
func seconds() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
}

// growing are as many bounds, each a multiple of the one before.
func growing(from, by float64, many int) []float64 {
	bounds := []float64{from}
	for len(bounds) < many {
		bounds = append(bounds, bounds[len(bounds)-1]*by)
	}
	return bounds
}
