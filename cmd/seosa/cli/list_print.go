package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
	"github.com/seosa-dev/saga/cmd/seosa/query"
)

// explained is how many instances of one reason a list explains: an outage has a thousand that all
// say the same.
const explained = 3

// listed is a list as JSON.
type listed struct {
	ReadAt    time.Time           `json:"readAt"`
	Engine    bool                `json:"engineRuns"`
	Counts    map[saga.Status]int `json:"counts"` // of the whole store
	More      bool                `json:"more"`   // match than are listed
	Instances []record            `json:"instances"`
}

func (t *task) listJSON(l listing) error {
	out := listed{ReadAt: t.started, Engine: l.running, Counts: l.counts, More: l.more, Instances: []record{}}
	for _, in := range l.instances {
		out.Instances = append(out.Instances, recordOf(in))
	}
	return t.printJSON(out)
}

func (t *task) listText(l listing) {
	if len(l.instances) == 0 {
		t.print(t.nothing(l))
		return
	}
	table := layout.Table{Head: []string{"ID", "DEFINITION", "STATUS", "STEP", "SINCE", "KNOWN"}}
	if t.output == outputWide {
		table.Head = append(table.Head, "CALLS", "DUE", "NODE", "SAID")
	}
	told := map[saga.Reason]int{}
	left := 0
	for _, in := range l.instances {
		table.Add(t.listRow(in)...)
		switch {
		case in.Status != saga.NeedsAttention || t.output != outputText:
		case told[in.Reason] < explained:
			told[in.Reason]++
			table.Below(layout.Text(in.Explain()))
		default:
			left++
		}
	}
	table.Print(t.Out)
	if left > 0 {
		fmt.Fprintf(t.Out, "\n%s more stand in attention for the same reasons; \"seosa show ID\" explains each.\n", layout.Number(left))
	}
	t.print("\n" + t.listFoot(l))
}

func (t *task) listRow(in saga.Instance) []layout.Cell {
	status := layout.Cell{Text: standing(in.Status, in.Reason)}
	if in.Status == saga.NeedsAttention {
		status.Style = layout.Alert
	}
	row := []layout.Cell{
		{Text: layout.Word(in.ID), Style: layout.Bold}, {Text: layout.Word(in.Definition)}, status, {Text: openStep(in)},
		{Text: layout.Age(t.started.Sub(in.Since))}, {Text: strip(in.Steps)},
	}
	if t.output != outputWide {
		return row
	}
	row[1].Text += fmt.Sprintf(" v%d", in.Version)
	row[5].Text = inWords(in.Steps)
	return append(row, layout.Cell{Text: fmt.Sprint(in.Calls), Right: true}, layout.Cell{Text: moments(in.Due)},
		layout.Cell{Text: layout.Text(in.Node)}, layout.Cell{Text: layout.Text(in.Detail)})
}

func openStep(in saga.Instance) string {
	if in.Step == "" {
		return ""
	}
	return layout.Word(in.Step)
}

// moments writes a time to the second; nothing for none.
func moments(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02 15:04:05")
}

// nothing says what is not there, and what is.
func (t *task) nothing(l listing) string {
	text := "Nothing is on its way and nothing needs you."
	if !t.filter.Empty() {
		text = "No instance matches " + choice(t.filter) + "."
	}
	return text + " In the store: " + tally(l.counts) + ".\n" + idle(l.running)
}

// listFoot is the signs of the list, and how many there are of what.
func (t *task) listFoot(l listing) string {
	var b strings.Builder
	if t.output == outputText {
		b.WriteString(legend(l.instances) + "\n")
	}
	switch {
	case l.more:
		fmt.Fprintf(&b, "The first %s; -limit 0 shows all.\n", layout.Number(len(l.instances)))
	case !t.filter.Empty():
		fmt.Fprintf(&b, "%s.\n", layout.Count(len(l.instances), "instance"))
	}
	fmt.Fprintf(&b, "In the store: %s.\n", tally(l.counts))
	return b.String() + idle(l.running)
}

// tally is how many stand where; what is not at its end is counted even if it is none.
func tally(counts map[saga.Status]int) string {
	ended := 0
	for status, n := range counts {
		if status.Ended() {
			ended += n
		}
	}
	return fmt.Sprintf("%s need attention, %s compensating, %s running, %s ended", layout.Number(counts[saga.NeedsAttention]),
		layout.Number(counts[saga.Compensating]), layout.Number(counts[saga.Running]), layout.Number(ended))
}

func idle(running bool) string {
	if running {
		return ""
	}
	return "No engine runs on this store: nothing moves until one does.\n"
}

// choice is a filter as it was typed.
func choice(f query.Filter) string {
	words := f.Args()
	for i, w := range words {
		name, value, _ := strings.Cut(w, "=")
		words[i] = name + " " + layout.Word(value)
	}
	return strings.Join(words, " ")
}
