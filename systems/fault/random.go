package fault

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Rates are the probabilities, from 0 to 1, with which each call and each publish of a watched
// place meets a fault that nobody armed. At most one of them strikes a call. The zero value is
// never.
type Rates struct {
	DropReply   float64       `json:"dropReply"`
	DropRequest float64       `json:"dropRequest"`
	Duplicate   float64       `json:"duplicate"`
	Delay       float64       `json:"delay"`
	Hold        time.Duration `json:"hold,omitempty"` // how long Delay keeps a call, in nanoseconds as JSON; 0: until Release
	Seed        uint64        `json:"seed"`           // the same seed gives the same draws, call for call
}

// of pairs the kinds with their rates, in the order of drawing.
func (r Rates) of() []struct {
	kind Kind
	rate float64
} {
	return []struct {
		kind Kind
		rate float64
	}{{DropReply, r.DropReply}, {DropRequest, r.DropRequest}, {Duplicate, r.Duplicate}, {Delay, r.Delay}}
}

func (r Rates) check() error {
	sum := 0.0
	for _, k := range r.of() {
		if !(k.rate >= 0) { // NaN as well
			return fmt.Errorf("%w: the rate of %s is %v; use 0 to 1", ErrInvalid, k.kind, k.rate)
		}
		sum += k.rate
	}
	if sum > 1 || r.Hold < 0 {
		return fmt.Errorf("%w: the rates add up to %v and hold is %v; stay within 1, and not below 0", ErrInvalid, sum, r.Hold)
	}
	return nil
}

// Random lets faults happen by chance from now on, besides those that are armed, which come first;
// commits meet none. The zero value turns it off. The error matches [ErrInvalid]; the rates are
// then as before.
func (f *Faults) Random(r Rates) error {
	if err := r.check(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rates, f.dice = r, rand.New(rand.NewPCG(r.Seed, 0))
	return nil
}

// draw throws the dice once for a call.
func (f *Faults) draw(at string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dice == nil {
		return Fault{}
	}
	drawn := f.dice.Float64()
	for _, k := range f.rates.of() {
		if drawn -= k.rate; drawn < 0 {
			return Fault{At: at, Kind: k.kind, Hold: f.rates.Hold}
		}
	}
	return Fault{}
}
