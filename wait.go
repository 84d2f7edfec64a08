package saga

import (
	"context"
	"slices"
	"time"
)

// otherNodePoll is how often Wait reads the row of an instance that another node moves.
const otherNodePoll = 100 * time.Millisecond

// wait returns the instance when it has ended or needs attention.
func (e *Engine) wait(ctx context.Context, id string) (*instance, error) {
	moved := make(chan *instance, 1)
	e.mu.Lock()
	e.waiters[id] = append(e.waiters[id], moved)
	e.mu.Unlock()
	defer e.forget(id, moved)
	again := time.NewTimer(otherNodePoll)
	defer again.Stop()
	for {
		in, _, err := e.get(ctx, id)
		if err != nil || in.Status.Ended() || in.Status == NeedsAttention {
			return in, err
		}
		again.Reset(otherNodePoll)
		select {
		case in := <-moved:
			return in, nil
		case <-again.C:
		case <-e.closed:
			return in, e.whyClosed()
		case <-ctx.Done():
			return in, context.Cause(ctx)
		}
	}
}

// wakeWaiters tells those who wait that an instance has ended or needs attention.
func (e *Engine) wakeWaiters(in *instance) {
	e.mu.Lock()
	waiting := e.waiters[in.ID]
	delete(e.waiters, in.ID)
	e.mu.Unlock()
	for _, w := range waiting {
		w <- in // has room for it
	}
}

func (e *Engine) forget(id string, w chan *instance) {
	e.mu.Lock()
	defer e.mu.Unlock()
	left := slices.DeleteFunc(e.waiters[id], func(o chan *instance) bool { return o == w })
	if len(left) == 0 {
		delete(e.waiters, id)
		return
	}
	e.waiters[id] = left
}

func (n *node) knows(id string) bool {
	_, ok := n.peek(id)
	return ok
}

// peek is what this node knows of an instance, as durable.
func (n *node) peek(id string) (*instance, bool) {
	if r := n.live[id]; r != nil && r.known != nil {
		return r.known, true
	}
	if t := n.touched[id]; t != nil {
		return t.after, true
	}
	if t := n.writing[id]; t != nil {
		return t.after, true
	}
	return nil, false
}
