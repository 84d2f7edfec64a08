package otelsaga_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/observe/otelsaga"
)

func events() []saga.Event {
	of := func(e saga.Event) saga.Event {
		e.Instance, e.Definition, e.Version = "i-1", "order", 1
		return e
	}
	return []saga.Event{
		of(saga.Event{Kind: saga.EventStarted, Status: saga.Running}),
		of(saga.Event{Kind: saga.EventAnswered, Step: "stock", Call: saga.CallAction, Outcome: saga.Unknown, Took: 2 * time.Second, Status: saga.Running}),
		of(saga.Event{Kind: saga.EventAnswered, Step: "stock", Call: saga.CallProbe, Outcome: saga.Succeeded, Took: time.Second, Status: saga.Running}),
		of(saga.Event{Kind: saga.EventOperated, Step: "pay", Hand: &saga.Hand{Verb: saga.Compensate}, Status: saga.Compensating}),
		of(saga.Event{Kind: saga.EventAnswered, Step: "stock", Call: saga.CallCompensation, Outcome: saga.Succeeded, Took: time.Second, Status: saga.Compensated}),
	}
}

func measures() []saga.Measure {
	at := time.Unix(1000, 0)
	return []saga.Measure{
		{Kind: saga.MeasuredAppend, Node: "node-1", At: at, Took: 2 * time.Second, Count: 3, Bytes: 700, Tries: 3},
		{Kind: saga.MeasuredAppend, Node: "node-1", At: at, Took: time.Second, Count: 9, Bytes: 900, Tries: 1, Rejected: true},
		{Kind: saga.MeasuredCheckpoint, Node: "node-2", At: at, Took: time.Second, Count: 5, Tries: 1},
		{Kind: saga.MeasuredCheckpoint, Node: "node-2", At: at, Took: time.Second, Count: 5, Tries: 1, Rejected: true},
		{Kind: saga.MeasuredClaim, Node: "node-2", At: at, Count: 4, Tries: 1},
		{Kind: saga.MeasuredTakeover, Node: "node-2", At: at.Add(time.Second), Count: 6, Tries: 1},
		{Kind: saga.MeasuredTakeover, Node: "node-2", At: at.Add(time.Hour), Tries: 1, Failed: true},
		{
			Kind: saga.MeasuredClaim, Node: "node-2", At: at.Add(time.Hour), Tries: 1, Failed: true,
			Residents: 7, Batch: 8, Behind: 1024, Lag: 1500 * time.Millisecond,
		},
	}
}

func TestTransitionsAreCounted(t *testing.T) {
	m, reader := made(t)
	for _, e := range events() {
		m.Observe(e)
	}
	wantNumbers(t, numbers(t, reader), map[string]float64{
		"saga.instances.started{definition=order}":                                         1,
		"saga.instances.ended{definition=order,status=compensated}":                        1,
		"saga.step.calls{call=action,definition=order,outcome=unknown,step=stock}":         1,
		"saga.step.calls{call=probe,definition=order,outcome=succeeded,step=stock}":        1,
		"saga.step.calls{call=compensation,definition=order,outcome=succeeded,step=stock}": 1,
		"saga.step.duration{call=action,definition=order,step=stock}":                      2,
		"saga.step.duration count{call=action,definition=order,step=stock}":                1,
		"saga.interventions{verb=compensate}":                                              1,
		"saga.interventions{verb=skip}":                                                    0,
		"saga.transitions{kind=started}":                                                   1,
		"saga.transitions{kind=answered}":                                                  3,
		"saga.transitions{kind=parked}":                                                    0,
	})
}

func TestWorkOnTheStoreIsCounted(t *testing.T) {
	m, reader := made(t)
	for _, w := range measures() {
		m.Measure(w)
	}
	wantNumbers(t, numbers(t, reader), map[string]float64{
		"saga.append.transitions{}":            3,
		"saga.append.transitions count{}":      1,
		"saga.append.size{}":                   700,
		"saga.append.duration{}":               2,
		"saga.checkpoint.duration{}":           1,
		"saga.checkpoint.duration count{}":     1,
		"saga.checkpoint.rows{}":               5,
		"saga.checkpoint.lag{}":                1.5,
		"saga.checkpoint.behind{}":             1024,
		"saga.claims{}":                        2,
		"saga.claimed.instances{}":             4,
		"saga.takeovers{}":                     1,
		"saga.takeover.instances{}":            6,
		"saga.store.rejected{kind=append}":     1,
		"saga.store.rejected{kind=checkpoint}": 1,
		"saga.store.failed{kind=claim}":        1,
		"saga.store.failed{kind=takeover}":     1,
		"saga.store.failed{kind=append}":       0,
		"saga.store.retries{kind=append}":      2,
		"saga.store.retries{kind=checkpoint}":  0,
		"saga.store.answered.timestamp{}":      1001,
		"saga.resident.instances{}":            7,
		"saga.waiting.transitions{}":           8,
	})
}

// However many instances and incarnations there are, the metrics stay as few as the program's names.
func TestNoAttributeGrowsWithTheInstances(t *testing.T) {
	m, reader := made(t)
	var few int
	for i := range 1000 {
		for _, e := range events() {
			e.Instance, e.Error = fmt.Sprint("i-", i), fmt.Sprint("said ", i)
			m.Observe(e)
		}
		for _, w := range measures() {
			w.Node = fmt.Sprint("node-", i)
			m.Measure(w)
		}
		if i == 0 {
			few = len(numbers(t, reader))
		}
	}
	if many := len(numbers(t, reader)); many != few || few == 0 {
		t.Errorf("%d after one instance, %d after 1,000", few, many)
	}
}

func TestWhatMakesNoSense(t *testing.T) {
	m, _ := made(t)
	_, noMeter := otelsaga.New(nil, nil)
	_, negative := otelsaga.New(noop.Meter{}, &otelsaga.Config{Cache: -1})
	for what, err := range map[string]error{"no meter": noMeter, "negative": negative, "no engine": m.Watch(nil)} {
		if !errors.Is(err, saga.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A program without an SDK gets a meter that does nothing.
func TestAMeterThatDoesNothing(t *testing.T) {
	m, err := otelsaga.New(noop.Meter{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events() {
		m.Observe(e)
	}
	for _, w := range measures() {
		m.Measure(w)
	}
}
