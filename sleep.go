package saga

import (
	"errors"
	"fmt"
	"time"
)

// asleep is what a timer answers: that time will tell.
type asleep time.Duration

func (a asleep) Error() string { return fmt.Sprintf("%s for %v", Pending, time.Duration(a)) }

func (asleep) Is(target error) bool { return target == Pending }

// longestSleep keeps a due time within what every store can hold.
const longestSleep = 100 * 365 * 24 * time.Hour

// heard is what a call's error says to the rule.
func (h *happened) heard(err error) {
	h.outcome = OutcomeOf(err)
	var a asleep
	if errors.As(err, &a) {
		h.timer, h.sleep, h.said = true, min(max(time.Duration(a), 0), longestSleep), ""
	}
}

// own refuses what only the engine may say.
func own(err error) error {
	var a asleep
	if errors.Is(err, NotNeeded) || errors.As(err, &a) {
		return fmt.Errorf("%w: %w", Unknown, err)
	}
	return err
}

// mayPass reports whether the open call is one before which When is asked. On the way back the step may
// have been called, and the state is not the one that it was called with.
func (in *instance) mayPass() bool {
	return !in.Back && (in.Call == CallAction || in.Call == CallProbe)
}

// passedOver goes on behind a step that is not needed.
func (d *decision) passedOver() {
	d.setMark(d.Step, markPassed)
	d.advance()
}
