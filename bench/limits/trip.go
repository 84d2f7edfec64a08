package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
)

// mode is how a participant answers the first step of a trip; the others always succeed.
type mode string

const (
	answering mode = "answering" // it succeeds
	blocking  mode = "blocking"  // it does not answer
	sleeping  mode = "sleeping"  // nothing was done, and it is asked again in hours
	doubting  mode = "doubting"  // nobody knows what the first call did; the next one succeeds
)

// participant is the other side of all steps: it does nothing, and counts.
type participant struct {
	mode  mode
	calls atomic.Int64
	asked sync.Map // instances that were asked about, if it is doubting
}

func (p *participant) first(ctx context.Context, id string) error {
	switch p.mode {
	case blocking:
		<-ctx.Done()
		return ctx.Err()
	case sleeping:
		return fmt.Errorf("%w: come back later", saga.NotDone)
	case doubting:
		if _, again := p.asked.LoadOrStore(id, true); !again {
			return fmt.Errorf("no answer came")
		}
	}
	return nil
}

// trip is the definition of the cases in which an engine is a child: three steps, durable one by one.
func trip(p *participant) saga.Definition[load.Order] {
	d := saga.Definition[load.Order]{Name: "trip", Version: 1, LeaveInDoubt: p.mode == doubting}
	for i, name := range []string{"first", "second", "third"} {
		st := saga.Step[load.Order]{Name: name, Compensation: nothing}
		st.Action = func(ctx context.Context, _ *load.Order, a saga.Attempt) error {
			p.calls.Add(1)
			if i > 0 {
				return nil
			}
			return p.first(ctx, a.Key.Instance)
		}
		switch p.mode {
		case blocking:
			st.Timeout = 24 * time.Hour
		case sleeping:
			st.Retry = saga.RetryPolicy{Initial: 24 * time.Hour, Max: 24 * time.Hour}
		case doubting:
			st.Retry = saga.RetryPolicy{MaxAttempts: 1}
		}
		d.Steps = append(d.Steps, st)
	}
	return d
}

func nothing(context.Context, *load.Order, saga.Attempt) error { return nil }

// startAll starts trips t0, t1 and so on, and returns when all are acknowledged.
func startAll(ctx context.Context, e *saga.Engine, d saga.Definition[load.Order], n int) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, 512) {
		all.Go(func() {
			for ctx.Err() == nil {
				i := next.Add(1) - 1
				if i >= int64(n) {
					return
				}
				id := fmt.Sprintf("t%d", i)
				if _, err := d.Start(ctx, e, id, load.NewOrder(id)); err != nil {
					fail(err)
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}
