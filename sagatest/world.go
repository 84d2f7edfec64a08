package sagatest

import (
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

// Answer lets the explorer decide what a participant of your own says when it is about to do
// something for the first time: nil to do it, or an error that is [saga.Refused] or [saga.NotDone],
// which the participant returns instead. Having refused, it must keep refusing that key. A repeat of
// what was done is not to be asked about. A [Participant] asks by itself.
func (w *World) Answer(key saga.Key) error {
	switch w.run.point(AtParticipant, setOf(Refuses, DoesNothing)) {
	case Refuses:
		return fmt.Errorf("%w: the participant will not do %s", saga.Refused, key)
	case DoesNothing:
		return fmt.Errorf("%w: the participant did nothing for %s", saga.NotDone, key)
	}
	return nil
}
