package message_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
)

// memory is an outbox in memory. Its methods ask broken first, if there is one.
type memory struct {
	mu     sync.Mutex
	rows   []message.Row // in order of position
	last   int64
	looks  int // calls of Due
	broken func(method string) error
}

var errQueue = errors.New("the disk is on fire")

func (q *memory) ask(ctx context.Context, method string) error {
	if q.broken == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return q.broken(method)
}

// write appends a row for each key, named by its position.
func (q *memory) write(t *testing.T, keys ...string) {
	t.Helper()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, key := range keys {
		q.last++
		m, err := message.New("/test", "Written", key, q.last)
		if err != nil {
			t.Fatal(err)
		}
		q.rows = append(q.rows, message.Row{Position: q.last, Message: m, Due: time.Now(), Written: time.Now()})
	}
}

func (q *memory) Due(ctx context.Context, now time.Time, limit int) ([]message.Row, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.looks++
	if err := q.ask(ctx, "Due"); err != nil {
		return nil, err
	}
	var due []message.Row
	seen := map[string]bool{}
	for _, row := range q.rows {
		if key := row.Message.Key; !seen[key] {
			seen[key] = true
			if !row.Dead && !row.Due.After(now) {
				due = append(due, row)
			}
		}
	}
	slices.SortStableFunc(due, func(a, b message.Row) int { return a.Due.Compare(b.Due) })
	return due[:min(limit, len(due))], nil
}

func (q *memory) Delivered(ctx context.Context, positions ...int64) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.ask(ctx, "Delivered"); err != nil {
		return err
	}
	q.rows = slices.DeleteFunc(q.rows, func(r message.Row) bool { return slices.Contains(positions, r.Position) })
	return nil
}

func (q *memory) Failed(ctx context.Context, position int64, f message.Failure) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.ask(ctx, "Failed"); err != nil {
		return err
	}
	q.set(position, func(r *message.Row) {
		r.Attempts, r.Due, r.LastError, r.Dead = f.Attempts, f.Due, f.Error, f.Dead
	})
	return nil
}

func (q *memory) set(position int64, change func(*message.Row)) {
	for i := range q.rows {
		if q.rows[i].Position == position {
			change(&q.rows[i])
		}
	}
}

// redrive makes a dead row due again.
func (q *memory) redrive(position int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.set(position, func(r *message.Row) { r.Dead, r.Attempts, r.Due = false, 0, time.Now() })
}

// left returns the rows that are not delivered.
func (q *memory) left() []message.Row {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.rows)
}

func (q *memory) wantLeft(t *testing.T, positions ...int64) {
	t.Helper()
	var left []int64
	for _, row := range q.left() {
		left = append(left, row.Position)
	}
	if !slices.Equal(left, positions) {
		t.Errorf("positions %v are left, want %v", left, positions)
	}
}
