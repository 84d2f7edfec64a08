package message

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// Handler takes one message. nil means that its effect is durable and that the message need not come
// again; what other errors mean is said at [ErrPoison] and [ErrUnavailable]. A message may come more
// than once, so a handler keeps an inbox or is idempotent by nature. It honours ctx and may be
// called from several goroutines at once, for messages of different keys.
type Handler func(ctx context.Context, m Message) error

// Publisher is where a [Relay] hands messages to: a broker's client, or a [Bus]. It is the relay's
// port; a test needs no more than this one method.
type Publisher interface {
	// Publish returns nil once the message can no longer be lost on the other side. Any error
	// leaves open whether it arrived; a repeat has the same Source and ID. It honours ctx, and is
	// called from several goroutines at once, never for two messages of the same key.
	Publish(ctx context.Context, m Message) error
}

// errGone stands for a handler that left by runtime.Goexit.
var errGone = errors.New("message: the handler ended its goroutine instead of returning")

// safely calls h and makes an error of its panic, which is no reason to end the process: the message
// is still in the outbox.
func safely(ctx context.Context, h Handler, m Message) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("message: handling %s %s panicked: %v\n%s", m.Type, m.ID, v, debug.Stack())
		}
	}()
	return h(ctx, m)
}
