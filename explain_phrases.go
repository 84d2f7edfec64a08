package saga

import "slices"

// explaining is an instance being explained.
type explaining struct {
	Instance
	doubt string // "" if nothing is in doubt
	more  int
}

func (x *explaining) attention() bool { return x.Status == NeedsAttention }

// undo reports whether an undo is open.
func (x *explaining) undo() bool {
	return x.Call == CallCompensation || x.Reason == UndoRefused || x.Reason == UndoUnfinished
}

// expects reports whether a fact about the open step is awaited, or missing.
func (x *explaining) expects() bool { return x.step().Expects && !x.Back }

// asks reports whether the open step changes nothing: an answer is all that it is for.
func (x *explaining) asks() bool { return x.step().Kind == ReadOnly && x.Call != "" }

// missing reports whether a fact that was waited for has not come.
func (x *explaining) missing() bool { return x.expects() && !x.Waits && x.step().Mark == MaybeDone }

// unread reports whether nothing but the start is in rows yet.
func (x *explaining) unread() bool { return x.Seq == 0 && x.Step == "" }

func (x *explaining) facts() []string {
	if x.unread() {
		return []string{"its start is recorded, and no checkpoint shows more of it yet"}
	}
	facts := []string{x.obstacle(), x.unknown()}
	elsewhere := x.Step != "" && x.doubt != x.Step
	if x.missing() {
		facts = append([]string{"the fact about {step} has not come within {within}"}, facts...)
	} else if facts[0] == "" && (x.doubt == "" || x.undo() && x.Calls > 0 || x.attention() && elsewhere) {
		facts = append(facts, x.progress())
	}
	facts = append(facts, x.since(), x.tried(), x.beside())
	return slices.DeleteFunc(facts, func(f string) bool { return f == "" })
}

// obstacle is what is known to be in the way.
func (x *explaining) obstacle() string {
	switch x.Reason {
	case "", InDoubt, CannotFence, UndoUnfinished, Stopped:
		return ""
	case UnknownDefinition:
		return "no engine that runs has version {version} of {definition}, so {step} stands still"
	case UndoRefused:
		return "the participant refuses to undo {step}"
	case StateClash:
		return "{step} changed what another branch of its group had changed, and neither may overwrite the other"
	case CannotFinish:
		return "{step} must be done and is not, and there is no way back"
	}
	return "{step} cannot go on by itself ({reason})"
}

func (x *explaining) unknown() string {
	switch {
	case x.doubt == "":
		return ""
	case x.Reason == CannotFence:
		return "nobody knows whether {doubt} took effect, and it can be neither asked nor fenced"
	case x.more > 0:
		return "nobody knows whether {doubt} and {more} more took effect"
	}
	return "nobody knows whether {doubt} took effect"
}

// progress is how far it has come, where that is all there is to say.
func (x *explaining) progress() string {
	switch {
	case x.expects() && (x.Waits || x.Calls == 0):
		return "the fact that {step} was done is awaited"
	case x.Waits && !x.undo():
		return "a reply about {step} is awaited"
	case x.undo() && x.Calls > 0:
		return "{step} is not known to be undone"
	case x.undo():
		return "{step} is still to be undone"
	case x.asks() && (x.Calls > 0 || x.attention()):
		return "{step} has not been answered so far"
	case x.Calls > 0 || x.attention():
		return "{step} has not been done so far"
	case len(x.Steps) == 0:
		return "the steps of {definition} cannot be read here"
	}
	return "{done} of {steps} steps took effect"
}

// beside tells of the other branches of a parallel group.
func (x *explaining) beside() string {
	switch x.others() {
	case 0:
		return ""
	case 1:
		return "1 more step is open beside it"
	}
	return "{others} more steps are open beside it"
}

func (x *explaining) others() (n int) {
	for _, st := range x.Steps {
		if st.Open && st.Name != x.Step {
			n++
		}
	}
	return n
}

func (x *explaining) since() string {
	switch {
	case x.stop() != nil:
		return "{by} stopped it at {stopped}, saying “{why}”"
	case x.Since.IsZero():
		return ""
	case x.Reason == Stopped:
		return "it is stopped, and a person has been needed since {since}"
	case x.attention():
		return "a person has been needed since {since}"
	case x.Status == Compensating:
		return "it has gone back since {since}"
	}
	return "it has gone forward since {since}"
}

// stop is who stopped it, if it is stopped.
func (x *explaining) stop() *Hand {
	if x.Reason != Stopped || x.Hand == nil || x.Hand.Verb != Stop {
		return nil
	}
	return x.Hand
}

