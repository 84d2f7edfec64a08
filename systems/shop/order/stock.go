package order

import (
	"context"
	"strconv"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

const decrementPath = "/catalog/stock/decrement"

// stock is the step that the catalog does.
type stock struct {
	catalog participant.Remote
	db      *store
	wake    func() // tells the relay that there is something to send
}

// decrement asks for the goods, at most once per key.
func (s stock) decrement(ctx context.Context, o *Order, a saga.Attempt) error {
	lines := make([]Line, len(o.Lines))
	for i, line := range o.Lines {
		lines[i] = Line{Item: line.Item, Quantity: line.Quantity}
	}
	return o.took(s.catalog.Do(ctx, a.Key.String(), map[string][]Line{"lines": lines}))
}

// check asks what became of the decrement, and if nothing did, makes sure that nothing ever will: a
// "no" on which an order fails must not be followed by a late decrement.
func (s stock) check(ctx context.Context, o *Order, a saga.Attempt) error {
	return o.took(s.catalog.Fence(ctx, a.Key.String()))
}

// giveBack records the failure and the message that takes the decrement back, in one transaction:
// neither can be lost without the other. The message's id is the undo's key, so one that is written
// again is the same one.
func (s stock) giveBack(ctx context.Context, o *Order, a saga.Attempt) error {
	order := strconv.FormatInt(o.ID, 10)
	undo, err := message.New("shop/order", compensationType, order, compensation{
		OrderID: o.ID, Attempt: o.Attempt, Key: a.Key.Action().String(), Lines: o.Lines,
	})
	if err != nil {
		return err
	}
	undo.ID = a.Key.String()
	undo.Correlation = a.Key.Instance
	if err := s.db.fail(ctx, *o, &undo); err != nil {
		return outcome(err)
	}
	s.wake()
	return nil
}

// compensationType is the type of the message that takes a decrement back: the write-up's topic.
const compensationType = "product_compensation"

// compensation is its data.
type compensation struct {
	OrderID int64  `json:"orderId"`
	Attempt int    `json:"attempt"`
	Key     string `json:"key"` // of the decrement
	Lines   []Line `json:"lines"`
}
