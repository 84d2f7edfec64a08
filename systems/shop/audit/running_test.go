package audit_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/audit"
)

// till writes into both files what the services write for an order, commit by commit.
type till struct {
	files
	err error
}

func (s *till) write(ctx context.Context, where string, statements string, args ...any) {
	if s.err != nil {
		return
	}
	db := s.orders
	if where == "catalog" {
		db = s.catalog
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		s.err = err
		return
	}
	if _, err = tx.ExecContext(ctx, fmt.Sprintf(statements, args...)); err == nil {
		err = tx.Commit()
	}
	_ = tx.Rollback() // does nothing after a commit
	s.err = err
}

func (s *till) number(ctx context.Context, id int64) {
	s.write(ctx, "orders", `update sequence set next_id = %[1]d + 1; insert into order_number values (%[1]d, 'ann', '')`, id)
}

func (s *till) begin(ctx context.Context, id int64, attempt int) {
	s.write(ctx, "orders", `insert into order_retry_status (order_id, status, attempt, lines, since)
		values (%[1]d, 'Unprocessed', %[2]d, '[{"item":"EST-1","quantity":1}]', '')
		on conflict (order_id) do update set status = 'Unprocessed', attempt = %[2]d`, id, attempt)
}

func (s *till) take(ctx context.Context, id int64, attempt int) {
	s.write(ctx, "catalog", `update inventory set quantity = quantity - 1 where item = 'EST-1';
		insert into saga_ledger (key, operation, state, request, reply, decided_at)
		values ('%d/%d/stock', 'stock/decrement', 'APPLIED', '{"lines":[{"item":"EST-1","quantity":1}]}',
			'{"lines":[{"item":"EST-1","quantity":1,"unitPrice":1650}]}', 1)`, id, attempt)
}

func (s *till) fail(ctx context.Context, id int64, attempt int) {
	s.write(ctx, "orders", `update order_retry_status set status = 'Fail' where order_id = %[1]d;
		insert into saga_outbox (id, source, type, key, data, correlation, causation, trace, written)
		values ('%[1]d', '', 'product_compensation', '%[1]d', '{"key":"%[1]d/%[2]d/stock"}', '', '', '', 1)`, id, attempt)
}

func (s *till) giveBack(ctx context.Context, id int64, attempt int) {
	s.write(ctx, "catalog", `update inventory set quantity = quantity + 1 where item = 'EST-1';
		update saga_ledger set state = 'REVERTED', reverted_at = 2 where key = '%d/%d/stock'`, id, attempt)
	s.write(ctx, "orders", `delete from saga_outbox where key = '%d'`, id)
}

func (s *till) place(ctx context.Context, id int64, attempt int) {
	s.write(ctx, "orders", `update order_retry_status set status = 'Success' where order_id = %[1]d;
		insert into orders (id, instance, total, placed_at) values (%[1]d, '%[1]d/%[2]d', 1650, '');
		insert into orderstatus values (%[1]d, 'P', ''); insert into lineitem values (%[1]d, 1, 'EST-1', 1, 1650)`, id, attempt)
}

// sell places orders, each at its second attempt, until ctx ends.
func (s *till) sell(ctx context.Context, sold *atomic.Int64) {
	for id := int64(1008); s.err == nil && ctx.Err() == nil; id++ {
		whole := context.WithoutCancel(ctx)
		s.number(whole, id)
		s.begin(whole, id, 1)
		s.take(whole, id, 1)
		s.fail(whole, id, 1)
		s.giveBack(whole, id, 1)
		s.begin(whole, id, 2)
		s.take(whole, id, 2)
		s.place(whole, id, 2)
		sold.Add(1)
	}
}

// Whatever moment the two files are read at, an order under way is no violation.
func TestCheckRaisesNoFalseAlarms(t *testing.T) {
	t.Parallel()
	f, books := sound(t)
	ctx, stop := context.WithCancel(t.Context())
	var sold atomic.Int64
	s, done := &till{files: f}, make(chan struct{})
	go func() {
		defer close(done)
		s.sell(ctx, &sold)
	}()
	var looks int
	var last audit.Report
	for ; sold.Load() < 400 && ctx.Err() == nil; looks++ {
		select {
		case <-done:
			stop()
		default:
		}
		if last = check(t, books, nil); len(last.Violations) > 0 {
			t.Errorf("while orders are placed: %+v", last.Violations)
			stop()
		}
	}
	stop()
	<-done
	if s.err != nil {
		t.Fatal(s.err)
	}
	last = check(t, books, nil)
	if int64(last.Orders["Success"]) != sold.Load()+2 || len(last.Violations) != 0 || looks < 10 {
		t.Errorf("after %d orders and %d looks: %+v", sold.Load(), looks, last)
	}
}
