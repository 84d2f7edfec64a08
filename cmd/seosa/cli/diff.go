package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// mostDescribed bounds what is read of a file of definitions.
const mostDescribed = 64 << 20

// diff compares the definitions of a new build with what lives in the store.
func (t *task) diff(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("diff", flag.ContinueOnError)
	if err := t.parse(set, args); err != nil {
		return err
	}
	if len(t.others) != 1 {
		return usage("diff what? Give the file that the new build wrote with saga.Describe, or - for what it prints; see \"seosa help diff\"")
	}
	description, err := t.described(t.others[0])
	if err != nil {
		return err
	}
	closed, err := t.open(ctx)
	if err != nil {
		return err
	}
	defer closed()
	found, err := t.engine.Compare(ctx, description)
	if err != nil {
		return err
	}
	if t.output == outputJSON {
		err = t.diffJSON(found)
	} else {
		t.diffText(found)
	}
	if err == nil && stranding(found) > 0 {
		return quiet(ExitRefused)
	}
	return err
}

// described reads what the new build wrote.
func (t *task) described(name string) ([]byte, error) {
	from := t.In
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, usage("%w", err)
		}
		defer file.Close()
		from = file
	}
	if from == nil {
		return nil, usage("there is nothing to read; give a file")
	}
	description, err := io.ReadAll(io.LimitReader(from, mostDescribed))
	if err != nil {
		return nil, usage("%w", err)
	}
	return description, nil
}

// stranding counts what must not be deployed alone.
func stranding(found []saga.Difference) (n int) {
	for _, d := range found {
		if d.Fit.Strands() {
			n++
		}
	}
	return n
}

type differenceRecord struct {
	Definition string   `json:"definition"`
	Version    int      `json:"version"`
	Fit        saga.Fit `json:"fit"`
	Strands    bool     `json:"strands"`
	Live       int      `json:"live"`
	IDs        []string `json:"ids,omitempty"`
	Changes    []string `json:"changes,omitempty"`
}

func (t *task) diffJSON(found []saga.Difference) error {
	records := make([]differenceRecord, len(found))
	for i, d := range found {
		records[i] = differenceRecord{d.Definition, d.Version, d.Fit, d.Fit.Strands(), d.Live, d.IDs, d.Changes}
	}
	return t.printJSON(struct {
		Strands     bool               `json:"strands"`
		Definitions []differenceRecord `json:"definitions"`
	}{stranding(found) > 0, records})
}

func (t *task) diffText(found []saga.Difference) {
	table := layout.Table{Head: []string{"DEFINITION", "VERSION", "LIVE", "IN THE NEW BUILD"}}
	for _, d := range found {
		word := layout.Cell{Text: inTheBuild(d.Fit)}
		if d.Fit.Strands() {
			word.Style = layout.Alert
		}
		table.Add(layout.Cell{Text: layout.Word(d.Definition), Style: layout.Bold}, layout.Cell{Text: fmt.Sprint(d.Version), Right: true},
			layout.Cell{Text: layout.Number(d.Live), Right: true}, word)
		if text := meaning(d); text != "" {
			table.Below(text)
		}
	}
	table.Print(t.Out)
	if len(found) > 0 {
		t.print("\n")
	}
	style, sentence := layout.Plain, "Nothing would be stranded."
	if n := stranding(found); n > 0 {
		style, sentence = layout.Alert, layout.Number(n)+" of these must be mended before this build may run on the store alone."
	}
	fmt.Fprintln(t.Out, t.Out.Paint(style, sentence))
}

func inTheBuild(f saga.Fit) string {
	switch f {
	case saga.FitStranded, saga.FitUnused:
		return "missing"
	}
	return string(f)
}

// meaning is what follows from a difference, and what to do.
func meaning(d saga.Difference) string {
	changes := layout.Text(strings.Join(d.Changes, "; "))
	switch d.Fit {
	case saga.FitStranded:
		some := make([]string, len(d.IDs))
		for i, id := range d.IDs {
			some[i] = layout.Word(id)
		}
		return fmt.Sprintf("An engine of this build parks them in attention (unknown definition). Register this version as well, until they have ended: %s.", strings.Join(some, ", "))
	case saga.FitChanged:
		return "Run refuses to start: " + changes + ". Give the changed steps a new version."
	case saga.FitTuned:
		return changes + "."
	}
	return ""
}
