package otelsaga_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/seosa-dev/saga/observe/otelsaga"
)

// point is one number of a metric; a histogram has its sum, and its count besides.
type point struct {
	attributes string
	keys       []string
	number     float64
	count      uint64
}

func at(set attribute.Set, number float64, count uint64) point {
	p := point{attributes: set.Encoded(attribute.DefaultEncoder()), number: number, count: count}
	for _, kv := range set.ToSlice() {
		p.keys = append(p.keys, string(kv.Key))
	}
	return p
}

func points(m metricdata.Metrics) (all []point) {
	switch d := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range d.DataPoints {
			all = append(all, at(p.Attributes, float64(p.Value), 0))
		}
	case metricdata.Gauge[float64]:
		for _, p := range d.DataPoints {
			all = append(all, at(p.Attributes, p.Value, 0))
		}
	case metricdata.Histogram[float64]:
		for _, p := range d.DataPoints {
			all = append(all, at(p.Attributes, p.Sum, p.Count))
		}
	}
	return all
}

func kind(m metricdata.Metrics) string {
	switch m.Data.(type) {
	case metricdata.Sum[int64]:
		return "counter"
	case metricdata.Gauge[float64]:
		return "gauge"
	case metricdata.Histogram[float64]:
		return "histogram"
	}
	return "something else"
}

func made(t *testing.T) (*otelsaga.Metrics, sdk.Reader) {
	t.Helper()
	reader := sdk.NewManualReader()
	m, err := otelsaga.New(sdk.NewMeterProvider(sdk.WithReader(reader)).Meter("test"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m, reader
}

func collected(t *testing.T, r sdk.Reader) []metricdata.Metrics {
	t.Helper()
	var got metricdata.ResourceMetrics
	if err := r.Collect(context.WithoutCancel(t.Context()), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.ScopeMetrics) != 1 {
		t.Fatalf("%d scopes", len(got.ScopeMetrics))
	}
	return got.ScopeMetrics[0].Metrics
}

// numbers is what is collected: name{attributes} and its number. A histogram also has a count.
func numbers(t *testing.T, r sdk.Reader) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	for _, m := range collected(t, r) {
		for _, p := range points(m) {
			all[m.Name+"{"+p.attributes+"}"] = p.number
			if kind(m) == "histogram" {
				all[m.Name+" count{"+p.attributes+"}"] = float64(p.count)
			}
		}
	}
	return all
}

// wantNumbers compares what is named, and nothing else.
func wantNumbers(t *testing.T, got, want map[string]float64) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if n, there := got[name]; !there || n != want[name] {
			t.Errorf("%s is %v (there: %v), want %v", name, n, there, want[name])
		}
	}
}
