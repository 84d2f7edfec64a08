package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
)

// writeTable prints the medians for a terminal.
func writeTable(w io.Writer, groups []group) error {
	for _, g := range groups {
		fmt.Fprintf(w, "\n%s, c=%d: %s\n", g.workload.name, g.callers, g.workload.title)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		tableRow(t, headings())
		for _, l := range g.lines {
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

func headings() []string {
	return []string{"case", "sagas/s", "min–max", "p50 ms", "p99 ms", "CPU ms/saga", "x plain", "min–max"}
}

func (l line) cells() []string {
	return []string{
		l.contestant,
		fmt.Sprintf("%.0f", l.rate.median), l.rate.rangeIn("%.0f"),
		fmt.Sprintf("%.2f", l.p50.median), fmt.Sprintf("%.2f", l.p99.median), fmt.Sprintf("%.3f", l.cpu.median),
		fmt.Sprintf("%.2f", l.ratio.median), l.ratio.rangeIn("%.2f"),
	}
}

// writeResults keeps a run as a Markdown file that did not exist before.
func writeResults(path string, m machine, args []string, groups []group, results []result) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	_, err = io.WriteString(f, markdown(m, args, groups, results))
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

func markdown(m machine, args []string, groups []group, results []result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# SQLite, %s\n\n", m.day.Format("2006-01-02"))
	fmt.Fprintf(&b, "- command: `%s`\n", strings.Join(append([]string{"go run ./bench"}, args...), " "))
	for _, fact := range m.facts() {
		fmt.Fprintf(&b, "- %s\n", fact)
	}
	fmt.Fprint(&b, "\nMedians over the rounds, with the smallest and largest value; `x plain` is the ratio to the plain loop of\n",
		"the same round. `bench/doc.go` describes contestants, workloads and method. Every saga's end was checked.\n")
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s, c=%d: %s\n\n", g.workload.name, g.callers, g.workload.title)
		markdownHead(&b, headings())
		for _, l := range g.lines {
			markdownRow(&b, l.cells())
		}
	}
	fmt.Fprint(&b, "\n## Every round\n\n")
	markdownHead(&b, []string{"case", "workload", "c", "round", "sagas", "sagas/s", "p50 ms", "p99 ms", "CPU ms/saga"})
	for _, r := range results {
		markdownRow(&b, []string{
			r.contestant, r.workload.name, fmt.Sprint(r.callers), fmt.Sprint(r.round), fmt.Sprint(r.sagas),
			fmt.Sprintf("%.0f", r.rate), fmt.Sprintf("%.2f", ms(r.p50)), fmt.Sprintf("%.2f", ms(r.p99)), fmt.Sprintf("%.3f", ms(r.cpu)),
		})
	}
	return b.String()
}

func markdownHead(b *strings.Builder, cells []string) {
	markdownRow(b, cells)
	fmt.Fprintln(b, "|---|"+strings.Repeat("--:|", len(cells)-1))
}

func markdownRow(b *strings.Builder, cells []string) {
	fmt.Fprintln(b, "| "+strings.Join(cells, " | ")+" |")
}
