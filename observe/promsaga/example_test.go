package promsaga_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/observe/promsaga"
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
	registry := prometheus.NewRegistry()
	metrics, err := promsaga.New(registry, nil)
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

	show(registry, "saga_instances_ended_total", "saga_step_calls_total", "saga_live_instances", "saga_unknown_instances")

	// Output:
	// kim: <nil>
	// lee: saga payment payment of lee: needs attention (in doubt): connection reset
	// saga_instances_ended_total definition=payment status=completed 1
	// saga_live_instances status=compensating 0
	// saga_live_instances status=needs attention 1
	// saga_live_instances status=running 0
	// saga_step_calls_total call=action definition=payment outcome=succeeded step=charge 1
	// saga_step_calls_total call=action definition=payment outcome=unknown step=charge 1
	// saga_unknown_instances 1
}

// show prints what a scrape would bring, of these names.
func show(g prometheus.Gatherer, names ...string) {
	families, err := g.Gather()
	check(err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if !slices.Contains(names, f.GetName()) {
				continue
			}
			fmt.Print(f.GetName())
			for _, l := range m.GetLabel() {
				fmt.Print(" ", l.GetName(), "=", l.GetValue())
			}
			fmt.Println("", m.GetCounter().GetValue()+m.GetGauge().GetValue())
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
