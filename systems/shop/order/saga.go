package order

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/internal/embedded"
)

const definitionName = "shop.order"

// instanceID names an attempt to place an order. The number of the attempt will grow when a failed
// order is submitted again.
func instanceID(order int64, attempt int) string {
	return strconv.FormatInt(order, 10) + "/" + strconv.Itoa(attempt)
}

// definition is the order transaction. Both steps keep their results by key (the catalog in its
// ledger, the insert by the attempt that is stored with the order), so both are replayable.
func definition(catalog *HttpFacade, db *store) saga.Definition[Order] {
	at, in := stock{catalog}, insert{db}
	return saga.Definition[Order]{Name: definitionName, Version: 1, Steps: []saga.Step[Order]{
		{
			Name: "stock", Action: at.decrement, Compensation: at.restore, Probe: at.probe, Fence: at.fence,
			Timeout: 2 * time.Second, Replayable: true,
		},
		{Name: "insert", Kind: saga.Pivot, Action: in.action, Fence: in.fence, Replayable: true},
	}}
}

// insert is the step that this service does in its own database.
type insert struct{ db *store }

func (i insert) action(ctx context.Context, o *Order, a saga.Attempt) error {
	return outcome(i.db.insertOrder(ctx, a.Key.Instance, *o))
}

// fence makes sure that an insert which is in doubt will never happen, unless it did.
func (i insert) fence(ctx context.Context, o *Order, a saga.Attempt) error {
	return outcome(i.db.fenceOrder(ctx, a.Key.Instance, o.ID))
}

// outcome reads an error of the store: a commit that failed may be on disk all the same; before
// it, a transaction that is not committed did nothing.
func outcome(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTaken), errors.Is(err, errFenced):
		return fmt.Errorf("%w: %w", saga.Refused, err)
	case errors.Is(err, embedded.ErrCommit):
		return err
	}
	return fmt.Errorf("%w: %w", saga.NotDone, err)
}
