package promsaga

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/seosa-dev/saga"
)

// events are the metrics of transitions.
type events struct {
	transitions, started, ended, calls, interventions *prometheus.CounterVec
	durations                                         *prometheus.HistogramVec
}

func newEvents() events {
	e := events{
		transitions: counters("saga_transitions_total",
			"Transitions made durable by this engine, by what happened.", "kind"),
		started: counters("saga_instances_started_total",
			"Instances started by this engine.", "definition"),
		ended: counters("saga_instances_ended_total",
			"Instances that this engine brought to an end, by the end.", "definition", "status"),
		calls: counters("saga_step_calls_total",
			"Calls of a step's functions that ended, by what is known of the effect.", "definition", "step", "call", "outcome"),
		interventions: counters("saga_interventions_total",
			"Interventions of people, by what they did.", "verb"),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "saga_step_duration_seconds", Help: "How long calls of a step's functions took.", Buckets: seconds(),
		}, []string{"definition", "step", "call"}),
	}
	for _, k := range []saga.EventKind{saga.EventStarted, saga.EventAnswered, saga.EventTurned, saga.EventRecovered,
		saga.EventResumed, saga.EventReleased, saga.EventParked, saga.EventOperated,
		saga.EventReplied, saga.EventKept, saga.EventExpired} {
		e.transitions.WithLabelValues(string(k))
	}
	for _, v := range []saga.Verb{saga.Retry, saga.Compensate, saga.Resolve, saga.Skip, saga.Stop} {
		e.interventions.WithLabelValues(string(v))
	}
	return e
}

func (e *events) all() []prometheus.Collector {
	return []prometheus.Collector{e.transitions, e.started, e.ended, e.calls, e.interventions, e.durations}
}

// Observe counts a transition; it is for [saga.Config.Observe].
func (m *Metrics) Observe(e saga.Event) {
	v := &m.events
	v.transitions.WithLabelValues(string(e.Kind)).Inc()
	switch {
	case e.Kind == saga.EventStarted:
		v.started.WithLabelValues(e.Definition).Inc()
	case e.Kind == saga.EventAnswered && e.Call != "": // a timer calls nobody
		v.calls.WithLabelValues(e.Definition, e.Step, string(e.Call), string(e.Outcome)).Inc()
		v.durations.WithLabelValues(e.Definition, e.Step, string(e.Call)).Observe(e.Took.Seconds())
	case e.Kind == saga.EventOperated && e.Hand != nil:
		v.interventions.WithLabelValues(string(e.Hand.Verb)).Inc()
	}
	if e.Status.Ended() { // no transition follows, so each is counted once
		v.ended.WithLabelValues(e.Definition, string(e.Status)).Inc()
	}
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

// seconds reach from a write to a fast disk to the longest call that anybody should wait for.
func seconds() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
}
