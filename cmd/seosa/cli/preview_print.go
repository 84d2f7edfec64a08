package cli

import (
	"fmt"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// previewed is a dry run as JSON.
type previewed struct {
	Verb    saga.Verb      `json:"verb"`
	DryRun  bool           `json:"dryRun"`
	Would   int            `json:"would"`
	Refused int            `json:"refused"`
	Effects []effectRecord `json:"effects"`
}

type effectRecord struct {
	ID         string          `json:"id"`
	From       saga.Status     `json:"from"`
	FromReason saga.Reason     `json:"fromReason,omitempty"`
	To         saga.Status     `json:"to,omitempty"`
	Refused    string          `json:"refused,omitempty"`
	UnderWay   string          `json:"underWay,omitempty"` // a step whose call is waited for first
	Calls      []plannedRecord `json:"calls"`
}

type plannedRecord struct {
	Call      saga.CallKind   `json:"call"`
	Step      string          `json:"step"`
	Key       string          `json:"key"`
	Otherwise []plannedRecord `json:"otherwise,omitempty"`
	NotYet    []plannedRecord `json:"notYet,omitempty"`
}

// showPreview is the whole of a dry run.
func (t *task) showPreview(w *intent, effects []saga.Effect) error {
	n := possible(effects)
	code := ExitDone
	if n < len(effects) {
		code = ExitRefused
	}
	if t.output == outputJSON {
		out := previewed{Verb: w.Verb, DryRun: true, Would: n, Refused: len(effects) - n, Effects: []effectRecord{}}
		for _, e := range effects {
			out.Effects = append(out.Effects, effectOf(e))
		}
		if err := t.printJSON(out); err != nil {
			return err
		}
		return quiet(code)
	}
	for _, e := range effects {
		t.showEffect(w.Verb, e)
	}
	fmt.Fprintf(t.Out, "\n%s: %s would be made, %s refused. Nothing was done.\n",
		layout.Count(len(effects), "intervention"), layout.Number(n), layout.Number(len(effects)-n))
	return quiet(code)
}

func effectOf(e saga.Effect) effectRecord {
	out := effectRecord{ID: e.Instance.ID, From: e.Instance.Status, FromReason: e.Instance.Reason, UnderWay: e.UnderWay, Calls: plannedOf(e.Calls)}
	if e.Refused != nil {
		out.Refused = trim(e.Refused)
	} else {
		out.To = e.To
	}
	return out
}

func plannedOf(calls []saga.Planned) []plannedRecord {
	out := []plannedRecord{}
	for _, c := range calls {
		r := plannedRecord{Call: c.Call, Step: c.Key.Step, Key: c.Key.String()}
		if c.Otherwise != nil {
			r.Otherwise = plannedOf(c.Otherwise)
		}
		if c.NotYet != nil {
			r.NotYet = plannedOf(c.NotYet)
		}
		out = append(out, r)
	}
	return out
}

// showEffect prints what would happen to one instance.
func (t *task) showEffect(verb saga.Verb, e saga.Effect) {
	id := t.Out.Paint(layout.Bold, layout.Word(e.Instance.ID))
	from := standing(e.Instance.Status, e.Instance.Reason)
	if e.Refused != nil {
		fmt.Fprintf(t.Out, "%s  %s\n%s\n", id, from, layout.Wrap("refused: "+layout.Text(trim(e.Refused)), t.Out.Prose(), 4))
		return
	}
	fmt.Fprintf(t.Out, "%s  %s → %s\n", id, from, landing(verb, e.To))
	if e.UnderWay != "" {
		text := fmt.Sprintf("a call to %s may be under way: its answer is waited for first, at most %v, and may change what follows", layout.Word(e.UnderWay), e.Within)
		fmt.Fprintln(t.Out, layout.Wrap(text, t.Out.Prose(), 4))
	}
	if len(e.Calls) == 0 {
		t.print("    no call follows\n")
		return
	}
	table := layout.Table{Indent: 4}
	addPlanned(&table, e.Calls, "", 0)
	table.Print(t.Out)
}

// addPlanned adds calls in their order; what follows a question that is answered no stands under it,
// further in.
func addPlanned(table *layout.Table, calls []saga.Planned, prefix string, depth int) {
	for i, c := range calls {
		number := fmt.Sprintf("%s%d", prefix, i+1)
		margin := strings.Repeat("  ", depth)
		table.Add(layout.Cell{Text: margin + number}, layout.Cell{Text: string(c.Call)},
			layout.Cell{Text: layout.Word(c.Key.Step)}, layout.Cell{Text: layout.Word(c.Key.String()), Style: layout.Dim})
		if c.Call != saga.CallProbe && c.Call != saga.CallFence {
			continue
		}
		no := "if it did not happen"
		if c.NotYet != nil {
			no = "if it never will"
			addBranch(table, "if not so far", c.NotYet, number+"a.", depth)
		}
		addBranch(table, no, c.Otherwise, number+".", depth)
		if i+1 < len(calls) {
			table.Add(layout.Cell{Text: margin + "  if it did:", Over: true})
		}
	}
}

// addBranch adds what follows one of the other answers to a question.
func addBranch(table *layout.Table, answer string, calls []saga.Planned, prefix string, depth int) {
	margin := strings.Repeat("  ", depth)
	if len(calls) == 0 {
		table.Add(layout.Cell{Text: margin + "  " + answer + ": no call follows", Over: true})
		return
	}
	table.Add(layout.Cell{Text: margin + "  " + answer + ":", Over: true})
	addPlanned(table, calls, prefix, depth+1)
}
