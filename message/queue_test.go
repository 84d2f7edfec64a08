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
	looks  int // calls of Claim
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

func (q *memory) Claim(ctx context.Context, limit int, hold time.Duration) ([]message.Row, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.looks++
	if err := q.ask(ctx, "Claim"); err != nil {
		return nil, err
	}
	now := time.Now()
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
	due = due[:min(limit, len(due))]
	for i := range due {
		due[i].Due = now.Add(hold)
		q.set(due[i].Position, func(r *message.Row) { r.Due = due[i].Due })
	}
	return due, nil
}

func (q *memory) Delivered(ctx context.Context, rows ...message.Row) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.ask(ctx, "Delivered"); err != nil {
		return err
	}
	q.rows = slices.DeleteFunc(q.rows, func(r message.Row) bool {
		return slices.ContainsFunc(rows, func(d message.Row) bool { return d.Position == r.Position && d.Due.Equal(r.Due) })
	})
	return nil
}

func (q *memory) Failed(ctx context.Context, row message.Row, f message.Failure) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.ask(ctx, "Failed"); err != nil {
		return err
	}
	q.set(row.Position, func(r *message.Row) {
		if r.Due.Equal(row.Due) {
			r.Attempts, r.Due, r.LastError, r.Dead = f.Attempts, time.Now().Add(f.Wait), f.Error, f.Dead
		}
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
