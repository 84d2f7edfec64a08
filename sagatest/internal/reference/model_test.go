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
