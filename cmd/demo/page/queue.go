package page

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// queueBeat is between two looks whether the next row may play.
const queueBeat = 200 * time.Millisecond

// queue is the rest of "play all". The zero value is empty.
type queue struct {
	mu      sync.Mutex
	waiting []string
	halted  string
}

func (q *queue) state() (waiting []string, halted string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.waiting), q.halted
}

// fill puts all rows in line unless some are.
func (q *queue) fill() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) > 0 {
		return false
	}
	q.halted = ""
	for _, row := range scenario.Rows() {
		q.waiting = append(q.waiting, row.ID)
	}
	return true
}

// next is the row whose turn it is.
func (q *queue) next() (id string, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return "", false
	}
	return q.waiting[0], true
}

// started takes the first row out of the line.
func (q *queue) started() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = q.waiting[1:]
}

// halt empties the line because a row could not be started.
func (q *queue) halt(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting, q.halted = nil, id
}

// playAll starts to play what is in line. It returns false if "play all" is under way already.
func (p *Page) playAll() bool {
	if p.closed.Err() != nil || !p.queue.fill() {
		return false
	}
	p.running.Go(func() {
		for id, ok := p.queue.next(); ok; id, ok = p.queue.next() {
			if err := p.inTurn(p.closed, id); err != nil {
				if p.closed.Err() == nil {
					p.config.Logger.Error("page: a row in line could not be started", "row", id, "error", err)
				}
				p.queue.halt(id)
				return
			}
			p.queue.started()
		}
	})
	return true
}

// inTurn starts a row as soon as no other one plays.
func (p *Page) inTurn(ctx context.Context, id string) error {
	beat := time.NewTicker(queueBeat)
	defer beat.Stop()
	for {
		if err := p.config.Source.Play(ctx, id); !errors.Is(err, ErrBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-beat.C:
		}
	}
}
