package console

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
)

// logEntry is one moment as the history list shows it.
type logEntry struct {
	speaker
	HTMLID string
	Number int
	Class  string // lanes and lines, as classes of the stylesheet
	At     time.Time
	Offset string
	Title  string
	Detail string // which attempt
	Mark   mark
	Strong bool // it decided the course
	Why    string
	Said   string // what the participant or the person said, word for word
	Key    string
	Facts  string // duration, next time
}

// maxLanes is how many lanes the stylesheet knows; a list with more is drawn without lanes.
const maxLanes = 17

// log tells the moments in words. The prefix makes element ids differ where one page shows
// several stories.
func (s *story) log(say speaker, prefix string) []logEntry {
	entries := make([]logEntry, len(s.Moments))
	for i := range s.Moments {
		m := &s.Moments[i]
		entries[i] = logEntry{
			speaker: say, HTMLID: fmt.Sprintf("%sa%d", prefix, m.Number), Number: m.Number,
			Class: m.class(), At: m.shown(), Offset: "+" + say.Offset(m.shown().Sub(s.start())),
			Title: s.title(m, say), Detail: attemptText(m, say), Mark: m.Mark,
			Strong: m.decides(), Why: s.why(m, say), Facts: callFacts(m, say),
		}
		switch m.Kind {
		case momentCall:
			entries[i].Key = keyOf(m.Event).String()
			if m.Event.Error != string(m.Event.Outcome) { // else it says nothing more
				entries[i].Said = m.Event.Error
			}
		case momentOperated:
			entries[i].Said = m.Event.Hand.Reason
		case momentKept:
			entries[i].Said = m.Event.Error
		}
		if i == 0 {
			entries[i].Offset = "0"
		}
	}
	return entries
}

// shown is the time that the list gives a moment: when the call began, or when it became known
// that a node was lost.
func (m *moment) shown() time.Time {
	if m.Kind == momentRecovered {
		return m.End
	}
	return m.Start
}

// keyOf is the idempotency key that a call carried or asked about.
func keyOf(e saga.Event) saga.Key {
	return saga.Key{Instance: e.Instance, Step: e.Step, Undo: e.Call == saga.CallCompensation, Round: e.Round}
}

func (m *moment) class() string {
	turn := "s"
	switch {
	case m.In == nothing:
		turn = "0"
	case m.Lane > m.From:
		turn = "r"
	case m.Lane < m.From:
		turn = "l"
	}
	class := fmt.Sprintf("at%d fr%d go-%s in-%s nx-%s", m.Lane, m.From, turn, m.In, m.Next)
	if m.Kind == momentTurned {
		class += " turn"
	}
	return class
}

// decides reports whether the moment set the course: an end, a refusal, the first doubt.
func (m *moment) decides() bool {
	switch m.Kind {
	case momentEnded, momentAttention, momentRecovered, momentOperated:
		return true
	case momentCall:
		return m.Event.Outcome == saga.Refused || m.Event.Outcome == saga.Unknown && m.In != waiting
	}
	return false
}

// title names a moment: the step of a call, or what the engine did.
func (s *story) title(m *moment, say speaker) string {
	switch {
	case m.Kind == momentCall && m.Event.Call == saga.CallCompensation:
		return say.Say("log.undo", "step", m.Event.Step)
	case m.Kind == momentCall:
		return m.Event.Step
	case m.Undo:
		return say.Say("log.undo", "step", m.Event.Hand.Step)
	case m.settled() != "":
		return m.settled()
	case m.Kind == momentAsleep || m.Kind == momentAwake || m.Kind == momentPassed || m.Kind == momentExpects:
		return say.Say("log."+string(m.Kind), "step", m.Event.Step)
	case m.Kind == momentOperated:
		return say.known("log."+string(m.Event.Hand.Verb), string(m.Event.Hand.Verb))
	}
	return say.Say("log." + string(m.Kind))
}

func attemptText(m *moment, say speaker) string {
	e := m.Event
	switch {
	case m.Kind == momentRecovered:
		return e.Open
	case m.Kind == momentOperated:
		return say.Say("log.by", "by", e.Hand.By)
	case m.Kind == momentKept:
		return say.Say("attempt.kept", "step", e.Step)
	case m.Kind != momentCall:
		return ""
	case e.Kind == saga.EventReplied && e.By != "":
		return say.Say("attempt.reply.by", "by", e.By)
	case e.Kind == saga.EventReplied:
		return say.Say("attempt.reply")
	case e.Kind == saga.EventExpired:
		return say.Say("attempt.expired")
	}
	text := say.Say("attempt."+string(e.Call), "n", e.Number)
	if e.Round > 0 {
		text += ", " + say.Say("attempt.round", "n", e.Round+1)
	}
	return text
}

