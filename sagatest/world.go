package sagatest

import (
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
)

// World is the surroundings of one run of a case: participants, and the count of what truly
// happened at them. A run uses it on one goroutine.
type World struct {
	run *run
}

// Happened tells the world that an effect came true at a participant: for the key of an action the
// effect of its step, for the key of an undo that the effect was taken back. Call it where your own
// model of a participant changes, and only there: not for a repeat that it absorbs, and not for the
// undo of nothing.
func (w *World) Happened(key saga.Key) { w.run.happened(key) }

// Answer lets the explorer decide what a participant of your own answers to a call with this key, and
// returns what the caller is told. do makes the change; it is called at once, or not at all. Return
// the error as it is: one that is [saga.Refused], one that is [saga.NotDone], or one that says nothing,
// whether do was called or not. An action's key that was refused is refused again. A nil do is a call
// that changes nothing and is not refused, such as a probe or the repeat of what was done: it can only
// break off. A [Participant] asks by itself.
func (w *World) Answer(key saga.Key, do func()) error {
	r, who := w.run, "the participant"
	if _, err := r.stepOf(key); err != nil {
		r.violate(Explorable, "World.Answer: %v", err)
		return err
	}
	switch {
	case do == nil:
		return r.answer(who, key, setOf(BreaksBefore), func() error { return nil })
	case r.refused[key]:
		return r.answer(who, key, setOf(BreaksBefore), func() error { return fmt.Errorf("%w: %s has refused %s before", saga.Refused, who, key) })
	}
	err := r.answer(who, key, anyAnswer, func() error {
		do()
		return nil
	})
	if !key.Undo && errors.Is(err, saga.Refused) {
		r.refused[key] = true
	}
	return err
}
