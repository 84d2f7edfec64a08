package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// showTimeline prints every transition, and under it what was said and where the instance stood
// from then on, if that changed.
func (t *task) showTimeline(events []saga.Event) {
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
			table.Add(eventRow(e)...)
			for _, text := range eventBelow(before, e) {
				table.Below(text)
			}
		}
		before = e
	}
	table.Print(t.Out)
}

func eventRow(e saga.Event) []layout.Cell {
	at := layout.Cell{Text: e.At.UTC().Format("15:04:05.000")}
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
		return "the node that held it let go: the call under way may or may not have arrived"
	case saga.EventReplied:
		return strings.TrimSuffix("a reply from "+layout.Text(e.By), " from ") + " about " + layout.Word(e.Step) + ": " + outcomeSymbol(e.Outcome) + " " + string(e.Outcome)
	case saga.EventKept:
		return "a reply about " + layout.Word(e.Step) + " came early and is kept"
	case saga.EventAnswered:
		if e.Outcome == saga.NotNeeded {
			return layout.Word(e.Step) + " is not needed"
		}
		return layout.Word(e.Step) + " sleeps until " + e.Due.UTC().Format("2006-01-02 15:04:05 UTC")
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
