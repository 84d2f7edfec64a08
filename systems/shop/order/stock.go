package order

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/seosa-dev/saga"
)

const (
	decrementPath = "/catalog/stock/decrement"
	fencePath     = "/catalog/stock/fence"
	restorePath   = "/catalog/stock/restore"
)

// stock is the step that the catalog does.
type stock struct{ catalog *HttpFacade }

func (s stock) decrement(ctx context.Context, o *Order, a saga.Attempt) error {
	lines := make([]Line, len(o.Lines))
	for i, line := range o.Lines {
		lines[i] = Line{Item: line.Item, Quantity: line.Quantity}
	}
	body, err := json.Marshal(map[string][]Line{"lines": lines})
	if err != nil {
		return fmt.Errorf("%w: %w", saga.NotDone, err)
	}
	key := a.Key.String()
	answer, err := Classify(s.catalog.Do(ctx, http.MethodPost, decrementPath, key, body))
	if errors.Is(err, saga.Refused) {
		o.Refusal = answer.Refusal
	}
	if err != nil {
		return err
	}
	if answer.State != stateApplied {
		return fmt.Errorf("order: the catalog answered a decrement with %s", answer.State)
	}
	return o.settle(key, answer)
}

func (s stock) probe(ctx context.Context, o *Order, a saga.Attempt) error {
	key := a.Key.String()
	answer, err := ask(s.catalog.Do(ctx, http.MethodGet, decrementPath+"?key="+url.QueryEscape(key), "", nil), key)
	if err != nil {
		return err
	}
	if answer.State == stateNone && answer.Key == key {
		return fmt.Errorf("%w: the catalog knows nothing of %s so far", saga.NotDone, key)
	}
	return o.settle(key, answer)
}

func (s stock) fence(ctx context.Context, o *Order, a saga.Attempt) error {
	key := a.Key.String()
	answer, err := ask(s.catalog.Do(ctx, http.MethodPost, fencePath, key, nil), key)
	if err != nil {
		return err
	}
	return o.settle(key, answer)
}

// restore names the decrement's key: what is undone is that, and its key knows the lines. A
// compensatable step has no further rounds, so the key is that of round 0.
func (s stock) restore(ctx context.Context, _ *Order, a saga.Attempt) error {
	key := saga.Key{Instance: a.Key.Instance, Step: a.Key.Step}.String()
	answer, err := Classify(s.catalog.Do(ctx, http.MethodPost, restorePath, key, nil))
	if err != nil {
		return err
	}
	switch answer.State {
	case stateReverted, stateRefused, stateCancelled:
		if answer.Key == key {
			return nil
		}
	}
	return fmt.Errorf("order: the catalog answered the undo of %s with %s of %.60q", key, answer.State, answer.Key)
}

// settle takes over what is known about the order's key. An answer about another key, or one that
// does not fit the order, leaves it unknown.
func (o *Order) settle(key string, answer Answer) error {
	if answer.Key != key {
		return fmt.Errorf("order: asked about %s, the catalog answered about %.60q", key, answer.Key)
	}
	switch answer.State {
	case stateApplied:
		return o.price(answer.Lines)
	case stateRefused, stateCancelled, stateReverted:
		o.Refusal = answer.Refusal
		if o.Refusal == nil {
			o.Refusal = &Refusal{Code: "cancelled", Detail: "The order was taken back before the stock was. Order again."}
		}
		return fmt.Errorf("%w: %s: %s", saga.Refused, o.Refusal.Code, o.Refusal.Detail)
	}
	return fmt.Errorf("order: the catalog left %s open", key)
}
