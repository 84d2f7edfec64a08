package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// migrationRecord is a migration as JSON.
type migrationRecord struct {
	Version int64     `json:"version"`
	Name    string    `json:"name,omitempty"`
	Known   bool      `json:"known"` // to this program
	Applied bool      `json:"applied"`
	At      time.Time `json:"at,omitzero"`
	TookMs  float64   `json:"tookMs,omitempty"`
	SQL     string    `json:"sql,omitempty"`
}

func migrationsOf(all []Migration, sql bool) []migrationRecord {
	out := []migrationRecord{}
	for _, m := range all {
		r := migrationRecord{Version: m.Version, Name: m.Name, Known: m.SQL != "", Applied: m.Applied, At: m.At.UTC(), TookMs: inMs(m.Took)}
		if sql {
			r.SQL = m.SQL
		}
		out = append(out, r)
	}
	return out
}

func inMs(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (t *task) statusJSON(s schema) error {
	out := struct {
		State      stage             `json:"state"`
		Runs       bool              `json:"runs"` // this program, on these tables
		Why        string            `json:"why,omitempty"`
		At         int64             `json:"at,omitempty"`
		Known      int64             `json:"known,omitempty"`
		ToApply    int               `json:"toApply"`
		Migrations []migrationRecord `json:"migrations"`
	}{s.stage(), s.runs(), "", s.at(), s.known(), len(s.missing()), migrationsOf(s.all, false)}
	if s.why != nil {
		out.Why = trim(s.why)
	}
	return t.printJSON(out)
}

func (t *task) statusText(s schema) {
	table := layout.Table{Head: []string{"VERSION", "NAME", "APPLIED"}}
	for _, m := range s.all {
		name, applied := layout.Cell{Text: layout.Word(m.Name)}, layout.Cell{Text: "yes"}
		switch {
		case !m.Applied:
			applied = layout.Cell{Text: "not yet", Style: layout.Alert}
		case !m.At.IsZero():
			applied.Text = moments(m.At) + " UTC"
		}
		if m.SQL == "" {
			name = layout.Cell{Text: "of a later version"}
		}
		table.Add(layout.Cell{Text: fmt.Sprint(m.Version), Right: true}, name, applied)
	}
	table.Print(t.Out)
	if len(s.all) > 0 {
		t.print("\n")
	}
	style := layout.Plain
	if !s.runs() {
		style = layout.Alert
	}
	fmt.Fprintln(t.Out, t.Out.Paint(style, layout.Wrap(s.sentence(), t.Out.Prose(), 0)))
}

// sentence says where the tables stand, and what that means for this program.
func (s schema) sentence() string {
	switch s.stage() {
	case toApply:
		return layout.Number(len(s.missing())) + " to apply. This program cannot run on these tables before that is done; run the same with up instead of status"
	case newer:
		if s.why != nil {
			return "Newer than this program, which cannot run on these tables: " + layout.Text(trim(s.why))
		}
		return fmt.Sprintf("Newer than this program: at migration %d, and it knows %d. It can run on these tables all the same.", s.at(), s.known())
	}
	return fmt.Sprintf("Up to date: at migration %d. This program can run on these tables.", s.at())
}

func (t *task) dryJSON(s schema) error {
	return t.printJSON(struct {
		DryRun     bool              `json:"dryRun"`
		ToApply    int               `json:"toApply"`
		Migrations []migrationRecord `json:"migrations"`
	}{true, len(s.missing()), migrationsOf(s.missing(), true)})
}

// dryText is a script: what is not SQL in it is a comment.
func (t *task) dryText(s schema) {
	for _, m := range s.missing() {
		fmt.Fprintf(t.Out, "-- %d %s\n%s\n\n", m.Version, layout.Text(m.Name), strings.TrimSpace(m.SQL))
	}
	if len(s.missing()) == 0 {
		fmt.Fprintf(t.Out, "-- Nothing to apply: at migration %d. Nothing was done.\n", s.at())
		return
	}
	fmt.Fprintf(t.Out, "-- %s would be applied. Nothing was done.\n", layout.Count(len(s.missing()), "migration"))
}

// showUp tells what was applied. took is for all of it, with the wait for others who migrate.
func (t *task) showUp(done []Migration, took time.Duration) error {
	if t.output != outputJSON {
		t.upText(done, took)
		return nil
	}
	return t.printJSON(struct {
		Applied    int               `json:"applied"`
		TookMs     float64           `json:"tookMs"`
		Migrations []migrationRecord `json:"migrations"`
	}{len(done), inMs(took), migrationsOf(done, false)})
}

func (t *task) upText(done []Migration, took time.Duration) {
	if len(done) == 0 {
		t.print("Nothing to apply: the tables are up to date.\n")
		return
	}
	table := layout.Table{}
	for _, m := range done {
		cells := []layout.Cell{{Text: fmt.Sprint(m.Version), Right: true}, {Text: layout.Word(m.Name), Style: layout.Bold}, {Text: "applied"}}
		if m.Took > 0 {
			cells = append(cells, layout.Cell{Text: layout.Took(m.Took), Right: true})
		}
		table.Add(cells...)
	}
	table.Print(t.Out)
	fmt.Fprintf(t.Out, "\n%s applied in %s.\n", layout.Count(len(done), "migration"), layout.Took(took))
}
