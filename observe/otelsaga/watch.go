package otelsaga

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/observe/internal/standing"
)

// watch observes what stands in a store when metrics are collected.
type watch struct {
	reader *standing.Reader

	live, attention, attentionOldest, unknown, unknownOldest, read, partial metric.Float64ObservableGauge
}

// Watch adds the gauges of what is in the engine's store. They are read when metrics are collected,
// at most once in Config.Cache. The engine need not run. Several processes on one store all tell the
// same, so take the maximum over them and not the sum. Call it once.
func (m *Metrics) Watch(e *saga.Engine) error {
	if e == nil {
		return fmt.Errorf("%w: no engine to watch; call Watch with what saga.New returned", saga.ErrInvalid)
	}
	made := &making{meter: m.meter}
	w := newWatch(made, standing.New(e, m.config))
	err := errors.Join(made.errs...)
	if err == nil {
		_, err = m.meter.RegisterCallback(w.observe, w.live, w.attention, w.attentionOldest, w.unknown, w.unknownOldest, w.read, w.partial)
	}
	if err != nil {
		return fmt.Errorf("watch the store of an engine: %w", err)
	}
	return nil
}

func newWatch(m *making, r *standing.Reader) *watch {
	return &watch{
		reader: r,
		live: m.observable("saga.live.instances", "{instance}",
			"Instances in the store that have not ended."),
		attention: m.observable("saga.attention.instances", "{instance}",
			"Instances in the store that need attention."),
		attentionOldest: m.observable("saga.attention.oldest", "s",
			"For how long the oldest of them has needed attention; 0 if there is none."),
		unknown: m.observable("saga.unknown.instances", "{instance}",
			"Live instances in the store of which nobody knows what became of a step."),
		unknownOldest: m.observable("saga.unknown.oldest", "s",
			"For how long the oldest of them has stood in its status; 0 if there is none."),
		read: m.observable("saga.store.read.success", "{success}",
			"1 if the gauges of the store could be read; if 0, they are missing."),
		partial: m.observable("saga.store.read.partial", "{partial}",
			"1 if there are too many live instances to look at all; attention and unknown are then lower bounds."),
	}
}

// observe is the callback. It takes no longer than the reader's timeout.
func (w *watch) observe(ctx context.Context, o metric.Observer) error {
	n, ok := w.reader.Read(ctx)
	if !ok {
		o.ObserveFloat64(w.read, 0)
		return nil // told by the gauge; an error would only reach the SDK's log
	}
	o.ObserveFloat64(w.read, 1)
	o.ObserveFloat64(w.partial, number(n.Partial))
	for status, count := range n.Live {
		o.ObserveFloat64(w.live, float64(count), with(attribute.String("status", string(status))))
	}
	now := time.Now()
	for reason, group := range n.Attention {
		why := with(attribute.String("reason", string(reason)))
		o.ObserveFloat64(w.attention, float64(group.Count), why)
		o.ObserveFloat64(w.attentionOldest, group.Age(now).Seconds(), why)
	}
	o.ObserveFloat64(w.unknown, float64(n.Unknown.Count))
	o.ObserveFloat64(w.unknownOldest, n.Unknown.Age(now).Seconds())
	return nil
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
