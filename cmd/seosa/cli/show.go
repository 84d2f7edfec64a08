package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

func (t *task) show(ctx context.Context, args []string) error {
	if err := t.parse(flag.NewFlagSet("show", flag.ContinueOnError), args); err != nil {
		return err
	}
	if len(t.others) != 1 {
		return usage("show wants one id and got %d; \"seosa list\" shows the ids", len(t.others))
	}
	closed, err := t.open(ctx)
	if err != nil {
		return err
	}
	defer closed()
	in, events, err := t.one(ctx, t.others[0])
	if err != nil {
		return err
	}
	sent, err := t.engine.Sent(ctx, in.ID)
	if err != nil {
		return failed(ExitStore, err)
	}
	if t.output == outputJSON {
		return t.showJSON(in, events, sent)
	}
	running, err := t.running(ctx)
	if err != nil {
		return err
	}
	t.showHead(in)
	t.showSent(in, sent)
	t.showSteps(in)
	t.showState(in)
	t.showTimeline(in, events)
	t.print(idle(running || in.Status.Ended()))
	return nil
}

// one reads an instance and its history. One that no checkpoint has written yet has no history.
func (t *task) one(ctx context.Context, id string) (saga.Instance, []saga.Event, error) {
	in, err := t.engine.Get(ctx, id)
	if errors.Is(err, saga.ErrNotFound) {
		return in, nil, failed(ExitNone, fmt.Errorf("there is no instance %s in %s; \"seosa list -all -text ...\" finds ids by a part of them",
			layout.Word(id), layout.Word(shown(t.store))))
	}
	if err != nil {
		return in, nil, failed(ExitStore, err)
	}
	events, err := t.engine.History(ctx, id)
	if err != nil && !errors.Is(err, saga.ErrNotFound) {
		return in, nil, failed(ExitStore, err)
	}
	return in, events, nil
}

func (t *task) showJSON(in saga.Instance, events []saga.Event, sent []saga.Sent) error {
	out := struct {
		record
		Sent    []sentRecord `json:"sent"`
		History []moment     `json:"history"`
	}{recordOf(in), sentOf(in, sent), []moment{}}
	for _, e := range events {
		out.History = append(out.History, momentOf(e))
	}
	return t.printJSON(out)
}

// showHead is where the instance stands, and the sentence that explains it.
func (t *task) showHead(in saga.Instance) {
	status := string(in.Status)
	style := layout.Bold
	if in.Status == saga.NeedsAttention {
		style = layout.Alert
		status += ": " + string(in.Reason)
	}
	fmt.Fprintf(t.Out, "%s · %s version %d\n", t.Out.Paint(layout.Bold, layout.Word(in.ID)), layout.Word(in.Definition), in.Version)
	fmt.Fprintf(t.Out, "%s since %s UTC (%s)\n", t.Out.Paint(style, status), moments(in.Since), layout.Age(t.started.Sub(in.Since)))
	if why := in.Explain(); why != "" {
		fmt.Fprintf(t.Out, "\n%s\n", layout.Wrap(layout.Text(why), t.Out.Prose(), 2))
	}
	facts := layout.Table{Indent: 2}
	fact := func(name, text string) {
		if text != "" {
			facts.Add(layout.Cell{Text: name, Style: layout.Dim}, layout.Cell{Text: text})
		}
	}
	fact("started", moments(in.Started)+" UTC")
	if !in.Deadline.IsZero() {
		fact("deadline", moments(in.Deadline)+" UTC")
	}
	fact("next", next(in))
	fact("held by", layout.Text(in.Node))
	fact("may be", verbs(in.Allowed))
	fact("by hand", handLine(in.Hand))
	t.print("\n")
	facts.Print(t.Out)
}

