package otelsaga

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/seosa-dev/saga"
)

// events are the instruments of transitions.
type events struct {
	transitions, started, ended, calls, interventions metric.Int64Counter
	durations                                         metric.Float64Histogram
}

func newEvents(m *making) events {
	return events{
		transitions: m.counter("saga.transitions", "{transition}",
			"Transitions made durable by this engine, by what happened."),
		started: m.counter("saga.instances.started", "{instance}",
			"Instances started by this engine."),
		ended: m.counter("saga.instances.ended", "{instance}",
			"Instances that this engine brought to an end, by the end."),
		calls: m.counter("saga.step.calls", "{call}",
			"Calls of a step's functions that ended, by what is known of the effect."),
		interventions: m.counter("saga.interventions", "{intervention}",
			"Interventions of people, by what they did."),
		durations: m.histogram("saga.step.duration", "s",
			"How long calls of a step's functions took.", seconds()),
	}
}

// zero makes the counters appear before they have counted anything, so that their first count is
// seen as one. Those of definitions and steps are not known yet.
func (e *events) zero() {
	ctx := context.Background()
	for _, k := range []saga.EventKind{saga.EventStarted, saga.EventAnswered, saga.EventTurned, saga.EventRecovered,
		saga.EventResumed, saga.EventReleased, saga.EventParked, saga.EventOperated,
		saga.EventReplied, saga.EventKept, saga.EventExpired} {
		e.transitions.Add(ctx, 0, with(attribute.String("kind", string(k))))
	}
	for _, v := range []saga.Verb{saga.Retry, saga.Compensate, saga.Resolve, saga.Skip, saga.Stop} {
		e.interventions.Add(ctx, 0, with(attribute.String("verb", string(v))))
	}
}

// Observe counts a transition; it is for [saga.Config.Observe].
func (m *Metrics) Observe(e saga.Event) {
	ctx, v := context.Background(), &m.events
	definition := attribute.String("definition", e.Definition)
	v.transitions.Add(ctx, 1, with(attribute.String("kind", string(e.Kind))))
	switch {
	case e.Kind == saga.EventStarted:
		v.started.Add(ctx, 1, with(definition))
	case e.Kind == saga.EventAnswered && e.Call != "": // a timer calls nobody
		step, call := attribute.String("step", e.Step), attribute.String("call", string(e.Call))
		v.calls.Add(ctx, 1, with(definition, step, call, attribute.String("outcome", string(e.Outcome))))
		v.durations.Record(ctx, e.Took.Seconds(), with(definition, step, call))
	case e.Kind == saga.EventOperated && e.Hand != nil:
		v.interventions.Add(ctx, 1, with(attribute.String("verb", string(e.Hand.Verb))))
	}
	if e.Status.Ended() { // no transition follows, so each is counted once
		v.ended.Add(ctx, 1, with(definition, attribute.String("status", string(e.Status))))
	}
}

func with(attributes ...attribute.KeyValue) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attributes...))
}
