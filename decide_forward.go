package saga

// answered is the outcome of the open call.
func (d *decision) answered(h happened) {
	d.Calls++
	d.wrote(h.patch)
	d.State = d.State.with(h.patch)
	outcome := h.outcome
	switch {
	case d.Turns:
		d.settled(d.Call, outcome)
		return
	case h.clash != "":
		d.clashed(h.clash)
		return
	case outcome == NotNeeded && d.step().When && d.mayPass():
		d.passedOver()
		return
	case outcome == Pending && d.step().Sleep:
		d.waits(h.sleep)
		return
	case outcome == Pending && d.step().Reply:
		d.answer = outcome
		d.waits(d.step().ReplyTimeout)
		return
	}
	if d.news(d.Call, outcome) {
		d.Detail = h.said
	}
	if outcome != Succeeded && outcome != Refused && outcome != NotDone {
		outcome = Unknown
	}
	d.answer = outcome
	d.settleCall(d.Call, outcome)
}

// news reports whether what a call came to is worth more than what was said last, which may be why the
// saga turned back: a success is not, nor is the no that was asked for on the way back.
func (d *decision) news(call CallKind, o Outcome) bool {
	return o != Succeeded && !(d.Back && o == Refused && (call == CallFence || call == CallProbe))
}

// settleCall is what a call to the open step came to.
func (d *decision) settleCall(call CallKind, outcome Outcome) {
	switch call {
	case CallAction:
		d.acted(outcome)
	case CallProbe:
		d.probed(outcome)
	case CallFence:
		d.fenced(outcome)
	case CallCompensation:
		d.compensated(outcome)
	}
}

func (d *decision) acted(o Outcome) {
	switch o {
	case Succeeded:
		d.tookEffect()
	case Refused:
		d.refused()
	case NotDone:
		d.again(CallAction)
	case Unknown:
		d.doubt(d.Step)
		d.again(d.ask())
	}
}

// doubt notes that nobody knows whether a step took effect. One that changes nothing has no effect that
// could be in doubt: it is asked again or given up, and what it is told is believed.
func (d *decision) doubt(step int) {
	if d.sh.Steps[step].Kind == ReadOnly {
		d.setMark(step, markNone)
		return
	}
	d.setMark(step, markMaybe)
}

// ask is how a step whose outcome is unknown is settled on the way forward: by its probe if it
// has one, else by the same call under the same key.
func (d *decision) ask() CallKind {
	if d.step().Probe {
		return CallProbe
	}
	return CallAction
}

func (d *decision) probed(o Outcome) {
	switch {
	case o == Succeeded:
		d.tookEffect()
	case o == Refused:
		d.neverDone()
	case o == NotDone && !d.Back:
		d.again(CallAction) // the same key, so a late original does no harm
	case d.Calls == 1 && d.sh.LeaveInDoubt && !d.Back:
		d.attention(InDoubt) // whoever resumed it asked once, and asks again if they want to
	default:
		d.again(CallProbe) // on the way back "not so far" is no answer
	}
}

func (d *decision) tookEffect() {
	d.setMark(d.Step, markEffect)
	if d.Back && d.step().Kind == Compensatable {
		d.walkBack()
		return
	}
	d.Back = false // beyond the pivot there is no way back
	d.advance()
}

// advance opens the first step that is not known to be in effect. That is the next one, but for a
// takeover that found the pivot in effect before it had asked about the steps that led there.
func (d *decision) advance() {
	if d.onward() {
		return
	}
	for i := range d.sh.Steps {
		if !d.passed(i) {
			d.enter(i)
			return
		}
	}
	d.end(Completed)
}

// clashed is a success that cannot be recorded, because another step has changed the same field.
func (d *decision) clashed(why string) {
	d.doubt(d.Step)
	d.Detail = why
	d.attention(StateClash)
}

// mustFinish reports whether the open step lies beyond the point of no return.
func (d *decision) mustFinish() bool { return d.sh.beyond(d.instance) }

// refused is an action's refusal. After an attempt that may still be in flight it is not yet the
// truth: the late attempt could take effect when everything else was already undone.
func (d *decision) refused() {
	if d.step().Expects && d.step().Fence { // how often others tried, nobody here knows
		d.doubt(d.Step)
	}
	if d.mark(d.Step) != markMaybe || d.step().Replayable && !d.step().Fence {
		d.neverDone()
		return
	}
	switch {
	case d.step().Fence:
		d.fenceRefused()
	case d.step().Probe:
		d.again(CallProbe)
	default:
		d.attention(CannotFence)
	}
}

// fenceRefused makes a refusal the truth before anything follows from it. In a group, what stands of
// later branches is undone first, as everywhere on the way back.
func (d *decision) fenceRefused() {
	if d.mustFinish() || len(d.Others) == 0 {
		d.Back = !d.mustFinish()
		d.open(d.Step, CallFence)
		return
	}
	d.turnBack()
}

// neverDone is a definite no to this key: a step that must finish is tried anew under a new round,
// any other turns the saga back.
func (d *decision) neverDone() {
	if !d.Back && d.mustFinish() {
		d.setMark(d.Step, markNone)
		d.nextRound(d.Step)
		d.again(CallAction)
		return
	}
	d.setMark(d.Step, markNever)
	// What cannot be undone and only might have followed this step did not: a replayable step
	// that is refused now was refused then.
	for i := max(d.Step+1, d.sh.pivot()); i < len(d.sh.Steps); i++ {
		if d.mark(i) == markMaybe {
			d.setMark(i, markNone)
		}
	}
	d.turnBack()
}

// again repeats a call after a pause or, when the budget is used up, does what is safe then.
func (d *decision) again(call CallKind) {
	policy := d.step().Retry
	if d.Back || call == CallFence {
		policy = d.sh.undo
	}
	d.Call = call
	if d.Calls < policy.MaxAttempts {
		d.proceed()
		d.Due = d.at.Add(policy.wait(d.Calls, d.ID+"/"+d.step().Name))
		return
	}
	switch {
	case d.step().Kind == ReadOnly && !d.mustFinish():
		d.setMark(d.Step, markNever) // it changes nothing, and silence is a no
		d.turnBack()
	case call == CallCompensation:
		d.attention(UndoUnfinished)
	case d.mark(d.Step) == markMaybe:
		d.attention(InDoubt)
	case d.mustFinish():
		d.attention(CannotFinish)
	default:
		d.turnBack() // every attempt did nothing, so there is nothing to fence
	}
}
