package flaw

import (
	"context"
	"errors"
	"fmt"
)

// Flaw is one mistake. Get them from [All].
type Flaw struct {
	ID        string // as the requirements number it: "F-A9"
	Name      string // to ask for it by: "double-refund"
	Title     string // what the mistake is
	Invariant string // that it breaks: "I-A5"
	Promise   string // what the invariant says
	Remedy    string // what the real code does instead, and where
	play      func(ctx context.Context, s *stage) error
}

// Step is one step of a schedule, and what could be seen on both sides after it.
type Step struct{ What, Naive, Real string }

// Finding is how an invariant stands at the end of a play.
type Finding struct {
	Broken bool
	Says   string // the numbers
}

// Result is a play: the steps in order, and the invariant on both sides.
type Result struct {
	Steps       []Step
	Naive, Real Finding
}

// All lists the flaws in the order of their numbers.
func All() []Flaw {
	return []Flaw{
		lostEvent(), rolledBack(), refundWithoutMoney(), doubleRefund(), resoldSeat(), blindRestore(), blindAvailable(),
		undoFirst(), staleCache(), sweptHold(), twoSagas(), overshoot(), partialHold(),
	}
}

// Find returns a flaw by its name or its number.
func Find(name string) (Flaw, error) {
	for _, f := range All() {
		if f.Name == name || f.ID == name {
			return f, nil
		}
	}
	return Flaw{}, fmt.Errorf("flaw: there is none that is called %.40q; call it without a name for all of them", name)
}

// Play plays the flaw's schedule on both sides, with files in a folder that must exist and be empty. The error
// is about the play, such as a full disk; a broken invariant is none.
func (f Flaw) Play(ctx context.Context, folder string) (Result, error) {
	s := &stage{folder: folder, now: eight()}
	err := errors.Join(f.play(ctx, s), s.failed)
	for _, c := range s.opened {
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		return Result{}, fmt.Errorf("flaw: play %s: %w", f.Name, err)
	}
	return s.result, nil
}
