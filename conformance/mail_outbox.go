package conformance

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
)

func outboxChecks() []mailCheck {
	return []mailCheck{
		{"Outbox/goes-with-the-transaction", goesWithTheTransaction},
		{"Outbox/all-or-none", allOrNone},
		{"Outbox/rows-have-a-limit", rowsHaveALimit},
		{"Outbox/positions-are-not-used-again", positionsAreNotUsedAgain},
		{"Outbox/holds", holds},
	}
}

func goesWithTheTransaction(p *post) {
	changedMind := errors.New("changed my mind")
	full, err := message.New("/shop/order", "OrderFailed", "주문 1", map[string]any{"a": "<&>\u0000", "b": nil})
	p.must(err)
	full.Correlation, full.Causation = "saga-1", "7"
	full.Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	least := message.Message{ID: "1", Source: "/shop/order", Type: "OrderFailed", Key: "주문 1"}
	change := func(end error) error {
		return p.Change(p.Context(), func(ctx context.Context, tx Letters) error {
			return errors.Join(tx.Append(ctx, full, least), end)
		})
	}
	p.refused("a transaction that is rolled back", change(changedMind), changedMind)
	if rows := p.rows(); len(rows) != 0 {
		p.Errorf("rolled back, and there is %+v", rows)
	}
	before := time.Now().Truncate(time.Microsecond)
	p.must(change(nil))
	rows := p.rows()
	if len(rows) != 2 || !reflect.DeepEqual(rows[0].Message, full) || !reflect.DeepEqual(rows[1].Message, least) {
		p.Fatalf("the outbox has %+v, want %+v and %+v", rows, full, least)
	}
	if rows[0].Position >= rows[1].Position || rows[0].Written.Before(before) || !rows[0].Due.Equal(rows[0].Written) ||
		!rows[1].Due.IsZero() || rows[0].Written.Location() != time.UTC {
		p.Errorf("the rows are %+v", rows)
	}
}

func allOrNone(p *post) {
	good := message.Message{ID: "1", Source: "/a", Type: "B", Key: "c"}
	p.must(p.Change(p.Context(), func(ctx context.Context, tx Letters) error {
		p.refused("append", tx.Append(ctx, good, message.Message{}), message.ErrInvalid)
		return tx.Append(ctx) // and the transaction commits all the same
	}))
	if rows := p.rows(); len(rows) != 0 {
		p.Errorf("the outbox has %+v", rows)
	}
}

func rowsHaveALimit(p *post) {
	p.post(slices.Repeat([]string{"a"}, 150)...)
	for limit, want := range map[int]int{0: 100, -1: 100, 7: 7, 5000: 150} {
		rows, err := p.queue.Rows(p.Context(), limit)
		if err != nil || len(rows) != want || string(rows[0].Message.Data) != "0" {
			p.Errorf("limit %d: %d rows, want %d; error %v", limit, len(rows), want, err)
		}
	}
}

func positionsAreNotUsedAgain(p *post) {
	p.post("a")
	first := p.claim(1, "0")
	p.must(p.queue.Delivered(p.Context(), first...))
	p.post("a")
	if second := p.claim(1, "0"); second[0].Position <= first[0].Position {
		p.Errorf("position %d came after %d", second[0].Position, first[0].Position)
	}
}

func holds(p *post) {
	p.post("a")
	row := p.claim(1, "0")[0]
	want := func(key string, want bool) {
		p.Helper()
		if held, err := p.queue.Holds(p.Context(), key); err != nil || held != want {
			p.Errorf("holds %s: %v, %v; want %v", key, held, err, want)
		}
	}
	want("a", true)
	want("b", false)
	p.must(p.queue.Failed(p.Context(), row, message.Failure{Attempts: 1, Dead: true}))
	want("a", true)
	p.must(p.queue.Discard(p.Context(), row.Position))
	want("a", false)
	p.refused("discard it again", p.queue.Discard(p.Context(), row.Position), saga.ErrNotFound)
}
