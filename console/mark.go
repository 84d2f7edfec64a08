package console

import (
	"slices"

	"github.com/seosa-dev/saga"
)

// mark is a symbol of the sprite, its colour class and the key of the word beside it. Solid
// symbols say that a fact is known, hollow ones that it is not.
type mark struct {
	Symbol, Class, Key string
	Plain              bool // a flag without its filled block
}

func newMark(symbol, class, key string) mark { return mark{Symbol: symbol, Class: class, Key: key} }

// standing is where an instance stands for a reader: its status, with unknown taken apart from
// running and compensating. The words are those of addresses.
type standing string

const (
	running      standing = "running"
	unknown      standing = "unknown"
	compensating standing = "compensating"
	attention    standing = "attention"
	completed    standing = "completed"
	compensated  standing = "compensated"
	failed       standing = "failed"
)

// standings is every standing in the order of the pages.
func standings() []standing {
	return []standing{running, unknown, compensating, attention, completed, compensated, failed}
}

// standingOf reads an instance. It is unknown while the engine goes on and nobody can say of some
// step whether it took effect; once a person is needed, that comes first.
func standingOf(in saga.Instance) standing {
	if in.Status != saga.NeedsAttention && inDoubt(in) {
		return unknown
	}
	return plainStanding(in.Status)
}

// inDoubt reports whether nobody can say of some step of a live instance whether it took effect,
// and somebody still wants to know.
func inDoubt(in saga.Instance) bool {
	return !in.Status.Ended() && slices.ContainsFunc(in.Steps, func(st saga.StepStatus) bool { return st.Mark == saga.MaybeDone && st.Kind != saga.ReadOnly })
}

// has reports whether a list of what stands so has the instance. One that needs a person may be
// unknown as well, and then is in both lists.
func (s standing) has(in saga.Instance) bool {
	return standingOf(in) == s || s == unknown && inDoubt(in)
}

func plainStanding(s saga.Status) standing {
	switch s {
	case saga.Compensating:
		return compensating
	case saga.Completed:
		return completed
	case saga.Compensated:
		return compensated
	case saga.Failed:
		return failed
	case saga.NeedsAttention:
		return attention
	}
	return running
}

// statuses is which statuses instances of this standing have.
func (s standing) statuses() []saga.Status {
	switch s {
	case unknown:
		return []saga.Status{saga.Running, saga.Compensating, saga.NeedsAttention}
	case compensating:
		return []saga.Status{saga.Compensating}
	case attention:
		return []saga.Status{saga.NeedsAttention}
	case completed:
		return []saga.Status{saga.Completed}
	case compensated:
		return []saga.Status{saga.Compensated}
	case failed:
		return []saga.Status{saga.Failed}
	}
	return []saga.Status{saga.Running}
}

func (s standing) mark() mark {
	switch s {
	case unknown:
		return newMark("unknown", "unknown", "status.unknown")
	case compensating:
		return newMark("back", "back", "status.compensating")
	case attention:
		return newMark("flag", "flag", "status.attention")
	case completed:
		return newMark("ok", "ok", "status.completed")
	case compensated:
		return newMark("undone", "undone", "status.compensated")
	case failed:
		return newMark("no", "no", "status.failed")
	}
	return newMark("run", "run", "status.running")
}

func outcomeMark(o saga.Outcome) mark {
	switch o {
	case saga.Succeeded:
		return newMark("ok", "ok", "outcome.succeeded")
	case saga.Refused:
		return newMark("no", "no", "outcome.refused")
	case saga.NotDone:
		return newMark("none", "none", "outcome.notdone")
	case saga.Pending:
		return newMark("parked", "parked", "outcome.pending")
	case saga.NotNeeded:
		return newMark("none", "none", "outcome.notneeded")
	}
	return newMark("unknown", "unknown", "outcome.unknown")
}

// stepMark is what is known of a step. One that was never called reads otherwise once the
// instance has ended: then it never will be.
func stepMark(m saga.Mark, ended bool) mark {
	switch m {
	case saga.InEffect:
		return newMark("ok", "ok", "step.ineffect")
	case saga.MaybeDone:
		return newMark("unknown", "unknown", "step.maybe")
	case saga.NeverDone:
		return newMark("no", "no", "step.never")
	case saga.TakenBack:
		return newMark("undone", "undone", "step.undone")
	case saga.Skipped:
		return newMark("skipped", "unknown", "step.skipped")
	case saga.Awaited:
		return newMark("parked", "parked", "step.awaited")
	case saga.PassedOver:
		return newMark("none", "none", "step.passed")
	case saga.LeftBehind:
		return newMark("left", "unknown", "step.left")
	}
	if ended {
		return newMark("none", "none", "step.neverran")
	}
	return newMark("todo", "todo", "step.notstarted")
}
