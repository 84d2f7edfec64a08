package fault

import (
	"context"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/message"
)

// errLost is what a publisher says that was cut off; whether the message arrived is not known.
var errLost = errors.New("fault: the connection broke; publish it again")

// Publisher stands between a relay and its publisher. A publish is recorded like a call over HTTP,
// with the message's key: OK, NO if the error matches [message.ErrPoison], and "?" for any other.
// A place is watched from then on; faults that fit only publishers can be armed for it.
func (f *Faults) Publisher(at string, next message.Publisher) message.Publisher {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.publishers[at] = true
	return &publisher{faults: f, at: at, next: next}
}

type publisher struct {
	faults *Faults
	at     string
	next   message.Publisher
}

// Publish delivers the message unless a fault strikes.
func (p *publisher) Publish(ctx context.Context, m message.Message) error {
	x := p.faults.next(p.at, m.Key, onPublish())
	c := p.faults.begin(Call{At: p.at, Key: m.Key})
	err := p.publish(ctx, m, x, c)
	p.faults.beforeTelling()
	p.faults.end(c, 0, published(err))
	return err
}

func (p *publisher) publish(ctx context.Context, m message.Message, x Fault, c *Call) error {
	switch x.Kind {
	case "":
		return p.next.Publish(ctx, m)
	case Duplicate:
		_ = p.next.Publish(ctx, m) // the second answer is the one that counts
		err := p.next.Publish(ctx, m)
		p.faults.strike(x, m.Key, c)
		return err
	case DropReply, CrashAfter:
		_ = p.next.Publish(ctx, m) // lost with the reply
	case Delay, Postpone:
		later := context.WithoutCancel(ctx)
		p.faults.keep(x.Hold, func() { p.arrive(later, x.Kind, m) })
	}
	p.faults.strike(x, m.Key, c)
	switch x.Kind {
	case CrashBefore, CrashAfter:
		p.faults.config.Crash()
	case Off:
		return fmt.Errorf("fault: the publisher is off: %w", message.ErrUnavailable)
	case Delay:
		return fmt.Errorf("fault: the publisher did not answer in time: %w", message.ErrUnavailable)
	case Lose, Postpone:
		return nil
	}
	return errLost
}

// arrive delivers a delayed message.
func (p *publisher) arrive(ctx context.Context, kind Kind, m message.Message) {
	c := p.faults.begin(Call{At: p.at, Key: m.Key, Fault: kind, Late: true})
	p.faults.end(c, 0, published(p.next.Publish(ctx, m)))
}

func published(err error) string {
	switch {
	case err == nil:
		return ok
	case errors.Is(err, message.ErrPoison):
		return no
	}
	return unknown
}
