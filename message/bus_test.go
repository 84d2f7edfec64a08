package message_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/message"
)

func TestTheBusCallsTheHandlersOfTheType(t *testing.T) {
	t.Parallel()
	bus := message.NewBus()
	var called []string
	for _, name := range []string{"first", "second"} {
		bus.Subscribe("OrderFailed", func(_ context.Context, m message.Message) error {
			called = append(called, name+" "+m.ID)
			return nil
		})
	}
	bus.Subscribe("OrderPlaced", func(context.Context, message.Message) error {
		t.Error("the handler of another type was called")
		return nil
	})
	if err := bus.Publish(t.Context(), valid()); err != nil {
		t.Error(err)
	}
	if want := []string{"first 1", "second 1"}; !slices.Equal(called, want) {
		t.Errorf("called %q, want %q", called, want)
	}
}

func TestTheBusReturnsWhatTheHandlersSay(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	poison := errors.Join(message.ErrPoison, errors.New("no such item"))
	for name, c := range map[string]struct {
		say          []error
		poison, down bool
	}{
		"all took it":          {[]error{nil, nil}, false, false},
		"one is down":          {[]error{down, nil}, false, true},
		"one never will":       {[]error{nil, poison}, true, false},
		"one never, one later": {[]error{poison, down}, false, true},
		"nobody ever will":     {[]error{poison, poison}, true, false},
		"nobody subscribed":    {nil, true, false},
	} {
		bus, called := message.NewBus(), 0
		for _, err := range c.say {
			bus.Subscribe("OrderFailed", func(context.Context, message.Message) error {
				called++
				return err
			})
		}
		err := bus.Publish(t.Context(), valid())
		if errors.Is(err, message.ErrPoison) != c.poison || errors.Is(err, down) != c.down || (err != nil) != (c.poison || c.down) {
			t.Errorf("%s: the error is %v", name, err)
		}
		if called != len(c.say) {
			t.Errorf("%s: %d handlers were called, want %d", name, called, len(c.say))
		}
	}
}

func TestAPanicOfAHandlerIsItsError(t *testing.T) {
	t.Parallel()
	bus, others := message.NewBus(), 0
	bus.Subscribe("OrderFailed", func(context.Context, message.Message) error { panic("out of cheese") })
	bus.Subscribe("OrderFailed", func(context.Context, message.Message) error { others++; return nil })
	err := bus.Publish(t.Context(), valid())
	if err == nil || !strings.Contains(err.Error(), "out of cheese") || !strings.Contains(err.Error(), "bus_test.go") {
		t.Errorf("the error is %v, want the panic and where it happened", err)
	}
	if errors.Is(err, message.ErrPoison) {
		t.Error("a panic is no reason to give up at once")
	}
	if others != 1 {
		t.Errorf("the other handler was called %d times", others)
	}
}
