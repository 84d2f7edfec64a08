package scenario

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
)

// Item is what every row orders.
const Item = "EST-1"

// stepWithin bounds one step of a script, and pause is how long it rests between two looks.
const (
	stepWithin = 30 * time.Second
	pause      = 10 * time.Millisecond
)

// Result is what came of a row.
type Result struct {
	Row    Row
	Order  int64 // its number
	Got    End
	Passed bool
	Took   time.Duration
}

// Play plays a row and says how it ended. An error means that it could not be played to its end;
// whatever happens, nothing goes wrong in the shop any more afterwards.
func Play(ctx context.Context, shop *Shop, row Row) (Result, error) {
	began := time.Now()
	p := player{shop: shop, item: Item}
	err := p.play(ctx, row)
	if healed := shop.Heal(context.WithoutCancel(ctx)); err == nil {
		err = healed
	}
	if err != nil {
		return Result{}, fmt.Errorf("row %s: %w", row.ID, err)
	}
	return Result{Row: row, Order: p.number, Got: p.got, Passed: p.got.Equal(row.Want), Took: time.Since(began)}, nil
}

// player plays one row.
type player struct {
	shop     *Shop
	item     string
	number   int64
	quantity int64 // of the shopper's order
	others   int64 // what others bought
	before   int64 // stock
	sent     chan answer
	placed   []string // bodies of 201 answers
	lost     []fault.Call
	got      End
}

func (p *player) play(ctx context.Context, row Row) error {
	if err := p.shop.Heal(ctx); err != nil {
		return err
	}
	var err error
	if p.number, err = p.shop.number(ctx, 0); err != nil {
		return fmt.Errorf("take a number: %w", err)
	}
	start, err := p.shop.Truth(ctx, p.number, p.item)
	if err != nil {
		return fmt.Errorf("look at the stock: %w", err)
	}
	p.before = start.Stock
	if err := p.all(ctx, row.Before); err != nil {
		return fmt.Errorf("precondition: %w", err)
	}
	if err := p.shop.Forget(ctx); err != nil {
		return err
	}
	p.got = End{}
	if err := p.all(ctx, row.Steps); err != nil {
		return err
	}
	return p.measure(ctx)
}

func (p *player) all(ctx context.Context, steps []Step) error {
	for i, step := range steps {
		within, stop := context.WithTimeout(ctx, stepWithin)
		err := p.step(within, step)
		stop()
		if err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func (p *player) step(ctx context.Context, s Step) error {
	switch {
	case s.Arm != nil:
		return p.shop.Arm(ctx, *s.Arm)
	case s.Disarm != nil:
		return p.shop.Disarm(ctx, *s.Disarm)
	case s.Order != "":
		a, err := p.order(ctx, p.amount(s.Order))
		p.note(a)
		return err
	case s.Send != "":
		p.send(ctx, p.amount(s.Send))
		return nil
	case s.Answer:
		p.note(<-p.sent)
		return nil
	case s.Others != "":
		return p.sellToOthers(ctx)
	case s.Struck != "":
		return p.struck(ctx, s.Struck)
	case s.Heal:
		return p.shop.Heal(ctx)
	case s.Restart:
		return p.restart(ctx)
	case s.Drain, s.Look, s.Wait != "":
		return p.watch(ctx, s)
	}
	return fmt.Errorf("a step without a meaning")
}

// amount is fixed when the order is first sent: a repeat is the same order.
func (p *player) amount(a Amount) int64 {
	if p.quantity == 0 {
		p.quantity = map[Amount]int64{Some: 3, One: 1, All: p.before, TooMuch: p.before + 1}[a]
	}
	return p.quantity
}

func (p *player) order(ctx context.Context, quantity int64) (answer, error) {
	return p.shop.order(ctx, 0, p.number, p.item, quantity)
}

// send goes on beyond its step.
func (p *player) send(ctx context.Context, quantity int64) {
	p.sent = make(chan answer, 1)
	go func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), stepWithin)
		defer stop()
		a, _ := p.order(ctx, quantity) // one that broke is an answer of 0
		p.sent <- a
	}()
}

func (p *player) note(a answer) {
	p.got.Answers = append(p.got.Answers, a.status)
	if a.status == http.StatusCreated {
		p.placed = append(p.placed, a.body)
	}
}

// sellToOthers lets another shopper buy one.
func (p *player) sellToOthers(ctx context.Context) error {
	number, err := p.shop.number(ctx, 1)
	if err != nil {
		return err
	}
	a, err := p.shop.order(ctx, 1, number, p.item, 1)
	if err == nil && a.status != http.StatusCreated {
		err = fmt.Errorf("another shopper's order was answered %d: %.300s", a.status, a.body)
	}
	p.others++
	return err
}

// restart kills the shop. What it had recorded is lost with it, so it is kept here.
func (p *player) restart(ctx context.Context) error {
	state, err := p.shop.Faults(ctx)
	if err != nil {
		return err
	}
	p.lost = append(p.lost, state.Calls...)
	return p.shop.Restart(ctx)
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

func (p *player) struck(ctx context.Context, at string) error {
	return until(ctx, "a fault at "+at, func() (bool, error) {
		state, err := p.shop.Faults(ctx)
		return slices.ContainsFunc(state.Calls, func(c fault.Call) bool { return c.At == at && c.Fault != "" }), err
	})
}

func (p *player) watch(ctx context.Context, s Step) error {
	return until(ctx, "what the row waits for", func() (bool, error) {
		now, err := p.shop.Truth(ctx, p.number, p.item)
		switch {
		case err != nil:
			return false, err
		case s.Drain:
			return now.Waiting == 0, nil
		case s.Look:
			p.got.Pending = now.Status == "Fail" && now.Waiting > 0
			return p.got.Pending, nil
		}
		return now.Status == s.Wait, nil
	})
}

// measure holds the shop against the row.
func (p *player) measure(ctx context.Context) error {
	now, err := p.shop.Truth(ctx, p.number, p.item)
	if err != nil {
		return err
	}
	state, err := p.shop.Faults(ctx)
	if err != nil {
		return err
	}
	p.got.Status, p.got.Rows = now.Status, now.Orders
	p.got.Stock = changed(p.before-p.others-now.Stock, p.quantity)
	for _, c := range append(p.lost, state.Calls...) {
		if c.Fault != fault.Off && ours(c, p.number) {
			p.got.Calls = append(p.got.Calls, words(c))
		}
	}
	if len(p.placed) > 1 {
		p.got.Same = len(slices.Compact(slices.Clone(p.placed))) == 1
	}
	return nil
}

func words(c fault.Call) string {
	if c.Late {
		return "late " + c.At + " " + c.Outcome
	}
	return c.At + " " + c.Outcome
}

// ours reports whether a call is about this row's order, by its key.
func ours(c fault.Call, number int64) bool {
	order, _, _ := strings.Cut(c.Key, "/")
	return order == fmt.Sprint(number)
}

func changed(by, quantity int64) Change {
	switch by {
	case 0:
		return Untouched
	case quantity:
		return Taken
	}
	return Change(fmt.Sprintf("s−%d", by))
}
