package load

import (
	"context"
	"sync"
)

// counter is a participant in this process.
type counter struct {
	refuses int

	mu    sync.Mutex
	calls map[string]Tally // by saga
}

func newCounter(w Workload) *counter {
	return &counter{refuses: w.Refuses, calls: map[string]Tally{}}
}

func (c *counter) Act(_ context.Context, id string, step int) error {
	c.mu.Lock()
	t := c.calls[id]
	t.Actions++
	c.calls[id] = t
	c.mu.Unlock()
	if step == c.refuses {
		return ErrRefused
	}
	return nil
}

func (c *counter) Undo(_ context.Context, id string, _ int) error {
	c.mu.Lock()
	t := c.calls[id]
	t.Undos++
	c.calls[id] = t
	c.mu.Unlock()
	return nil
}

func (c *counter) tallies(context.Context) (map[string]Tally, error) { return c.calls, nil }

func (c *counter) close() error { return nil }

// witness is a participant that says afterwards what it saw.
type witness interface {
	Participant
	tallies(ctx context.Context) (map[string]Tally, error)
	close() error
}

// newWitness makes the participant of a case.
func newWitness(ctx context.Context, w Workload) (witness, error) {
	if w.Remote {
		return startRemote(ctx, w)
	}
	return newCounter(w), nil
}
