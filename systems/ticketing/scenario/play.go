package scenario

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// stepWithin bounds one step of a row, and pause is how long it rests between two looks.
const (
	stepWithin = 2 * time.Minute
	pause      = 20 * time.Millisecond
)

// Result is what came of a row.
type Result struct {
	Row  Row
	Saga string // the id of the saga that the end is about
	Got  End
	// Err says why the row could not be played to its end; nil if it was.
	Err  error
	Took time.Duration
}

// Passed reports whether the row ended as it must.
func (r Result) Passed() bool { return r.Err == nil && len(r.Got.Differences(r.Row.Want)) == 0 }

// Play plays a row and says how it ended. Whatever happens, nothing goes wrong in the system any more
// afterwards. No other row may play on the system meanwhile.
func Play(ctx context.Context, system *System, row Row) Result {
	began := time.Now()
	p := player{system: system, row: row, sent: make(chan answer, 8)}
	err := p.play(ctx)
	if healed := p.recover(context.WithoutCancel(ctx)); err == nil {
		err = healed
	}
	if err != nil {
		err = fmt.Errorf("row %s: %w", row.ID, err)
	}
	return Result{Row: row, Saga: p.saga, Got: p.got, Err: err, Took: time.Since(began)}
}

// player plays one row.
type player struct {
	scene
	system *System
	row    Row
	saga   string
	sent   chan answer
	got    End // what is noted on the way
}

func (p *player) play(ctx context.Context) (err error) {
	if err := p.recover(ctx); err != nil {
		return err
	}
	setting, stop := context.WithTimeout(ctx, stepWithin)
	defer stop()
	if p.scene, err = p.system.set(setting, p.row); err != nil {
		return fmt.Errorf("make the scene: %w", err)
	}
	p.saga = orchestrator.SagaID(p.buyer.name, cmp.Or(p.row.About, First))
	for i, step := range p.row.Steps {
		within, stop := context.WithTimeout(ctx, stepWithin)
		err := p.step(within, step)
		stop()
		if err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	within, stop := context.WithTimeout(ctx, stepWithin)
	defer stop()
	return p.measure(within)
}

// recover makes a system of what an earlier row may have left: alive, without faults, its clock right.
func (p *player) recover(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, stepWithin)
	defer stop()
	faults := p.system.faults()
	if _, err := faults.State(ctx); err != nil {
		if err := p.system.Restart(ctx); err != nil {
			return err
		}
	}
	if err := faults.Heal(ctx); err != nil {
		return err
	}
	if err := faults.Forget(ctx); err != nil {
		return err
	}
	return p.system.ahead(ctx, 0)
}

func (p *player) step(ctx context.Context, s Step) error {
	faults := p.system.faults()
	switch {
	case s.Arm != nil:
		return faults.Arm(ctx, p.aimed(*s.Arm))
	case s.Everywhere != "":
		return faults.Arm(ctx, everywhere(s.Everywhere)...)
	case s.Disarm != nil:
		return faults.Disarm(ctx, *s.Disarm)
	case s.Release:
		return faults.Release(ctx)
	case s.Heal:
		if err := p.wentWrong(ctx); err != nil {
			return err
		}
		return faults.Heal(ctx)
	case s.Struck != "":
		return p.struck(ctx, s.Struck)
	case s.Died:
		if err := p.system.Died(ctx); err != nil {
			return err
		}
		return p.system.Restart(ctx)
	case s.Kill:
		return p.system.Restart(ctx)
	case s.Later != 0:
		return p.system.ahead(ctx, s.Later)
	}
	return p.act(ctx, s)
}

// act is a step that somebody takes.
func (p *player) act(ctx context.Context, s Step) error {
	switch {
	case s.Pay != "":
		a, err := p.pay(ctx, s.Pay)
		p.note(a)
		return err
	case s.Send != "":
		go func() {
			ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), stepWithin)
			defer stop()
			a, _ := p.pay(ctx, s.Send) // one that broke is an answer of 0
			p.sent <- a
		}()
		return nil
	case s.Answer:
		select {
		case a := <-p.sent:
			p.note(a)
			return nil
		case <-ctx.Done():
			return fmt.Errorf("what was sent was not answered: %w", ctx.Err())
		}
	case s.Charge != 0:
		p.money += s.Charge
		return p.buyer.charge(ctx, s.Charge, "more")
	case s.Admin != "":
		return p.administer(ctx, s.Admin)
	case s.Rival != "":
		return p.compete(ctx, s.Rival)
	case s.State != "":
		return p.stands(ctx, s.State)
	case s.Retry:
		return p.system.retry(ctx, p.saga)
	case s.TurnBack:
		return p.system.callOff(ctx, p.saga)
	}
	return fmt.Errorf("a step without a meaning")
}

func (p *player) note(a answer) { p.got.Answers = append(p.got.Answers, a.status) }

func (p *player) pay(ctx context.Context, key string) (answer, error) {
	return p.buyer.ask(ctx, http.MethodPost, "/payments", map[string]any{"reservationIds": p.reservations}, key)
}

// aimed limits a fault to the row's payment; a table refuses the rows of all.
func (p *player) aimed(f fault.Fault) fault.Fault {
	if f.Kind != fault.Reject {
		f.Match = cmp.Or(f.Match, p.saga)
	}
	return f
}

// struck waits until a fault has struck the row's payment at a place. What kills the system is waited for by
// Died.
func (p *player) struck(ctx context.Context, at string) error {
	return until(ctx, "a fault at "+at, func() (bool, error) {
		state, err := p.system.faults().State(ctx)
		return slices.ContainsFunc(state.Calls, func(c fault.Call) bool {
			return c.At == at && c.Fault != "" && strings.Contains(c.Key, p.saga)
		}), err
	})
}

// stands waits until the payment stands so. Why it needs a person is noted.
func (p *player) stands(ctx context.Context, state string) error {
	err := until(ctx, state, func() (bool, error) {
		now, err := p.scene.state(ctx, p.saga)
		return now == state, err
	})
	if err == nil && state == NeedsAttention {
		p.got.Attention, err = p.system.attention(ctx, p.saga)
	}
	return err
}

// until looks again and again, until what is seen is as it should be.
func until(ctx context.Context, what string, look func() (bool, error)) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if yes, err := look(); yes || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %s: %w", what, ctx.Err())
		}
	}
}
