package saga

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// happened is what decide is told about one instance.
type happened struct {
	kind EventKind
	at   time.Time

	// Of an answered call.
	outcome Outcome
	said    string // the error's text
	took    time.Duration
	patch   fields

	reason  Reason        // of a parked instance
	hand    Hand          // of an intervention; patch is what it sets
	command string        // that asked for it
	by      string        // who replied
	call    CallKind      // that the reply answers
	reply   *kept         // that came early
	timer   bool          // no call was made: a timer was set
	sleep   time.Duration // for so long

	step  int    // that a call, a reply or a wait is about
	busy  []int  // steps that are being called meanwhile
	clash string // what the patch of a call would have overwritten; "" if nothing
}

// parkedWait is the pause after which a node looks again whether it has an instance's definition.
const parkedWait = 10 * time.Minute

// attentionWait is the pause between the calls that go on while an instance needs attention.
const attentionWait = time.Minute

// decide is the rule of the engine: what an instance becomes when something happens to it. It is
// pure; everything that moves an instance goes through it. The instance that results says what to
// do next: call its open step now or at its due time, or nothing. An error means that this cannot
// happen to an instance that stands so; nothing changes then.
func decide(sh *Shape, in *instance, h happened) (*instance, error) {
	if err := possible(sh, in, h); err != nil {
		return in, err
	}
	after := *in
	d := decision{instance: &after, sh: sh, at: h.at, busy: h.busy}
	if len(in.Others) > 0 {
		d.Others = slices.Clone(in.Others)
		if h.ofStep() {
			d.focus(h.step)
		} else if step, named := h.hand.names(sh, in); named {
			d.focus(step)
		}
	}
	d.Seq++
	d.Updated = h.at
	d.Released = false
	before, stopped := in.Status, in.Reason == Stopped
	switch {
	case h.kind == EventTurned, h.kind == EventParked, h.kind == EventOperated && h.hand.Verb == Stop:
		d.each(d.interrupted)
	case h.kind == EventOperated:
		d.interrupted()
	}
	switch h.kind {
	case EventStarted:
		d.Started, d.Marks = h.at, strings.Repeat(string(markNone), len(sh.Steps))
		if sh.Deadline > 0 {
			d.Deadline = h.at.Add(sh.Deadline)
		}
		d.enter(0)
	case EventAnswered:
		d.answered(h)
	case EventTurned:
		d.Detail = "the deadline passed"
		d.turnBack()
	case EventRecovered:
		d.recovered()
	case EventResumed:
		d.resumeAll()
	case EventParked:
		d.each(func() {
			d.attention(h.reason)
			d.Due, d.Still = h.at.Add(parkedWait), false
		})
	case EventReleased:
		d.Released = true
	case EventOperated:
		d.operated(h.hand, h.patch)
	case EventReplied:
		d.replied(h)
	case EventKept:
		d.keep(*h.reply)
	case EventExpired:
		d.expired()
	}
	d.meetDeadline(h)
	d.join()
	if d.Status != before || stopped != (d.Reason == Stopped) {
		d.Since = h.at
	}
	return d.instance, nil
}

// ofStep reports whether it is about one of the open steps.
func (h *happened) ofStep() bool {
	return h.kind == EventAnswered || h.kind == EventReplied || h.kind == EventExpired
}

// possible refuses what can only be a mistake of the caller.
func possible(sh *Shape, all *instance, h happened) error {
	in := all
	if h.ofStep() {
		in = all.focused(h.step)
	}
	wrong := func(why string) error {
		return fmt.Errorf("%w: instance %s: %s while %s", ErrInvalid, in.ID, why, in.Status)
	}
	switch {
	case in == nil:
		return fmt.Errorf("%w: instance %s: %s of step %d, which is not open", ErrInvalid, all.ID, h.kind, h.step)
	case h.kind == EventStarted && in.Seq != 0:
		return wrong("started again")
	case h.kind == EventStarted:
		return nil
	case in.Seq == 0 || len(in.Marks) != len(sh.Steps) || in.Step < 0 || in.Step >= len(sh.Steps):
		return wrong("no instance of this shape")
	case in.Turns && (!h.ofStep() || h.kind == EventExpired) && h.kind != EventRecovered && h.kind != EventKept:
		return wrong(string(h.kind) + " before the calls under way have answered")
	case h.kind == EventOperated:
		return h.hand.possible(sh, all)
	case !in.live():
		return wrong(string(h.kind))
	case h.kind == EventAnswered && (in.Still || in.Call == "" || in.Waits):
		return wrong("an answer that nobody asked for")
	case h.kind == EventReplied && in.Call == "" && in.Reason != CannotFence:
		return wrong("a reply that nobody asked for")
	case h.kind == EventExpired && !(in.Waits && !h.at.Before(in.Due)):
		return wrong("not waiting that long")
	case h.kind == EventKept && (h.reply == nil || len(in.Early) >= mostKept):
		return wrong("no room for replies")
	case h.kind == EventTurned && !(sh.turnsBy(in) && !h.at.Before(in.Deadline)):
		return wrong("turned before its deadline or after its pivot")
	case h.kind == EventResumed && (in.Status != NeedsAttention || in.Reason == Stopped):
		return wrong("resumed")
	case (h.kind == EventParked || h.kind == EventTurned) && in.Reason == Stopped:
		return wrong(string(h.kind) + " although it is stopped")
	}
	switch h.kind {
	case EventAnswered, EventTurned, EventRecovered, EventResumed, EventParked, EventReleased, EventReplied, EventKept, EventExpired:
		return nil
	}
	return wrong(fmt.Sprintf("unknown event %q", h.kind))
}