// next is what the engine does by itself.
func next(in saga.Instance) string {
	switch {
	case in.Status.Ended():
		return ""
	case in.Waits && atDeadline(in):
		return fmt.Sprintf("a reply about %s; without one, at its deadline, %s UTC, it turns back", openStep(in), moments(in.Due))
	case atDeadline(in):
		return fmt.Sprintf("at its deadline, %s UTC, it turns back", moments(in.Due))
	case in.Waits && asks(in):
		return fmt.Sprintf("a reply about %s; without one, at %s UTC, it is asked for again", openStep(in), moments(in.Due))
	case in.Waits:
		return fmt.Sprintf("a reply about %s; without one, at %s UTC, its outcome is unknown", openStep(in), moments(in.Due))
	case in.Call == "" && !in.Due.IsZero() && in.Status == saga.Running:
		return fmt.Sprintf("%s, at %s UTC", openStep(in), moments(in.Due))
	case in.Call == "":
		return ""
	case in.Due.IsZero() && in.Status == saga.NeedsAttention:
		return "nothing, until a person decides"
	case in.Due.IsZero():
		return fmt.Sprintf("the %s of %s is under way or comes at once", in.Call, openStep(in))
	}
	return fmt.Sprintf("the %s of %s at %s UTC", in.Call, openStep(in), moments(in.Due))
}

// atDeadline reports whether its deadline is the next that happens by itself.
func atDeadline(in saga.Instance) bool {
	return in.Status == saga.Running && !in.Due.IsZero() && in.Due.Equal(in.Deadline)
}

// asks reports whether the open step changes nothing: an answer is all that it is for.
func asks(in saga.Instance) bool {
	return slices.ContainsFunc(in.Steps, func(st saga.StepStatus) bool { return st.Name == in.Step && st.Kind == saga.ReadOnly })
}

// verbs is the list of what a person may do, in the words of the commands.
func verbs(allowed []saga.Verb) string {
	words := map[saga.Verb]string{saga.Retry: "retried", saga.Compensate: "compensated", saga.Resolve: "resolved",
		saga.Skip: "skipped", saga.Stop: "stopped"}
	var list []string
	for _, v := range allowed {
		list = append(list, words[v])
	}
	return strings.Join(list, ", ")
}

// handLine is an intervention in a line.
func handLine(h *saga.Hand) string {
	if h == nil {
		return ""
	}
	return fmt.Sprintf("%s %s at %s UTC: %s", layout.Text(h.By), did(h), moments(h.At), layout.Text(h.Reason))
}

// did is what a person did, with its object.
func did(h *saga.Hand) string {
	step := layout.Word(h.Step)
	switch h.Verb {
	case saga.Retry:
		return "retried " + step
	case saga.Compensate:
		return "turned it back at " + step
	case saga.Resolve:
		if h.Outcome == saga.Succeeded {
			return "resolved " + step + " as done"
		}
		return "resolved " + step + " as not done"
	case saga.Skip:
		return "skipped " + step
	case saga.Stop:
		return "stopped it at " + step
	}
	return layout.Text(string(h.Verb)) + " " + step
}

func (t *task) showSteps(in saga.Instance) {
	t.heading("Steps")
	table := layout.Table{Indent: 2}
	for _, s := range in.Steps {
		mark := layout.Cell{Text: symbol(s.Mark) + " " + layout.Word(s.Name)}
		said := layout.Cell{Text: string(s.Mark)}
		if unsure(s.Mark) {
			said.Style = layout.Alert
		}
		open := ""
		switch {
		case s.Skipped && !unsure(s.Mark):
			open = "skipped before"
		case s.Name == in.Step && in.Call == "":
			open = "open"
		case s.Name == in.Step && s.Expects && in.Waits:
			open = "open: a fact is awaited, and nobody is called"
		case s.Name == in.Step:
			open = fmt.Sprintf("open: %s, %s so far", in.Call, layout.Count(in.Calls, "call"))
			if in.Calls == 0 {
				open = fmt.Sprintf("open: %s, no call has ended so far", in.Call)
			}
		}
		table.Add(mark, said, layout.Cell{Text: open})
	}
	table.Print(t.Out)
}

func (t *task) showState(in saga.Instance) {
	t.heading("State")
	var b bytes.Buffer
	if err := json.Indent(&b, in.State, "  ", "  "); err != nil {
		b.Reset()
		b.WriteString(layout.Text(string(in.State)))
	}
	fmt.Fprintf(t.Out, "  %s\n", layout.JSON(b.Bytes()))
}

func (t *task) heading(name string) { fmt.Fprintf(t.Out, "\n%s\n", t.Out.Paint(layout.Bold, name)) }
