package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/postgres"
)

// lull is the state of what waits.
type lull struct{ Milliseconds int64 }

// lulls is an engine in this process whose instances wait: for a time, or for somebody.
type lulls struct {
	waits  saga.Definition[lull]
	engine *saga.Engine
	store  *postgres.Store
	stop   context.CancelFunc
	over   chan error

	mu    sync.Mutex
	due   map[string]time.Time // of those that wait
	moved map[string]time.Time // when it was durable that they wait no more
	late  []time.Duration      // of timers, by the time that they were set to
	held  int                  // instances in memory, lately
}

func openLulls(ctx context.Context, p *place, step saga.Step[lull]) (*lulls, error) {
	l := &lulls{
		waits: saga.Definition[lull]{Name: "lull", Version: 1, Steps: []saga.Step[lull]{step}},
		due:   map[string]time.Time{}, moved: map[string]time.Time{}, over: make(chan error, 1),
	}
	var err error
	if l.store, err = postgres.Open(ctx, p.url, nil); err != nil {
		return nil, err
	}
	l.engine, err = saga.New(l.store, &saga.Config{Observe: l.observe, Measure: l.measure}, l.waits)
	if err != nil {
		return nil, errors.Join(err, l.store.Close())
	}
	ctx, l.stop = context.WithCancel(ctx)
	go func() { l.over <- l.engine.Run(ctx) }()
	return l, nil
}

func (l *lulls) close() error {
	l.stop()
	return errors.Join(<-l.over, l.store.Close())
}

// observe is told after the transition is durable.
func (l *lulls) observe(e saga.Event) {
	at := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case e.Kind == saga.EventAnswered && e.Outcome == saga.Pending:
		l.due[e.Instance] = e.Due
	case e.Kind == saga.EventExpired:
		l.late = append(l.late, at.Sub(l.due[e.Instance]))
	case e.Kind == saga.EventReplied:
		l.moved[e.Instance] = at
	}
}

func (l *lulls) measure(m saga.Measure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = m.Residents
}

func (l *lulls) inMemory() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held
}

// start starts n instances from some callers at once.
func (l *lulls) start(ctx context.Context, n int, state func(i int) lull) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for i := c; i < n && ctx.Err() == nil; i += callers {
				if _, err := l.waits.Start(ctx, l.engine, fmt.Sprintf("l%d", i), state(i)); err != nil {
					fail(err)
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}
