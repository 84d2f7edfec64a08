package promsaga

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seosa-dev/saga/observe/internal/standing"
)

// watch collects what stands in a store at the time of a scrape.
type watch struct {
	reader *standing.Reader

	live, attention, attentionOldest, unknown, unknownOldest, read, partial *prometheus.Desc
}

func newWatch(r *standing.Reader) *watch {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &watch{
		reader: r,
		live:   desc("saga_live_instances", "Instances in the store that have not ended.", "status"),
		attention: desc("saga_attention_instances",
			"Instances in the store that need attention.", "reason"),
		attentionOldest: desc("saga_attention_oldest_seconds",
			"For how long the oldest of them has needed attention; 0 if there is none.", "reason"),
		unknown: desc("saga_unknown_instances",
			"Live instances in the store of which nobody knows what became of a step."),
		unknownOldest: desc("saga_unknown_oldest_seconds",
			"For how long the oldest of them has stood in its status; 0 if there is none."),
		read: desc("saga_store_read_success",
			"1 if the gauges of the store could be read; if 0, they are missing."),
		partial: desc("saga_store_read_partial",
			"1 if there are too many live instances to look at all; attention and unknown are then lower bounds."),
	}
}

// Describe implements prometheus.Collector.
func (w *watch) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{w.live, w.attention, w.attentionOldest, w.unknown, w.unknownOldest, w.read, w.partial} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. It takes no longer than the reader's timeout.
func (w *watch) Collect(ch chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	n, ok := w.reader.Read(context.Background())
	if !ok {
		tell(w.read, 0)
		return
	}
	tell(w.read, 1)
	tell(w.partial, number(n.Partial))
	for status, count := range n.Live {
		tell(w.live, float64(count), string(status))
	}
	now := time.Now()
	for reason, group := range n.Attention {
		tell(w.attention, float64(group.Count), string(reason))
		tell(w.attentionOldest, group.Age(now).Seconds(), string(reason))
	}
	tell(w.unknown, float64(n.Unknown.Count))
	tell(w.unknownOldest, n.Unknown.Age(now).Seconds())
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
