package reference_test

import (
	"context"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
)

// A shape with everything that a saga can be, explored by models of its participants alone.
func TestAModelOfEveryShape(t *testing.T) {
	no := func(context.Context, *struct{ N int }, saga.Attempt) error { panic("it is modelled") }
	heard := func(*struct{ N int }, saga.Reply) error { panic("it is modelled") }
	type step = saga.Step[struct{ N int }]
	d := saga.Definition[struct{ N int }]{Name: "all", Version: 1, Deadline: 10 * time.Minute, Steps: []step{
		{Name: "a", Action: no, Compensation: no, Fence: no},
		{Name: "g", Parallel: true, Steps: []step{
			{Name: "b", Action: no, Compensation: no, Probe: no, Fence: no},
			{Name: "h", Steps: []step{{Name: "c", Action: no, Compensation: no, Replayable: true}, {Name: "d", Action: no, Compensation: no, Fence: no, Reply: heard, ReplyTimeout: 40 * time.Second}}},
		}},
		{Name: "pause", Sleep: func(struct{ N int }) time.Duration { return time.Second }},
		{Name: "e", Kind: saga.Pivot, Action: no, Probe: no, Fence: no},
		{Name: "f", Kind: saga.Retriable, Reply: heard, ReplyTimeout: 40 * time.Second, Probe: no},
	}}
	sagatest.Explore(t, &sagatest.Config{Bound: 1, Random: 500}, func(w *sagatest.World) sagatest.Case[struct{ N int }] {
		return sagatest.Case[struct{ N int }]{Definition: sagatest.Model(w, d)}
	})
}

// What is expected is done although the step before it was passed over, and waits of weeks end.
func TestAModelOfWhatWaits(t *testing.T) {
	type loan struct{ Insured bool }
	type step = saga.Step[loan]
	no := func(context.Context, *loan, saga.Attempt) error { return nil } // of no use in a model
	heard := func(*loan, saga.Reply) error { return nil }
	d := saga.Definition[loan]{Name: "loan", Version: 1, Deadline: 30 * 24 * time.Hour, Steps: []step{
		{Name: "check", Parallel: true, Steps: []step{
			{Name: "credit", Kind: saga.ReadOnly, Action: no},
			{Name: "account", Action: no, Compensation: no},
		}},
		{Name: "approval", Kind: saga.ReadOnly, Action: no, Reply: heard, ReplyTimeout: 48 * time.Hour},
		{Name: "cool off", Sleep: func(loan) time.Duration { return 14 * 24 * time.Hour }},
		{Name: "insure", When: func(l loan) bool { return l.Insured }, Action: no, Compensation: no, Probe: no},
		{Name: "collateral", Reply: heard, Probe: no, Fence: no, Compensation: no, ReplyTimeout: time.Hour},
		{Name: "pay out", Kind: saga.Pivot, Action: no, Fence: no},
	}}
	sagatest.Explore(t, &sagatest.Config{Bound: 1, Random: 1000}, func(w *sagatest.World) sagatest.Case[loan] {
		return sagatest.Case[loan]{Definition: sagatest.Model(w, d)}
	})
}
