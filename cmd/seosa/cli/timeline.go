package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// showTimeline prints every transition, and under it what was said and where the instance stood
// from then on, if that changed.
func (t *task) showTimeline(in saga.Instance, events []saga.Event) {
	t.heading("Timeline, UTC")
	if len(events) == 0 {
		t.print("  nothing yet: the first checkpoint follows within a second\n")
		return
	}
	table := layout.Table{Indent: 2, Inset: 2 + len("15:04:05.000") + 2}
	var day string
	var before saga.Event
	for _, e := range events {
		if e.Kind != saga.EventReleased { // between nodes: nothing for a reader
			if d := e.At.UTC().Format(time.DateOnly); d != day {
				day = d
				table.Add(layout.Cell{Text: d, Style: layout.Dim})
			}
			table.Add(eventRow(in, e)...)
			for _, text := range eventBelow(before, e) {
				table.Below(text)
			}
		}
		before = e
	}
	table.Print(t.Out)
}

func eventRow(in saga.Instance, e saga.Event) []layout.Cell {
	at := layout.Cell{Text: e.At.UTC().Format("15:04:05.000")}
	if e.Kind == saga.EventAnswered && e.Outcome == saga.Pending && e.Call == saga.CallAction && expects(in, e.Step) {
		return []layout.Cell{at, {Text: "the fact about " + layout.Word(e.Step) + " is awaited", Over: true}}
	}
	if e.Kind != saga.EventAnswered || e.Call == "" || e.Outcome == saga.NotNeeded {
		return []layout.Cell{at, {Text: happened(e), Over: true}}
	}
	outcome := layout.Cell{Text: outcomeSymbol(e.Outcome) + " " + string(e.Outcome)}
	if e.Outcome == saga.Unknown {
		outcome.Style = layout.Alert
	}
	return []layout.Cell{
		at, {Text: layout.Word(e.Step)}, {Text: fmt.Sprintf("%s %d", e.Call, e.Number)}, outcome,
		{Text: layout.Took(e.Took), Right: true}, {Text: layout.Word(keyOf(e)), Style: layout.Dim},
	}
}

// expects reports whether nobody is called for a step: a fact is awaited.
func expects(in saga.Instance, step string) bool {
	return slices.ContainsFunc(in.Steps, func(st saga.StepStatus) bool { return st.Name == step && st.Expects })
}

// outcomeSymbol is solid for what is known.
func outcomeSymbol(o saga.Outcome) string {
	switch o {
	case saga.Succeeded:
		return "●"
	case saga.Refused:
		return "■"
	case saga.Unknown:
		return "◇"
	}
	return "·"
}

// happened is a transition that is no call.
func happened(e saga.Event) string {
	switch e.Kind {
	case saga.EventStarted:
		return "started"
	case saga.EventTurned:
		return "the deadline passed: it turns back"
	case saga.EventRecovered:
		return "the node that held it was lost: the call under way may or may not have arrived"
	case saga.EventReplied:
		return reply(e) + ": " + outcomeSymbol(e.Outcome) + " " + string(e.Outcome)
	case saga.EventKept:
		return reply(e) + " came early and is kept: " + outcomeSymbol(e.Outcome) + " " + string(e.Outcome)
	case saga.EventAnswered:
		if e.Outcome == saga.NotNeeded {
			return layout.Word(e.Step) + " is not needed"
		}
		return sleeps(e)
	case saga.EventExpired:
		if e.Outcome == saga.Succeeded {
			return "the time of " + layout.Word(e.Step) + " has come"
		}
		return "no reply about " + layout.Word(e.Step) + " came in time"
	case saga.EventResumed:
		return "started again with the same input: a new budget"
	case saga.EventParked:
		return "it cannot go on here"
	case saga.EventOperated:
		if e.Hand != nil {
			return layout.Text(e.Hand.By) + " " + did(e.Hand)
		}
	}
	return string(e.Kind)
}

// reply says who replied, and about what.
func reply(e saga.Event) string {
	from, about := "a reply", " about "
	if e.By != "" {
		from += " from " + layout.Text(e.By)
	}
	if e.Call == saga.CallCompensation {
		about += "the undo of "
	}
	return from + about + layout.Word(e.Step)
}

// sleeps is a timer that was set, and what comes first if that is the deadline.
func sleeps(e saga.Event) string {
	const form = "2006-01-02 15:04:05 UTC"
	text := layout.Word(e.Step) + " sleeps"
	if e.Sleep > 0 && e.Due.Before(e.At.Add(e.Sleep)) {
		return fmt.Sprintf("%s for %v; the deadline comes first, at %s", text, e.Sleep, e.Due.UTC().Format(form))
	}
	return text + " until " + e.Due.UTC().Format(form)
}

// eventBelow is what was said, and the new standing.
func eventBelow(before, e saga.Event) (parts []string) {
	switch {
	case e.Hand != nil:
		parts = append(parts, "because: "+layout.Text(e.Hand.Reason))
	case e.Error != "" && e.Error != string(e.Outcome):
		parts = append(parts, layout.Text(strings.TrimPrefix(e.Error, string(e.Outcome)+": ")))
	}
	if before.Seq > 0 && (e.Status != before.Status || e.Reason != before.Reason) {
		text := "→ " + string(e.Status)
		if e.Reason != "" {
			text += ": " + string(e.Reason)
		}
		parts = append(parts, text)
	}
	return parts
}