// callFacts says how long a call took and when the next one is due.
func callFacts(m *moment, say speaker) string {
	var facts []string
	if m.Kind == momentCall && m.Event.Kind == saga.EventAnswered {
		facts = append(facts, say.Duration(m.Event.Took))
	}
	if m.Kind == momentCall && m.Next == waiting && !m.Event.Due.IsZero() && m.Event.Outcome != saga.Pending {
		facts = append(facts, say.Say("log.next", "time", say.Clock(m.Event.Due)+say.Millis(m.Event.Due)))
	}
	return strings.Join(facts, " · ")
}

// why is one sentence on what the moment means.
func (s *story) why(m *moment, say speaker) string {
	e := m.Event
	switch m.Kind {
	case momentCall:
		call := cmp.Or(e.Call, saga.CallAction)
		return say.Say("why." + string(call) + "." + strings.ReplaceAll(string(cmp.Or(e.Outcome, saga.Unknown)), " ", ""))
	case momentAsleep:
		return whyAsleep(e, say)
	case momentKept:
		return whyKept(e, say)
	case momentTurned:
		return s.whyTurned(m, say)
	case momentRecovered:
		return whyTakenOver(m, say)
	case momentReleased:
		if e.Due.IsZero() {
			return say.Say("why.released")
		}
		return say.Say("why.released.until", "time", say.Clock(e.Due))
	case momentAttention:
		return say.reason(e.Reason)
	case momentOperated:
		return say.known("why.operated."+handKey(e.Hand, m.Undo), string(e.Hand.Verb))
	case momentEnded:
		return say.Say("why.ended." + string(plainStanding(e.Status)) + s.skippedKey())
	}
	return say.Say("why." + string(m.Kind))
}

// skippedKey chooses the words for an end that is not the whole truth.
func (s *story) skippedKey() string {
	if len(s.with(saga.Skipped))+len(s.with(saga.LeftBehind)) > 0 {
		return ".skipped"
	}
	return ""
}

func whyAsleep(e saga.Event, say speaker) string {
	switch {
	case e.Sleep == 0: // written before it was recorded
		return say.Say("why.asleep")
	case e.Due.Before(e.At.Add(e.Sleep)):
		return say.Say("why.asleep.deadline", "d", e.Sleep, "time", e.Due)
	}
	return say.Say("why.asleep.until", "d", e.Sleep, "time", e.Due)
}

// whyKept says who sent a reply that came early, and what it says.
func whyKept(e saga.Event, say speaker) string {
	said := say.Say(outcomeMark(e.Outcome).Key)
	if e.By == "" {
		return say.Say("why.kept", "said", said)
	}
	return say.Say("why.kept.by", "by", e.By, "said", said)
}

func whyTakenOver(m *moment, say speaker) string {
	switch {
	case m.Lane == 0:
		return say.Say("why.recovered")
	case m.Back:
		return say.Say("why.recovered.undo", "step", m.Event.Open)
	}
	return say.Say("why.recovered.step", "step", m.Event.Open)
}

// whyTurned lists what took effect before the turn and can be undone, in that order.
func (s *story) whyTurned(m *moment, say speaker) string {
	var done []string
	took := false
	for i := m.Number - 2; i >= 0; i-- {
		p := &s.Moments[i]
		step := ""
		switch {
		case p.Back:
		case p.Kind == momentCall && p.Event.Outcome == saga.Succeeded:
			step = p.Event.Step
		case p.Kind == momentOperated && p.Event.Hand.Verb == saga.Resolve && p.Event.Hand.Outcome == saga.Succeeded:
			step = p.Event.Hand.Step
		}
		took = took || step != ""
		if step != "" && s.undoable(step) {
			done = append(done, step)
		}
	}
	key := "why.turned"
	if m.Event.Kind == saga.EventTurned {
		key = "why.deadline"
	}
	switch {
	case !took:
		return say.Say(key + ".nothing")
	case len(done) == 0:
		return say.Say(key + ".harmless")
	}
	return say.Say(key, "steps", strings.Join(done, ", "))
}

// undoable reports whether a step has an undo; where that cannot be read, it may.
func (s *story) undoable(step string) bool {
	for _, st := range s.In.Steps {
		if st.Name == step {
			return st.Compensation || st.Kind == ""
		}
	}
	return true
}

// reason says why a person is needed.
func (s speaker) reason(r saga.Reason) string {
	switch r {
	case saga.InDoubt, saga.CannotFence, saga.CannotFinish, saga.UndoRefused, saga.UndoUnfinished, saga.StateClash, saga.Stopped, saga.UnknownDefinition:
		return s.Say("reason." + strings.ReplaceAll(string(r), " ", "-"))
	}
	return s.Say("reason.other", "reason", string(r))
}
