package promsaga_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/observe/promsaga"
)

func made(t *testing.T) (*promsaga.Metrics, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	m, err := promsaga.New(registry, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m, registry
}

// gathered is what a scrape brings: name{label="value"} and its number. A histogram has one for its
// _count and one for its _sum.
func gathered(t *testing.T, g prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			of := "{" + strings.Join(labels, ",") + "}"
			if h := m.GetHistogram(); h != nil {
				all[f.GetName()+"_count"+of], all[f.GetName()+"_sum"+of] = float64(h.GetSampleCount()), h.GetSampleSum()
				continue
			}
			all[f.GetName()+of] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return all
}

// wantNumbers compares what is named, one a line, and nothing else.
func wantNumbers(t *testing.T, got map[string]float64, want map[string]float64) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if n, there := got[name]; !there || n != want[name] {
			t.Errorf("%s is %v (there: %v), want %v", name, n, there, want[name])
		}
	}
}

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
	m, registry := made(t)
	for _, e := range events() {
		m.Observe(e)
	}
	wantNumbers(t, gathered(t, registry), map[string]float64{
		`saga_instances_started_total{definition="order"}`:                                               1,
		`saga_instances_ended_total{definition="order",status="compensated"}`:                            1,
		`saga_step_calls_total{call="action",definition="order",outcome="unknown",step="stock"}`:         1,
		`saga_step_calls_total{call="probe",definition="order",outcome="succeeded",step="stock"}`:        1,
		`saga_step_calls_total{call="compensation",definition="order",outcome="succeeded",step="stock"}`: 1,
		`saga_step_duration_seconds_sum{call="action",definition="order",step="stock"}`:                  2,
		`saga_step_duration_seconds_count{call="action",definition="order",step="stock"}`:                1,
		`saga_interventions_total{verb="compensate"}`:                                                    1,
		`saga_interventions_total{verb="skip"}`:                                                          0,
		`saga_transitions_total{kind="started"}`:                                                         1,
		`saga_transitions_total{kind="answered"}`:                                                        3,
		`saga_transitions_total{kind="parked"}`:                                                          0,
	})
}

func TestWorkOnTheStoreIsCounted(t *testing.T) {
	m, registry := made(t)
	for _, w := range measures() {
		m.Measure(w)
	}
	wantNumbers(t, gathered(t, registry), map[string]float64{
		`saga_append_transitions_count{}`:              1,
		`saga_append_transitions_sum{}`:                3,
		`saga_append_size_bytes_sum{}`:                 700,
		`saga_append_duration_seconds_sum{}`:           2,
		`saga_checkpoint_duration_seconds_count{}`:     1,
		`saga_checkpoint_rows_total{}`:                 5,
		`saga_checkpoint_lag_seconds{}`:                1.5,
		`saga_checkpoint_behind_bytes{}`:               1024,
		`saga_claims_total{}`:                          2,
		`saga_claimed_instances_total{}`:               4,
		`saga_takeovers_total{}`:                       1,
		`saga_takeover_instances_total{}`:              6,
		`saga_store_rejected_total{kind="append"}`:     1,
		`saga_store_rejected_total{kind="checkpoint"}`: 1,
		`saga_store_failed_total{kind="claim"}`:        1,
		`saga_store_failed_total{kind="takeover"}`:     1,
		`saga_store_failed_total{kind="append"}`:       0,
		`saga_store_retries_total{kind="append"}`:      2,
		`saga_store_retries_total{kind="checkpoint"}`:  0,
		`saga_store_answered_timestamp_seconds{}`:      1001,
		`saga_resident_instances{}`:                    7,
		`saga_waiting_transitions{}`:                   8,
	})
}

// However many instances and incarnations there are, the metrics stay as few as the program's names.
func TestNoLabelGrowsWithTheInstances(t *testing.T) {
	m, registry := made(t)
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
			few = len(gathered(t, registry))
		}
	}
	if many := len(gathered(t, registry)); many != few || few == 0 {
		t.Errorf("%d after one instance, %d after 1,000", few, many)
	}
}

func TestNamesFollowTheCustoms(t *testing.T) {
	registry := everything(t)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	if err != nil {
		t.Error(err)
	}
}

// A second engine is told apart by a label; without one nothing of it is registered.
func TestTwoEnginesInOneRegistry(t *testing.T) {
	m, registry := made(t)
	m.Observe(events()[0])
	before := gathered(t, registry)
	if _, err := promsaga.New(registry, nil); err == nil || !strings.Contains(err.Error(), "wrap the registerer") {
		t.Errorf("a second time: %v", err)
	}
	if after := gathered(t, registry); !maps.Equal(before, after) {
		t.Errorf("the refused metrics changed the registry: %v", after)
	}
	apart := prometheus.NewRegistry()
	for _, name := range []string{"orders", "refunds"} {
		m, err := promsaga.New(prometheus.WrapRegistererWith(prometheus.Labels{"engine": name}, apart), nil)
		if err != nil {
			t.Fatal(err)
		}
		m.Observe(events()[0])
	}
	wantNumbers(t, gathered(t, apart), map[string]float64{
		`saga_instances_started_total{definition="order",engine="orders"}`:  1,
		`saga_instances_started_total{definition="order",engine="refunds"}`: 1,
	})
}

// One name that somebody else has is found out, and the others are given back.
func TestANameThatIsTaken(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "saga_resident_instances", Help: "somebody else's"}))
	if _, err := promsaga.New(registry, nil); err == nil {
		t.Error("it was registered twice")
	}
	if got := gathered(t, registry); len(got) != 1 {
		t.Errorf("left over: %v", got)
	}
}

func TestWhatMakesNoSense(t *testing.T) {
	m, registry := made(t)
	_, noRegisterer := promsaga.New(nil, nil)
	_, negative := promsaga.New(registry, &promsaga.Config{Timeout: -1})
	for what, err := range map[string]error{"no registerer": noRegisterer, "negative": negative, "no engine": m.Watch(nil)} {
		if !errors.Is(err, saga.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
