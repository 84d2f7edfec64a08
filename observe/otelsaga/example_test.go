package otelsaga_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/observe/otelsaga"
)

// Payment is the state of the saga.
type Payment struct{ Customer string }

// One payment goes through. Of the other nobody knows, and a person is needed.
func Example() {
	pay := saga.Definition[Payment]{Name: "payment", Version: 1, Steps: []saga.Step[Payment]{{
		Name: "charge", Kind: saga.Pivot, Retry: saga.RetryPolicy{MaxAttempts: 1},
		Action: func(_ context.Context, p *Payment, _ saga.Attempt) error {
			if p.Customer == "lee" {
				return errors.New("connection reset")
			}
			return nil
		},
	}}}
	reader := sdk.NewManualReader() // in your service: an exporter
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	metrics, err := otelsaga.New(provider.Meter("payments"), nil)
	check(err)
	engine, err := saga.New(memory.Open(), &saga.Config{Observe: metrics.Observe, Measure: metrics.Measure}, pay)
	check(err)
	check(metrics.Watch(engine))

	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- engine.Run(ctx) }()
	for _, customer := range []string{"kim", "lee"} {
		_, err = pay.Start(ctx, engine, "payment of "+customer, Payment{customer})
		check(err)
		_, err = pay.Wait(ctx, engine, "payment of "+customer)
		fmt.Println(customer+":", err)
	}
	stop()
	check(<-ended) // now every transition was told, and every row is written

	show(reader, "saga.instances.ended", "saga.step.calls", "saga.live.instances", "saga.unknown.instances")

	// Output:
	// kim: <nil>
	// lee: saga payment payment of lee: needs attention (in doubt): connection reset
	// saga.instances.ended definition=payment,status=completed 1
	// saga.live.instances status=compensating 0
	// saga.live.instances status=needs attention 1
	// saga.live.instances status=running 0
	// saga.step.calls call=action,definition=payment,outcome=succeeded,step=charge 1
	// saga.step.calls call=action,definition=payment,outcome=unknown,step=charge 1
	// saga.unknown.instances  1
}

// show prints what is collected, of these names.
func show(r sdk.Reader, names ...string) {
	var got metricdata.ResourceMetrics
	check(r.Collect(context.Background(), &got))
	var lines []string
	for _, m := range got.ScopeMetrics[0].Metrics {
		if !slices.Contains(names, m.Name) {
			continue
		}
		switch d := m.Data.(type) {
		case metricdata.Sum[int64]:
			for _, p := range d.DataPoints {
				lines = append(lines, line(m.Name, p.Attributes, p.Value))
			}
		case metricdata.Gauge[float64]:
			for _, p := range d.DataPoints {
				lines = append(lines, line(m.Name, p.Attributes, p.Value))
			}
		}
	}
	slices.Sort(lines)
	fmt.Println(strings.Join(lines, "\n"))
}

func line(name string, of attribute.Set, value any) string {
	return fmt.Sprint(name, " ", of.Encoded(attribute.DefaultEncoder()), " ", value)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
