package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// report is a run with what it was made on.
type report struct {
	facts    []string
	sections []section
}

// section is what one case found.
type section struct {
	limit   limit
	figures []figure
	series  [][]string // a table of its own, headings first; nil if there is none
}

// figure is one line of a case.
type figure struct {
	what, value string
	spread      string // over rounds or instances; "" if it was measured once
	goal        string // what is aimed at; "" if nothing is
	missed      bool
}

func (f figure) cells() []string {
	goal := f.goal
	switch {
	case f.missed:
		goal += ": MISSED"
	case goal != "":
		goal += ": met"
	}
	return []string{f.what, f.value, f.spread, goal}
}

// writeTable prints the run for a terminal.
func (r report) writeTable(w io.Writer) error {
	for _, s := range r.sections {
		fmt.Fprintf(w, "\n%s\n", s.heading())
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, f := range s.figures {
			fmt.Fprintln(t, "  "+strings.Join(f.cells(), "\t"))
		}
		for i, cells := range s.series {
			if i == 0 {
				fmt.Fprintln(t)
			}
			fmt.Fprintln(t, "  "+strings.Join(cells, "\t"))
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (s section) heading() string {
	text := s.limit.name + ": " + s.limit.title
	if s.limit.n > 0 {
		text += fmt.Sprintf(", n=%d", s.limit.n)
	}
	if s.limit.length > 0 {
		text += fmt.Sprintf(", %v", s.limit.length)
	}
	return text
}

// writeResults keeps a run as a Markdown file that did not exist before.
func (r report) writeResults(path string) error {
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

func (r report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Limits on PostgreSQL, %s\n\n", time.Now().Format(time.DateOnly))
	for _, fact := range r.facts {
		fmt.Fprintf(&b, "- %s\n", fact)
	}
	fmt.Fprint(&b, "\n`bench/limits/doc.go` describes cases and method. The end of every instance was checked.\n")
	for _, s := range r.sections {
		fmt.Fprintf(&b, "\n## %s\n\n", s.heading())
		rows := [][]string{{"figure", "value", "spread", "goal"}}
		for _, f := range s.figures {
			rows = append(rows, f.cells())
		}
		markdownTable(&b, rows)
		if len(s.series) > 0 {
			fmt.Fprintln(&b)
			markdownTable(&b, s.series)
		}
	}
	return b.String()
}

func markdownTable(b *strings.Builder, rows [][]string) {
	for i, cells := range rows {
		fmt.Fprintln(b, "| "+strings.Join(cells, " | ")+" |")
		if i == 0 {
			fmt.Fprintln(b, "|---|"+strings.Repeat("--:|", len(cells)-1))
		}
	}
}