// tried is told with what was said, which belongs to the open step only once that was called.
func (x *explaining) tried() string {
	switch said := x.Detail != ""; {
	case x.expects() && (x.Waits || !said || x.Detail == "no reply within "+x.step().ReplyTimeout.String()):
		return ""
	case x.expects():
		return "what was asked about it said “{said}”"
	case x.Calls == 1 && said:
		return "1 call was made and said “{said}”"
	case x.Calls == 1:
		return "1 call was made"
	case x.Calls > 1 && said:
		return "{calls} calls were made, and the last said “{said}”"
	case x.Calls > 1:
		return "{calls} calls were made"
	case said && (x.Back || x.attention()):
		return "the last trouble was “{said}”"
	}
	return ""
}

func (x *explaining) next() string {
	switch {
	case x.unread():
		return ""
	case x.attention() && x.Due.IsZero() && x.others() > 0:
		return "the engine does nothing more about {step} by itself"
	case x.attention() && x.Due.IsZero():
		return "the engine does nothing more by itself"
	case x.Reason == UnknownDefinition:
		return "next, at {due}, an engine looks for that version again"
	case x.Status == Running && !x.Due.IsZero() && x.Due.Equal(x.Deadline):
		return "next, at {due}, its deadline, the engine turns it back"
	case x.Waits && x.expects():
		return "next, at {due}, without it, the engine takes the outcome of {step} for unknown"
	case x.Waits && x.asks():
		return "next, at {due}, without a reply, the engine asks again, as often as the retry policy of {step} says, and silence at the end is a no"
	case x.Waits:
		return "next, at {due}, without a reply, the engine takes the outcome of {step} for unknown"
	}
	return x.nextCall()
}

func (x *explaining) nextCall() string {
	now := x.Due.IsZero()
	switch x.Call {
	case CallAction:
		if x.expects() {
			return either(now, "next the engine waits for the fact about {step}", "next, at {due}, the engine waits for the fact about {step} again")
		}
		return either(now, "next the engine calls {step}", "next, at {due}, the engine calls {step}")
	case CallProbe:
		return either(now, "next the engine asks what became of {step}", "next, at {due}, the engine asks what became of {step}")
	case CallFence:
		return either(now, "next the engine fences {step} and learns what became of it",
			"next, at {due}, the engine fences {step} and learns what became of it")
	case CallCompensation:
		return either(now, "next the engine calls the undo of {step}", "next, at {due}, the engine calls the undo of {step}")
	}
	return either(now, "next the engine goes on with {step}", "next, at {due}, the engine goes on with {step}")
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

func (x *explaining) can(verbs ...Verb) bool {
	return !slices.ContainsFunc(verbs, func(v Verb) bool { return !slices.Contains(x.Allowed, v) })
}

func (x *explaining) person() string {
	switch {
	case x.unread():
		return "read it again in a moment"
	case x.attention():
		return x.needed()
	case x.can(Resolve) && x.undo():
		return "no person is needed, but one who knows can resolve the undo of {step} as done or not done"
	case x.can(Resolve) && x.asks():
		return either(x.Waits, "the reply is all that is needed, and one who may answer can also resolve {step} as done or not done",
			"no person is needed, but one who may answer can resolve {step} as done or not done")
	case x.can(Resolve):
		return "no person is needed, but one who knows can resolve {step} as done or not done"
	case x.can(Compensate, Stop):
		return "no person is needed, but one can turn it back or stop it"
	case x.can(Stop):
		return "no person is needed, but one can stop it"
	}
	return "no person is needed"
}

// needed is what a person does about an instance that waits for one.
func (x *explaining) needed() string {
	switch {
	case x.Reason == UnknownDefinition:
		return "run an engine that has that version"
	case len(x.Allowed) == 0:
		return "ask the participant, and act where the definition can be read"
	case x.Reason == Stopped:
		return either(x.can(Retry, Compensate), "retry lets it go on, and compensate turns it back", "retry lets it go on")
	case x.Reason == UndoRefused:
		return "settle with the participant why and retry, or undo {step} by hand and resolve it as done"
	case x.undo():
		return "find out whether {step} is undone and resolve its undo as done or not done, or retry"
	case x.Reason == CannotFence:
		return "ask the participant and resolve {step} as done or not done"
	case x.missing():
		return either(x.Call == CallAction, "find out whether {step} was done and resolve it as done or not done, unless the fact comes; retry waits for it again",
			"find out whether {step} was done and resolve it as done or not done, unless the fact comes; retry asks again")
	case x.asks():
		return "clear what keeps {step} from being answered and retry, or resolve it as done or not done"
	case x.doubt != "":
		return either(x.Call == CallAction, "ask the participant and resolve {step} as done or not done; retry calls it again",
			"ask the participant and resolve {step} as done or not done; retry asks again")
	}
	return "clear what keeps {step} from being done and retry, or do it by hand and resolve it as done"
}
