package otelsaga

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/seosa-dev/saga"
)

// measures are the instruments of a node's work on its store.
type measures struct {
	rejected, failed, retries, rows, claims, claimed, takeovers, takenOver metric.Int64Counter
	transitions, bytes, appending, checkpointing                           metric.Float64Histogram
	lag, behind, residents, waiting, answered                              metric.Float64Gauge
}

func newMeasures(m *making) measures {
	return measures{
		transitions: m.histogram("saga.append.transitions", "{transition}", "Transitions made durable by one append.", growing(1, 2, 12)),
		bytes:       m.histogram("saga.append.size", "By", "Bytes of the journal row of one append.", growing(256, 4, 8)),
		appending:   m.histogram("saga.append.duration", "s", "How long an append took, repetitions included.", seconds()),

		checkpointing: m.histogram("saga.checkpoint.duration", "s", "How long a checkpoint took, repetitions included.", seconds()),
		rows:          m.counter("saga.checkpoint.rows", "{row}", "Rows of instances written by checkpoints."),
		lag:           m.gauge("saga.checkpoint.lag", "s", "For how long the oldest transition that no checkpoint has written has been durable."),
		behind:        m.gauge("saga.checkpoint.behind", "By", "Bytes of the journal that no checkpoint has written yet."),

		claims:    m.counter("saga.claims", "{claim}", "Looks for dormant instances."),
		claimed:   m.counter("saga.claimed.instances", "{instance}", "Dormant instances taken."),
		takeovers: m.counter("saga.takeovers", "{takeover}", "Journals of other nodes taken over."),
		takenOver: m.counter("saga.takeover.instances", "{instance}", "Instances written by takeovers."),

		rejected: m.counter("saga.store.rejected", "{write}", "Writes that the store refused because another node had taken this one over."),
		failed:   m.counter("saga.store.failed", "{request}", "Claims and takeovers of which nobody knows what came."),
		retries:  m.counter("saga.store.retries", "{request}", "Times that the store was asked again because an answer was lost."),
		answered: m.gauge("saga.store.answered.timestamp", "s", "When the store last answered this node, in Unix time."),

		residents: m.gauge("saga.resident.instances", "{instance}", "Instances that the node holds in memory."),
		waiting:   m.gauge("saga.waiting.transitions", "{transition}", "Transitions decided and not yet handed to the store."),
	}
}

// zero is that of events.
func (m *measures) zero() {
	ctx := context.Background()
	for _, c := range []metric.Int64Counter{m.rows, m.claims, m.claimed, m.takeovers, m.takenOver} {
		c.Add(ctx, 0)
	}
	for _, k := range []saga.MeasureKind{saga.MeasuredAppend, saga.MeasuredCheckpoint, saga.MeasuredClaim, saga.MeasuredTakeover} {
		for _, c := range []metric.Int64Counter{m.rejected, m.failed, m.retries} {
			c.Add(ctx, 0, with(attribute.String("kind", string(k))))
		}
	}
}

// Measure counts a piece of work on the store; it is for [saga.Config.Measure].
func (m *Metrics) Measure(w saga.Measure) {
	ctx, v := context.Background(), &m.measures
	v.residents.Record(ctx, float64(w.Residents))
	v.waiting.Record(ctx, float64(w.Batch))
	v.behind.Record(ctx, float64(w.Behind))
	v.lag.Record(ctx, w.Lag.Seconds())
	kind := with(attribute.String("kind", string(w.Kind)))
	v.retries.Add(ctx, int64(max(0, w.Tries-1)), kind)
	if w.Kind == saga.MeasuredClaim {
		v.claims.Add(ctx, 1)
	}
	if w.Failed {
		v.failed.Add(ctx, 1, kind)
		return
	}
	v.answered.Record(ctx, float64(w.At.UnixMilli())/1000)
	if w.Rejected { // nothing was written, so there is nothing to size
		v.rejected.Add(ctx, 1, kind)
		return
	}
	v.done(ctx, w)
}

// done is work that the store did.
func (m *measures) done(ctx context.Context, w saga.Measure) {
	switch w.Kind {
	case saga.MeasuredAppend:
		m.transitions.Record(ctx, float64(w.Count))
		m.bytes.Record(ctx, float64(w.Bytes))
		m.appending.Record(ctx, w.Took.Seconds())
	case saga.MeasuredCheckpoint:
		m.rows.Add(ctx, int64(w.Count))
		m.checkpointing.Record(ctx, w.Took.Seconds())
	case saga.MeasuredClaim:
		m.claimed.Add(ctx, int64(w.Count))
	case saga.MeasuredTakeover:
		m.takeovers.Add(ctx, 1)
		m.takenOver.Add(ctx, int64(w.Count))
	}
}
