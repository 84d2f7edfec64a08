package console

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
)

// unheardView is what was sent to an instance and did not move it: replies that came too late, and
// interventions that wait or were refused. The history has none of them.
type unheardView struct {
	speaker
	HTMLID  string
	Entries []unheardEntry
	More    int // older ones, which the JSON has
}

type unheardEntry struct {
	speaker
	At     time.Time
	Title  string
	By     string
	Mark   mark
	Strong bool // it says otherwise than what is known
	Why    string
	Said   string // what its sender said, word for word
	Cause  string // what the engine said
}

// maxUnheard bounds the section: a message may be delivered again and again.
const maxUnheard = 12

// unheard is how a message that moved nothing ended.
type unheard string

const (
	unheardWaits unheard = "waits"
	unheardLate  unheard = "late"
	unheardStep  unheard = "step"  // there is no such step
	unheardMoved unheard = "moved" // the instance was not as its sender thought
	unheardWrong unheard = "wrong"
)

// sent reads what was sent to an instance and is not in its history, the latest first.
func (r *reader) sent(ctx context.Context, id string) ([]saga.Sent, error) {
	all, err := r.source.Sent(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("console: sent to %s: %w", id, err)
	}
	all = slices.DeleteFunc(slices.Clone(all), func(m saga.Sent) bool { return m.Result.Err == nil })
	slices.Reverse(all)
	return all, nil
}

func (s *story) unheard(m saga.Sent) unheard {
	unknown := !slices.ContainsFunc(s.In.Steps, func(st saga.StepStatus) bool { return st.Name == m.Step })
	switch {
	case errors.Is(m.Result.Err, saga.ErrWaiting):
		return unheardWaits
	case m.Step != "" && unknown && len(s.In.Steps) > 0: // of one that has ended nobody looks any more
		return unheardStep
	case errors.Is(m.Result.Err, saga.ErrLate):
		return unheardLate
	case errors.Is(m.Result.Err, saga.ErrMoved):
		return unheardMoved
	}
	return unheardWrong
}

// cause is the engine's own words, without the sentinel that the page says in its own.
func cause(err error) string {
	text := err.Error()
	for _, known := range []error{saga.ErrLate, saga.ErrMoved, saga.ErrInvalid} {
		text = strings.TrimPrefix(strings.TrimPrefix(text, known.Error()), ": ")
	}
	return text
}

// contradicted is the step of which a late reply says otherwise than what is known.
func (s *story) contradicted(m saga.Sent) (saga.StepStatus, bool) {
	for _, st := range s.In.Steps {
		done := st.Mark == saga.InEffect
		never := st.Mark == saga.NeverDone || (st.Mark == saga.NotStarted || st.Mark == saga.PassedOver) && (s.In.Back || s.In.Status.Ended())
		if st.Name == m.Step && (m.Outcome == saga.Refused && done || m.Outcome == saga.Succeeded && never) {
			return st, true
		}
	}
	return saga.StepStatus{}, false
}

func (s *story) unheardView(say speaker, prefix string) unheardView {
	v := unheardView{speaker: say, HTMLID: prefix + "unheard"}
	for i, m := range s.Unheard {
		if i == maxUnheard {
			v.More = len(s.Unheard) - i
			break
		}
		v.Entries = append(v.Entries, s.unheardEntry(m, say))
	}
	return v
}

func (s *story) unheardEntry(m saga.Sent, say speaker) unheardEntry {
	how := s.unheard(m)
	e := unheardEntry{speaker: say, At: m.At, Title: unheardTitle(m, say), Why: say.Say("unheard.why." + string(how)), Mark: how.mark(), Said: m.Reason}
	if m.By != "" {
		e.By = say.Say("log.by", "by", m.By)
		if m.Step != "" {
			e.By = say.Say("unheard.from", "by", m.By)
		}
	}
	if how == unheardLate || how == unheardMoved || how == unheardWrong {
		e.Cause = cause(m.Result.Err)
	}
	if st, so := s.contradicted(m); so && how == unheardLate {
		e.Strong, e.Mark = true, newMark("unknown", "unknown", "unheard.contrary")
		e.Why += " " + say.Say("unheard.contradicts", "step", st.Name, "known", say.Say(stepMark(st.Mark, s.In.Status.Ended()).Key))
	}
	return e
}

func unheardTitle(m saga.Sent, say speaker) string {
	switch {
	case m.Verb == saga.Resolve && m.Outcome == saga.Succeeded:
		return say.Say("unheard.resolve.done")
	case m.Verb == saga.Resolve:
		return say.Say("unheard.resolve.notdone")
	case m.Verb == saga.Skip:
		return say.Say("unheard.skip")
	case m.Outcome != "":
		return say.Say("unheard.reply", "step", m.Step, "said", say.Say(outcomeMark(m.Outcome).Key))
	}
	return say.known("log."+string(m.Verb), string(m.Verb))
}

func (u unheard) mark() mark {
	switch u {
	case unheardWaits:
		return newMark("parked", "parked", "outcome.waiting")
	case unheardLate:
		return newMark("none", "none", "unheard.late")
	}
	return newMark("none", "none", "unheard.notmade")
}
