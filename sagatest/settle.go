package sagatest

import (
	"errors"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// patience is how long an instance in attention is waited for.
type patience struct {
	seq     int       // when it was last seen
	until   time.Time // when it should have moved
	due     bool      // by itself
	waited  int       // times that it was to move by itself
	resumed int       // times that it was started again
	faults  int       // that had struck when it was
}

// How often an instance in attention may try by itself, and is started again, before it counts as
// one that stays there.
const (
	mostWaits   = 1
	mostResumes = 2
	resumeTime  = 5 * time.Second
)

// afterGaveUp is how long an instance whose client gave up may take to appear.
const afterGaveUp = 10 * time.Second

// look reads the instance if the store has changed since.
func (r *run) look() {
	if !r.stale {
		return
	}
	r.stale = false
	in, err := r.reader.of(r).Get(r.context(), r.of.id)
	switch {
	case errors.Is(err, saga.ErrNotFound):
		r.exists = false
	case err != nil:
		r.violate(EndsOrVisible, "the instance cannot be read: %v", err)
	default:
		r.seen, r.exists = in, true
	}
}

// settled reports whether the instance has ended, or stands in attention and stays there, and
// nobody waits for an answer.
func (r *run) settled() bool {
	r.look()
	switch {
	case r.broken != nil || !r.client.done() || r.operator.busy():
		return false
	case !r.exists:
		return r.client.gaveUp && r.at.Sub(r.client.ended) > afterGaveUp
	case r.seen.Status.Ended():
		return true
	case r.seen.Status != saga.NeedsAttention:
		return false
	}
	return r.stays()
}

// stays reports whether an instance in attention has had every chance to go on.
func (r *run) stays() bool {
	p := &r.patient
	switch {
	case r.seen.Seq == p.seq && r.at.Before(p.until):
		return false
	case r.seen.Seq == p.seq && p.due:
		r.violate(EndsOrVisible, "the instance was due at %v to ask again, and nothing moves it", r.seen.Due.Sub(epoch()))
		return false
	}
	p.seq, p.due = r.seen.Seq, false
	switch {
	case !r.seen.Due.IsZero() && p.waited < mostWaits:
		p.waited++
		p.due, p.until = true, later(r.at, r.seen.Due).Add(r.of.longest(r.config.Engine)+2*time.Minute)
	case p.resumed < mostResumes || r.stuck() && p.faults < len(r.struck):
		p.resumed++
		p.waited, p.faults = 0, len(r.struck)
		p.until = r.at.Add(resumeTime)
		r.client.resume()
	default:
		r.needless()
		return true
	}
	return false
}

// stuck reports whether the instance needs a person because of something that should have worked.
func (r *run) stuck() bool {
	return r.seen.Reason == saga.CannotFinish || r.seen.Reason == saga.UndoUnfinished
}

// needless is attention after the faults: the instance was started again, nothing went wrong any
// more, and it stands there still.
func (r *run) needless() {
	if r.stuck() && len(r.struck) > 0 { // in the run without faults it is no consequence of one
		r.violate(EndsOrVisible, "everything works again, and the instance still needs a person: %s, at step %q, which said %q; a key that was refused "+
			"stays refused, so pass on the whole Key with its Round, and let an undo come to an answer", r.seen.Reason, r.seen.Step, r.seen.Detail)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// stall has everything stand still until then, which no wait counts.
func (r *run) stall(until time.Time) {
	d := until.Sub(r.at)
	r.passTo(until)
	r.stalled += d
	r.patient.until, r.operator.since = r.patient.until.Add(d), r.operator.since.Add(d)
}

// stillTime is how long nothing at all may happen, on top of the longest call, when nothing is due.
const stillTime = 5 * time.Minute

// still reports whether nothing has happened for too long.
func (r *run) still() bool {
	limit := stillTime + r.of.longest(r.config.Engine)
	return r.at.Sub(r.moved) > limit && (!r.exists || r.at.Sub(r.seen.Due) > limit)
}

// silent is a run that does not end.
func (r *run) silent() {
	r.look()
	switch {
	case !r.exists && r.client.acked:
		r.violate(NothingLost, "a start was acknowledged, and after %v the instance does not exist", r.at.Sub(epoch()))
	case !r.client.done():
		r.violate(EndsOrVisible, "after %v a start has no answer", r.at.Sub(epoch()))
	default:
		r.violate(EndsOrVisible, "after %v the instance is %s at step %q, and does not move", r.at.Sub(epoch()), r.seen.Status, r.seen.Step)
	}
}

// finish lets everything arrive that is still on its way and lets the rows catch up with what was
// told, and then compares what is stored with what is true.
func (r *run) finish() {
	r.quiet++
	r.cross()
	r.arriveReplies(&r.soon)
	r.arriveReplies(&r.last)
	last, ended := r.at.Add(catchUp), r.at
	for r.broken == nil {
		for _, n := range r.nodes {
			n.paused = false
		}
		r.collect()
		if r.circling() || r.turn() {
			continue
		}
		r.look()
		switch {
		case r.at.Sub(ended) > r.config.Within && r.exists && !r.seen.Status.Ended():
			r.violate(EndsOrVisible, "%v after it needed a person the instance is %s at step %q, and still goes on", r.config.Within, r.seen.Status, r.seen.Step)
		case r.at.Sub(ended) > r.config.Within:
			r.violate(EndsOrVisible, "the instance has ended, and %v later something still goes on", r.config.Within)
		case r.waiting(), r.exists && !r.seen.Status.Ended() && r.seen.Status != saga.NeedsAttention: // a reply moved it
			last = r.at.Add(catchUp)
		case r.unanswered():
			if waited := r.at.Sub(ended); waited > commandTime+r.of.longest(r.config.Engine) {
				r.violate(EndsOrVisible, "a reply was delivered, and %v after the end nobody has taken it up", waited)
			}
		case r.caughtUp(), r.at.After(last):
			r.close()
			return
		}
		r.leap()
		r.advance()
	}
}

// close is the end of everything, with the calls that come later than that.
func (r *run) close() {
	r.arrive(&r.soon)
	r.arrive(&r.last)
	r.unheard()
	if r.broken == nil {
		r.verify()
	}
}

// waiting reports whether something is still to come.
func (r *run) waiting() bool {
	return slices.ContainsFunc(r.timers, func(t timer) bool { return !t.idle })
}

// catchUp is how long rows may follow behind the journal when nothing goes wrong.
const catchUp = 10 * time.Second

// caughtUp reports whether the row is as new as all that was told.
func (r *run) caughtUp() bool {
	for i := range r.told {
		if r.told[i].Seq > r.seen.Seq {
			return false
		}
	}
	return true
}
