package message

import (
	"context"
	"errors"
	"fmt"
)

// Bus is a [Publisher] within the process: it hands a message to the handlers of its type. Between
// an outbox and inboxes it is as durable as their databases. Subscribe everything first; after that,
// Publish is safe for concurrent use. Get one from [NewBus].
type Bus struct{ handlers map[string][]Handler }

// NewBus returns a bus without subscribers.
func NewBus() *Bus { return &Bus{handlers: map[string][]Handler{}} }

// Subscribe adds a handler for messages of a type. It must not be called after the first Publish,
// nor from two goroutines at once.
func (b *Bus) Subscribe(typ string, h Handler) { b.handlers[typ] = append(b.handlers[typ], h) }

// Publish calls the handlers of the message's type one after the other, in the order in which they
// were subscribed, and all of them, whatever the others say. A panic of a handler is its error. The
// result is what the handlers returned, joined. An error that can pass outweighs one that matches
// [ErrPoison], so a message is given up only when nobody is left who may still take it; until then
// those who took it see it again. A type without a handler is ErrPoison.
func (b *Bus) Publish(ctx context.Context, m Message) error {
	handlers := b.handlers[m.Type]
	if len(handlers) == 0 {
		return fmt.Errorf("%w: nobody subscribed to %s; subscribe a handler and redrive it, or discard it", ErrPoison, m.Type)
	}
	var passing, final []error
	for _, h := range handlers {
		switch err := safely(ctx, h, m); {
		case errors.Is(err, ErrPoison):
			final = append(final, err)
		case err != nil:
			passing = append(passing, err)
		}
	}
	if len(passing) > 0 {
		return errors.Join(passing...)
	}
	return errors.Join(final...)
}
