package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// sentRecord is an intervention that was sent, as JSON.
type sentRecord struct {
	At      time.Time    `json:"at"`
	Verb    saga.Verb    `json:"verb"`
	Outcome saga.Outcome `json:"outcome,omitempty"`
	Step    string       `json:"step,omitempty"` // that a reply is for
	By      string       `json:"by"`
	Reason  string       `json:"reason"`
	State   string       `json:"state"` // made, waiting or refused
	Why     string       `json:"why,omitempty"`
}

func sentOf(in saga.Instance, sent []saga.Sent) []sentRecord {
	out := []sentRecord{}
	for _, s := range sent {
		r := sentRecord{At: s.At.UTC(), Verb: s.Verb, Outcome: s.Outcome, Step: s.Step, By: s.By, Reason: s.Reason, State: "made"}
		switch {
		case errors.Is(s.Result.Err, saga.ErrWaiting):
			r.State = "waiting"
		case s.Result.Err != nil:
			r.State, r.Why = "refused", whyNot(in, s)
		}
		out = append(out, r)
	}
	return out
}

// whyNot is why it was refused. Of an instance that has ended nobody looks any more whether the step of
// a reply exists.
func whyNot(in saga.Instance, s saga.Sent) string {
	unknown := !slices.ContainsFunc(in.Steps, func(st saga.StepStatus) bool { return st.Name == s.Step })
	why, late := strings.CutPrefix(trim(s.Result.Err), saga.ErrLate.Error()+": ")
	switch {
	case s.Step != "" && unknown && len(in.Steps) > 0:
		return fmt.Sprintf("its definition has no step %q", s.Step)
	case late:
		return "it came too late: " + why
	}
	return strings.TrimPrefix(why, saga.ErrMoved.Error()+": ")
}

// wish is what was sent, and by whom.
func wish(s sentRecord) string {
	if s.Step == "" {
		return fmt.Sprintf("%s wants %s, because: %s", layout.Text(s.By), s.Verb, layout.Text(s.Reason))
	}
	text := fmt.Sprintf("a reply about %s: %s", layout.Word(s.Step), s.Outcome)
	if s.By != "" {
		text += ", from " + layout.Text(s.By)
	}
	if s.Reason != "" {
		text += ": " + layout.Text(s.Reason)
	}
	return text
}

// showSent prints what was sent and is not in the history: it waits, or it was refused.
func (t *task) showSent(in saga.Instance, sent []saga.Sent) {
	title := false
	for _, s := range sentOf(in, sent) {
		if s.State == "made" {
			continue
		}
		if !title {
			t.print("\nSent, and not made\n")
			title = true
		}
		text := moments(s.At) + " UTC  " + wish(s)
		if s.State == "waiting" {
			text += " — waits: for an engine, or for the answer to a call under way"
		} else {
			text += " — " + layout.Text(s.Why)
		}
		fmt.Fprintln(t.Out, layout.Wrap(text, t.Out.Prose(), 2))
	}
}
