package order

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

const (
	definitionName     = "shop.order"
	defaultCallTimeout = 2 * time.Second
)

// instanceID names an attempt to place an order.
func instanceID(order int64, attempt int) string {
	return strconv.FormatInt(order, 10) + "/" + strconv.Itoa(attempt)
}

// attemptOf is the attempt in an instance's id.
func attemptOf(instance string) (int, error) {
	_, attempt, _ := strings.Cut(instance, "/")
	return strconv.Atoi(attempt)
}

// definition is the order transaction. One call and one re-request, then the order is Unknown and
// its owner decides when to ask again: hence the budget of two, and LeaveInDoubt. The re-request is
// a check that fences, so that "not done" stays true.
func definition(r record, s stock, in insert, callTimeout time.Duration) saga.Definition[Order] {
	return saga.Definition[Order]{Name: definitionName, Version: 2, LeaveInDoubt: true, Steps: []saga.Step[Order]{
		{Name: "status", Action: r.unprocessed, Compensation: r.fail, Replayable: true},
		{
			Name: "stock", Action: s.decrement, Compensation: s.giveBack, Probe: s.check, Fence: s.check,
			Timeout: callTimeout, Retry: saga.RetryPolicy{MaxAttempts: 2, Initial: time.Millisecond},
		},
		{
			Name: "insert", Kind: saga.Pivot, Action: in.action, Probe: in.check, Fence: in.check, Replayable: true,
			Retry: saga.RetryPolicy{MaxAttempts: 2, Initial: 10 * time.Millisecond},
		},
	}}
}

// Definition is the order transaction as data, for tools that look at it or explore its shape. Its
// functions reach nothing: give them others, or none will run.
func Definition() saga.Definition[Order] {
	return definition(record{}, stock{}, insert{}, defaultCallTimeout)
}

// record is the step that keeps OrderRetryStatus.
type record struct{ db *store }

func (r record) unprocessed(ctx context.Context, o *Order, _ saga.Attempt) error {
	return outcome(r.db.unprocessed(ctx, *o))
}

// fail is the last undo of every way back: whatever the reason was, the order is known to have
// failed.
func (r record) fail(ctx context.Context, o *Order, _ saga.Attempt) error {
	return outcome(r.db.fail(ctx, *o, nil))
}

// insert is the step that stores the order.
type insert struct{ db *store }

func (i insert) action(ctx context.Context, o *Order, _ saga.Attempt) error {
	return outcome(i.db.insertOrder(ctx, *o))
}

// check makes sure that an insert which is in doubt will never happen, unless it did.
func (i insert) check(ctx context.Context, o *Order, _ saga.Attempt) error {
	return outcome(i.db.fenceOrder(ctx, *o))
}

// outcome reads an error of the store: a commit that failed may be on disk all the same; before
// it, a transaction that is not committed did nothing.
func outcome(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTaken), errors.Is(err, errFenced):
		return fmt.Errorf("%w: %w", saga.Refused, err)
	case errors.Is(err, sqlite.ErrCommit):
		return err
	}
	return fmt.Errorf("%w: %w", saga.NotDone, err)
}
