package saga

import (
	"slices"
	"strings"
)

// turnBack starts the way back: from the last step that took effect, or may have, to the first.
func (d *decision) turnBack() {
	d.Back = true
	d.believeKept()
	if !d.letSettle() {
		d.walkBack()
	}
}

// believeKept notes of steps whose turn has not come that somebody has said they were done: that is heard
// when they are asked about on the way back.
func (d *decision) believeKept() {
	for i := range d.Early {
		k := &d.Early[i]
		if k.Call == CallAction && k.Outcome == Succeeded && k.Round == d.round(k.Step) && d.mark(k.Step) == markNone {
			d.doubt(k.Step)
		}
	}
}

// walkBack opens the undo of the last step with an effect, or ends the saga if none is left. What
// cannot be undone is settled before anything is undone: if it took effect, there is no way back.
func (d *decision) walkBack() {
	d.fenceExpected()
	pivot := d.sh.pivot()
	beyond := strings.IndexByte(d.Marks[pivot:], markMaybe)
	last := d.lastEffect(pivot)
	switch {
	case beyond >= 0:
		d.settle(pivot + beyond)
	case last >= 0 && d.mark(last) == markEffect:
		d.open(last, CallCompensation)
	case last >= 0:
		d.doubt(last) // also of what a person skipped
		d.settle(last)
	case strings.ContainsAny(d.Marks, string([]byte{markUndone, markLeft})):
		d.end(Compensated)
	default:
		d.end(Failed)
	}
}

// fenceExpected notes that what others do unasked may have been done, or may be yet.
func (d *decision) fenceExpected() {
	for i := range d.sh.Steps {
		if st := &d.sh.Steps[i]; st.Expects && st.Fence && d.mark(i) == markNone && st.Kind != Retriable {
			d.doubt(i)
		}
	}
}

// lastEffect is the last step before the pivot that has something to undo, or may have; -1 if none.
func (d *decision) lastEffect(pivot int) int {
	for i := pivot - 1; i >= 0; i-- {
		m := d.mark(i)
		if d.sh.Steps[i].Kind != ReadOnly && (m == markEffect || m == markMaybe || m == markSkipped) {
			return i
		}
	}
	return -1
}

// settle finds out, on the way back, what nobody knows about a step. An undo that a replayable
// participant absorbs is the fence itself.
func (d *decision) settle(step int) {
	st := &d.sh.Steps[step]
	switch {
	case st.Fence:
		d.open(step, CallFence)
	case st.Kind == Compensatable && st.Replayable:
		d.open(step, CallCompensation)
	case st.Probe:
		d.open(step, CallProbe)
	default:
		d.open(step, "")
		d.attention(CannotFence)
	}
}

func (d *decision) fenced(o Outcome) {
	switch o {
	case Succeeded:
		d.tookEffect()
	case Refused:
		d.neverDone()
	default:
		d.again(CallFence)
	}
}

func (d *decision) compensated(o Outcome) {
	switch o {
	case Succeeded:
		d.setMark(d.Step, markUndone)
		d.walkBack()
	case Refused:
		d.attention(UndoRefused)
	default:
		d.again(CallCompensation)
	}
}

// recovered is a takeover. What is recorded is a prefix: the open step may have been called, and
// so may every replayable step that it could have run on to without a durable wait.
func (d *decision) recovered() {
	if d.Turns { // the calls that it waited for may have been made, and nobody hears their answers
		d.setCalled()
		d.Others, d.Wrote, d.Turns = nil, nil, false
		d.walkBack()
		return
	}
	d.each(d.recoveredStep)
}

// setCalled notes of what is open that it may have been called.
func (d *decision) setCalled() {
	d.each(func() {
		if d.mark(d.Step) == markNone {
			d.doubt(d.Step)
		}
	})
}

func (d *decision) recoveredStep() {
	if d.Still || d.Waits { // what waits for a reply has been called, and that is recorded
		return
	}
	d.Due = d.at
	if d.Back {
		return
	}
	for i := d.Step; i < len(d.sh.Steps); i++ {
		if i > d.Step && !(d.sh.Steps[i-1].Replayable && d.sh.Steps[i].Replayable && d.sh.sameLane(i-1, i)) {
			break
		}
		if d.mark(i) == markNone {
			d.doubt(i)
		}
	}
	if d.Call == CallAction && !d.step().Replayable {
		d.Call = d.ask()
	}
}

// resumeAll resumes what needs attention.
func (d *decision) resumeAll() {
	d.each(func() {
		if d.Reason != "" && !slices.Contains(d.busy, d.Step) {
			d.resumed()
		}
	})
}

// resumed gives an instance in attention a new budget; what is unknown is asked first.
func (d *decision) resumed() {
	d.interrupted()
	d.Calls, d.Detail = 0, ""
	if d.Call == "" { // still no way to find out
		d.walkBack()
		return
	}
	d.proceed()
	if d.Back {
		return
	}
	d.Call = CallAction
	if d.mark(d.Step) == markMaybe {
		d.Call = d.ask()
	}
}
