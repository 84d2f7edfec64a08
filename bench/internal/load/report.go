package load

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
)

// Report is a run with what it was made on.
type Report struct {
	Title    string   // of the results file
	Where    string   // the database and the machine in a few words, for the chart
	Baseline string   // the contestant that ratios are to
	Facts    []string // about machine, database and command
	Groups   []Group
	Results  []Result
}

// WriteTable prints the medians for a terminal.
func (r Report) WriteTable(w io.Writer) error {
	for _, g := range r.Groups {
		fmt.Fprintf(w, "\n%s, c=%d: %s\n", g.Workload.Name, g.Callers, g.Workload.Title)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		tableRow(t, r.headings())
		for _, l := range g.Lines {
			tableRow(t, l.cells())
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// tableRow aligns numbers to the right and, by filling it up, the name in front to the left.
func tableRow(w io.Writer, cells []string) {
	fmt.Fprintf(w, "%-25s\t%s\t\n", cells[0], strings.Join(cells[1:], "\t"))
}

func (r Report) headings() []string {
	return []string{
		"case", "sagas/s", "min–max", "p50 ms", "p99 ms", "CPU s/1000", "WAL B", "write tx", "x " + r.Baseline, "min–max",
	}
}

func (l Line) cells() []string {
	return []string{
		l.Contestant, l.Rate.in("%.0f"), l.Rate.rangeIn("%.0f"), l.P50.in("%.2f"), l.P99.in("%.2f"), l.CPU.in("%.3f"),
		l.WAL.in("%.0f"), l.Writes.in("%.2f"), l.Ratio.in("%.2f"), l.Ratio.rangeIn("%.2f"),
	}
}

// WriteResults keeps a run as a Markdown file that did not exist before.
func (r Report) WriteResults(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	_, err = io.WriteString(f, r.markdown())
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

func (r Report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", r.Title)
	for _, fact := range r.Facts {
		fmt.Fprintf(&b, "- %s\n", fact)
	}
	fmt.Fprintf(&b, "\nMedians over the rounds, with the smallest and largest value; `x %s` is the ratio of sagas/s to %s in\n"+
		"the same round. `bench/doc.go` describes contestants, workloads and method. Every saga's end was checked.\n", r.Baseline, r.Baseline)
	for _, g := range r.Groups {
		fmt.Fprintf(&b, "\n## %s, c=%d: %s\n\n", g.Workload.Name, g.Callers, g.Workload.Title)
		markdownHead(&b, r.headings())
		for _, l := range g.Lines {
			markdownRow(&b, l.cells())
		}
	}
	fmt.Fprint(&b, "\n## Every round\n\n")
	markdownHead(&b, []string{
		"case", "workload", "c", "round", "sagas", "sagas/s", "p50 ms", "p99 ms",
		"client CPU s/1000", "database CPU s/1000", "WAL B", "write tx",
	})
	for _, one := range r.Results {
		markdownRow(&b, one.cells())
	}
	return b.String()
}

func (r Result) cells() []string {
	return []string{
		r.Contestant, r.Workload.Name, fmt.Sprint(r.Callers), fmt.Sprint(r.Round), fmt.Sprint(r.Sagas),
		number("%.0f", r.Rate), number("%.2f", ms(r.P50)), number("%.2f", ms(r.P99)),
		number("%.3f", r.Client*1000), number("%.3f", r.Database.CPU*1000),
		number("%.0f", r.Database.WAL), number("%.3f", r.Database.Transactions),
	}
}

func markdownHead(b *strings.Builder, cells []string) {
	markdownRow(b, cells)
	fmt.Fprintln(b, "|---|"+strings.Repeat("--:|", len(cells)-1))
}

func markdownRow(b *strings.Builder, cells []string) {
	fmt.Fprintln(b, "| "+strings.Join(cells, " | ")+" |")
}
