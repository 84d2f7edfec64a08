package conformance_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// early acknowledges an append while it is only in memory. It becomes durable with the next write;
// a crash before that loses it.
type early struct {
	*memory.Store               // what everybody sees
	durable       *memory.Store // what a crash leaves
	mu            sync.Mutex
	waiting       []saga.Append
}

func newEarly() *early { return &early{Store: memory.Open(), durable: memory.Open()} }

func (s *early) Reopen(testing.TB) saga.Store {
	// The memory of the old process is gone; what is left is visible and durable.
	return &crashed{s.durable.Reopen()}
}

type crashed struct{ *memory.Store }

func (c *crashed) Reopen(testing.TB) saga.Store { return &crashed{c.Store.Reopen()} }

func (s *early) Journal() saga.Journal     { return earlyJournal{s.Store.Journal(), s} }
func (s *early) Instances() saga.Instances { return earlyInstances{s.Store.Instances(), s} }

// flush makes durable what waits, and then does the same write there.
func (s *early) flush(ctx context.Context, write func(saga.Store)) {
	for _, a := range s.waiting {
		s.durable.Journal().Append(ctx, a)
	}
	s.waiting = nil
	write(s.durable)
}

type earlyJournal struct {
	saga.Journal
	s *early
}

func (j earlyJournal) Append(ctx context.Context, a saga.Append) ([]string, error) {
	j.s.mu.Lock()
	defer j.s.mu.Unlock()
	taken, err := j.Journal.Append(ctx, a)
	j.s.flush(ctx, func(saga.Store) {})
	if err == nil {
		j.s.waiting = append(j.s.waiting, a)
	}
	return taken, err
}

func (j earlyJournal) Join(ctx context.Context, node string, lease time.Duration) error {
	j.s.mu.Lock()
	defer j.s.mu.Unlock()
	j.s.flush(ctx, func(d saga.Store) { d.Journal().Join(ctx, node, lease) })
	return j.Journal.Join(ctx, node, lease)
}

func (j earlyJournal) Seal(ctx context.Context, node string) error {
	j.s.mu.Lock()
	defer j.s.mu.Unlock()
	j.s.flush(ctx, func(d saga.Store) { d.Journal().Seal(ctx, node) })
	return j.Journal.Seal(ctx, node)
}

func (j earlyJournal) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	j.s.mu.Lock()
	defer j.s.mu.Unlock()
	j.s.flush(ctx, func(d saga.Store) { d.Journal().Checkpoint(ctx, c) })
	return j.Journal.Checkpoint(ctx, c)
}

type earlyInstances struct {
	saga.Instances
	s *early
}

func (in earlyInstances) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	in.s.mu.Lock()
	defer in.s.mu.Unlock()
	in.s.flush(ctx, func(d saga.Store) { d.Instances().Claim(ctx, c) })
	return in.Instances.Claim(ctx, c)
}

func (in earlyInstances) Send(ctx context.Context, commands []saga.Command) error {
	in.s.mu.Lock()
	defer in.s.mu.Unlock()
	in.s.flush(ctx, func(d saga.Store) { d.Instances().Send(ctx, commands) })
	return in.Instances.Send(ctx, commands)
}

func (in earlyInstances) Define(ctx context.Context, shapes []saga.StoredShape) ([]saga.StoredShape, error) {
	in.s.mu.Lock()
	defer in.s.mu.Unlock()
	in.s.flush(ctx, func(d saga.Store) { d.Instances().Define(ctx, shapes) })
	return in.Instances.Define(ctx, shapes)
}
