package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
	"github.com/seosa-dev/saga/postgres"
)

// callers is how many sagas are under way at once in the cases about throughput.
const callers = 128

// shop runs the bench's W1 in this process: four steps that only count their calls.
type shop struct {
	durable, replayable saga.Definition[load.Order]
	calls, sagas        atomic.Int64 // of steps; that ended
	engine              *saga.Engine
	store               *postgres.Store
	stop                context.CancelFunc
	over                chan error
}

func openShop(ctx context.Context, p *place, measure func(saga.Measure)) (*shop, error) {
	s := &shop{over: make(chan error, 1)}
	s.durable, s.replayable = s.definition("durable", false), s.definition("replayable", true)
	var err error
	if s.store, err = postgres.Open(ctx, p.url, nil); err != nil {
		return nil, err
	}
	s.engine, err = saga.New(s.store, &saga.Config{Measure: measure}, s.durable, s.replayable)
	if err != nil {
		return nil, errors.Join(err, s.store.Close())
	}
	ctx, s.stop = context.WithCancel(ctx)
	go func() { s.over <- s.engine.Run(ctx) }()
	return s, nil
}

func (s *shop) definition(name string, replayable bool) saga.Definition[load.Order] {
	d := saga.Definition[load.Order]{Name: name, Version: 1}
	for i := range load.Steps {
		d.Steps = append(d.Steps, saga.Step[load.Order]{
			Name: fmt.Sprintf("step%d", i+1), Replayable: replayable, Compensation: nothing,
			Action: func(context.Context, *load.Order, saga.Attempt) error { s.calls.Add(1); return nil },
		})
	}
	return d
}

// close writes what is still in memory.
func (s *shop) close() error {
	s.stop()
	return errors.Join(<-s.over, s.store.Close())
}

// one runs one saga to its end.
func (s *shop) one(ctx context.Context, d saga.Definition[load.Order], id string) error {
	if _, err := d.Start(ctx, s.engine, id, load.NewOrder(id)); err != nil {
		return err
	}
	got, err := d.Wait(ctx, s.engine, id) // nil only if it completed
	if err == nil && got != load.NewOrder(id) {
		err = fmt.Errorf("wrong outcome: the state of %s is %v", id, got)
	}
	s.sagas.Add(1)
	return err
}

// run is a closed loop: each caller runs one saga after the other until the time is over. It
// returns how long that took and the latencies, sorted. The first error ends it.
func (s *shop) run(ctx context.Context, d saga.Definition[load.Order], prefix string, length time.Duration) (time.Duration, []time.Duration, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	parts := make([][]time.Duration, callers)
	began := time.Now()
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for n := 0; time.Since(began) < length && ctx.Err() == nil; n++ {
				from := time.Now()
				if err := s.one(ctx, d, fmt.Sprintf("%s-%d-%d", prefix, c, n)); err != nil {
					fail(err)
					return
				}
				parts[c] = append(parts[c], time.Since(from))
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	return took, slices.Sorted(slices.Values(slices.Concat(parts...))), context.Cause(ctx)
}

// checked closes the shop and wants every saga that it ran, and before others, to have completed
// with each step called once.
func (s *shop) checked(ctx context.Context, p *place, before int) error {
	if err := s.close(); err != nil {
		return err
	}
	sagas := s.sagas.Load()
	// All completed, so each step of each was called at least once.
	if calls := s.calls.Load(); calls != sagas*load.Steps {
		return fmt.Errorf("wrong outcome: %d sagas of %d steps took %d calls", sagas, load.Steps, calls)
	}
	return p.check(ctx, "completed", before+int(sagas))
}
