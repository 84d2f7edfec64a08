package promsaga

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/seosa-dev/saga"
)

// measures are the metrics of a node's work on its store.
type measures struct {
	rejected, failed, retries                    *prometheus.CounterVec
	rows, claims, claimed, takeovers, takenOver  prometheus.Counter
	transitions, bytes, appending, checkpointing prometheus.Histogram
	lag, behind, residents, waiting, answered    prometheus.Gauge
}

func newMeasures() measures {
	m := measures{
		transitions: histogram("saga_append_transitions", "Transitions made durable by one append.", prometheus.ExponentialBuckets(1, 2, 12)),
		bytes:       histogram("saga_append_size_bytes", "Bytes of the journal row of one append.", prometheus.ExponentialBuckets(256, 4, 8)),
		appending:   histogram("saga_append_duration_seconds", "How long an append took, repetitions included.", seconds()),

		checkpointing: histogram("saga_checkpoint_duration_seconds", "How long a checkpoint took, repetitions included.", seconds()),
		rows:          counter("saga_checkpoint_rows_total", "Rows of instances written by checkpoints."),
		lag:           gauge("saga_checkpoint_lag_seconds", "For how long the oldest transition that no checkpoint has written has been durable."),
		behind:        gauge("saga_checkpoint_behind_bytes", "Bytes of the journal that no checkpoint has written yet."),

		claims:    counter("saga_claims_total", "Looks for dormant instances."),
		claimed:   counter("saga_claimed_instances_total", "Dormant instances taken."),
		takeovers: counter("saga_takeovers_total", "Journals of other nodes taken over."),
		takenOver: counter("saga_takeover_instances_total", "Live instances of nodes taken over."),

		rejected: counters("saga_store_rejected_total", "Writes that the store refused because another node had taken this one over.", "kind"),
		failed:   counters("saga_store_failed_total", "Claims and takeovers of which nobody knows what came.", "kind"),
		retries:  counters("saga_store_retries_total", "Times that the store was asked again because an answer was lost.", "kind"),
		answered: gauge("saga_store_answered_timestamp_seconds", "When the store last answered this node, in Unix time."),

		residents: gauge("saga_resident_instances", "Instances that the node holds in memory."),
		waiting:   gauge("saga_waiting_transitions", "Transitions decided and not yet handed to the store."),
	}
	for _, k := range []saga.MeasureKind{saga.MeasuredAppend, saga.MeasuredCheckpoint, saga.MeasuredClaim, saga.MeasuredTakeover} {
		for _, v := range []*prometheus.CounterVec{m.rejected, m.failed, m.retries} {
			v.WithLabelValues(string(k))
		}
	}
	return m
}

func (m *measures) all() []prometheus.Collector {
	return []prometheus.Collector{
		m.transitions, m.bytes, m.appending, m.checkpointing, m.rows, m.lag, m.behind, m.claims, m.claimed,
		m.takeovers, m.takenOver, m.rejected, m.failed, m.retries, m.answered, m.residents, m.waiting,
	}
}

// Measure counts a piece of work on the store; it is for [saga.Config.Measure].
func (m *Metrics) Measure(w saga.Measure) {
	v := &m.measures
	v.residents.Set(float64(w.Residents))
	v.waiting.Set(float64(w.Batch))
	v.behind.Set(float64(w.Behind))
	v.lag.Set(w.Lag.Seconds())
	kind := string(w.Kind)
	v.retries.WithLabelValues(kind).Add(float64(max(0, w.Tries-1)))
	if w.Kind == saga.MeasuredClaim {
		v.claims.Inc()
	}
	if w.Failed {
		v.failed.WithLabelValues(kind).Inc()
		return
	}
	v.answered.Set(float64(w.At.UnixMilli()) / 1000)
	if w.Rejected { // nothing was written, so there is nothing to size
		v.rejected.WithLabelValues(kind).Inc()
		return
	}
	v.done(w)
}

// done is work that the store did.
func (m *measures) done(w saga.Measure) {
	switch w.Kind {
	case saga.MeasuredAppend:
		m.transitions.Observe(float64(w.Count))
		m.bytes.Observe(float64(w.Bytes))
		m.appending.Observe(w.Took.Seconds())
	case saga.MeasuredCheckpoint:
		m.rows.Add(float64(w.Count))
		m.checkpointing.Observe(w.Took.Seconds())
	case saga.MeasuredClaim:
		m.claimed.Add(float64(w.Count))
	case saga.MeasuredTakeover:
		m.takeovers.Inc()
		m.takenOver.Add(float64(w.Count))
	}
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
}
