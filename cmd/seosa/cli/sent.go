package cli

import (
	"errors"
	"fmt"
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

func sentOf(sent []saga.Sent) []sentRecord {
	out := []sentRecord{}
	for _, s := range sent {
		r := sentRecord{At: s.At.UTC(), Verb: s.Verb, Outcome: s.Outcome, Step: s.Step, By: s.By, Reason: s.Reason, State: "made"}
		switch {
		case errors.Is(s.Result.Err, saga.ErrWaiting):
			r.State = "waiting"
		case s.Result.Err != nil:
			r.State, r.Why = "refused", trim(s.Result.Err)
		}
		out = append(out, r)
	}
	return out
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
func (t *task) showSent(sent []saga.Sent) {
	title := false
	for _, s := range sentOf(sent) {
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
