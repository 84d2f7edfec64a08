package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// measure holds the system against the row, once nothing is on its way any more.
func (p *player) measure(ctx context.Context) error {
	if err := p.wentWrong(ctx); err != nil {
		return err
	}
	if err := p.quiet(ctx); err != nil {
		return err
	}
	now, err := p.look(ctx, p.saga)
	if err != nil {
		return err
	}
	now.Answers, now.Attention = p.got.Answers, p.got.Attention
	p.got = now
	p.got.Undone, err = p.system.undone(ctx, p.saga)
	return err
}

// wentWrong wants each fault to have struck: a row without it would show nothing. Whether a table has
// refused rows is not counted; what comes of that is in the end.
func (p *player) wentWrong(ctx context.Context) error {
	state, err := p.system.faults().State(ctx)
	for _, f := range state.Armed {
		if f.Times > 0 || f.Kind != fault.Reject && state.Counts[string(f.Kind)] == 0 {
			err = errors.Join(err, fmt.Errorf("%s at %q never came about", f.Kind, f.At))
		}
	}
	return err
}

// quiet waits until the buyer has been told of the end, and no service has a message to deliver.
func (p *player) quiet(ctx context.Context) error {
	var last string
	err := until(ctx, "the end", func() (bool, error) {
		var told End
		if err := p.lookAtMoney(ctx, p.saga, &told); err != nil {
			return false, err
		}
		waiting, err := p.system.waiting(ctx)
		last = fmt.Sprintf("told %q, %d messages wait", told.Told, waiting.Messages)
		return told.Told != "" && waiting.Messages == 0, err
	})
	if err != nil {
		state, _ := p.state(context.WithoutCancel(ctx), p.saga) // for the message only
		err = fmt.Errorf("%w (%s, the saga is %s)", err, last, state)
	}
	return err
}

// everywhere is a fault at every way from a service to another.
func everywhere(kind fault.Kind) (all []fault.Fault) {
	for _, m := range event.Catalogue() {
		for _, to := range m.To {
			all = append(all, fault.Fault{At: Way(m.Type, to), Kind: kind, Times: -1})
		}
	}
	return all
}

// Way is the place at which a message of a type gets to a service, as the platform names it.
func Way(typ, service string) string { return typ + ">" + service }

func (s *System) waiting(ctx context.Context) (w Waiting, err error) {
	return w, s.control(ctx, http.MethodGet, WaitingPath, nil, &w)
}

// ahead sets the services' clock.
func (s *System) ahead(ctx context.Context, by time.Duration) error {
	return s.control(ctx, http.MethodPut, ClockPath, Ahead{Milliseconds: by.Milliseconds()}, nil)
}

func (s *System) control(ctx context.Context, method, path string, body, into any) error {
	nobody := person{system: &System{URL: s.Control, HTTP: s.HTTP}}
	var got json.RawMessage
	if err := nobody.must(ctx, http.StatusOK, method, path, body, &got); err != nil || into == nil {
		return err
	}
	return json.Unmarshal(got, into)
}