// turnsBy reports whether the deadline may still turn the instance back: it goes forward and
// nothing that cannot be undone may have taken effect.
func (s *Shape) turnsBy(in *instance) bool {
	if in.Back || in.Deadline.IsZero() || !in.live() {
		return false
	}
	for i := s.pivot(); i < len(s.Steps); i++ {
		m := in.mark(i)
		unasked := s.Steps[i].Expects && s.Steps[i].Fence // its fence decides whether there is a way back
		if m == markEffect || m == markMaybe && !unasked || m == markSkipped {
			return false
		}
	}
	// A saga that ends in retriable steps has passed its point of no return when it reaches them.
	return !s.mustFinish(in)
}

// mayRunAhead reports whether the call that a decision asks for may start before the decision is
// durable: only from one success of a replayable step straight to the next replayable step. All
// else waits, above all the decision to turn back.
func mayRunAhead(sh *Shape, in, out *instance, h happened) bool {
	return h.kind == EventAnswered && h.outcome == Succeeded && out.live() &&
		in.Call == out.Call && in.Back == out.Back && in.Step != out.Step &&
		(out.Call == CallAction || out.Call == CallCompensation) &&
		sh.Steps[in.Step].Replayable && sh.Steps[out.Step].Replayable
}

// decision is an instance being decided; its methods are the words of the rule.
type decision struct {
	*instance
	sh     *Shape
	at     time.Time
	busy   []int   // steps that are being called
	answer Outcome // of the call that ended, if one did
}

func (d *decision) step() *StepShape { return &d.sh.Steps[d.Step] }

// open makes a step the one to be called next, at once and with a fresh budget.
func (d *decision) open(step int, call CallKind) {
	d.Step, d.Call, d.Calls = step, call, 0
	d.proceed()
}

// proceed takes the instance to the status of its direction.
func (d *decision) proceed() {
	d.Status, d.Reason, d.Due, d.Still, d.Waits = Running, "", time.Time{}, false, false
	if d.Back {
		d.Status = Compensating
	}
}

func (d *decision) end(s Status) {
	d.Status, d.Reason, d.Due, d.Still, d.Call, d.Waits = s, "", time.Time{}, true, "", false
}

// attention asks for a person. What is safe to repeat goes on slowly, so that an outage heals by
// itself; see slowly.
func (d *decision) attention(why Reason) {
	d.Status, d.Reason = NeedsAttention, why
	d.Due, d.Still = time.Time{}, true
	if d.slowly() {
		d.Due, d.Still = d.at.Add(attentionWait), false
	}
}

// slowly reports whether the open call may be repeated while a person is awaited: questions and
// undos may, an action only where the same key cannot take effect twice, where it must finish, or
// where the participant just said that nothing has happened so far.
func (d *decision) slowly() bool {
	if d.sh.LeaveInDoubt || d.Reason == Stopped || d.Reason == CannotFence || d.Reason == UndoRefused || d.Reason == UnknownDefinition || d.Reason == StateClash {
		return false
	}
	return d.Call != CallAction || d.step().Replayable || d.step().Kind == ReadOnly || d.mustFinish() || d.answer == NotDone
}

// meetDeadline turns an instance that would go on forward after its deadline, and wakes one that
// waits no later than at it.
func (d *decision) meetDeadline(h happened) {
	if !d.sh.turnsBy(d.instance) || h.kind == EventReleased || h.kind == EventParked || h.kind == EventKept || (d.Still && d.Status == NeedsAttention) {
		return
	}
	if h.ofStep() && !h.at.Before(d.Deadline) {
		if h.outcome == Succeeded {
			d.Detail = "the deadline passed"
		}
		d.turnBack()
		return
	}
	d.each(func() {
		if d.Due.After(d.Deadline) && d.Reason != Stopped {
			d.Due = d.Deadline
		}
	})
}
