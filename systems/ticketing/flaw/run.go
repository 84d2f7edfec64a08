package flaw

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// Run plays flaws by their names or numbers, or all of them if none is named, and prints both sides of each.
// The error says which flaw is unknown, or what went wrong with the play; it also says so if a naive variant
// did no harm, or the real code did.
func Run(ctx context.Context, out io.Writer, names ...string) error {
	chosen := All()
	if len(names) > 0 {
		chosen = nil
		for _, name := range names {
			f, err := Find(name)
			if err != nil {
				return err
			}
			chosen = append(chosen, f)
		}
	}
	var unexpected []error
	for i, f := range chosen {
		if i > 0 {
			fmt.Fprintln(out)
		}
		r, err := playApart(ctx, f)
		if err != nil {
			return err
		}
		show(out, f, r)
		if !r.Naive.Broken || r.Real.Broken {
			unexpected = append(unexpected, fmt.Errorf("flaw: %s: the naive variant must break %s and the real code keep it", f.Name, f.Invariant))
		}
	}
	return errors.Join(unexpected...)
}

// playApart plays in a folder that is gone afterwards.
func playApart(ctx context.Context, f Flaw) (Result, error) {
	folder, err := os.MkdirTemp("", "flaw-")
	if err != nil {
		return Result{}, fmt.Errorf("flaw: %w", err)
	}
	r, err := f.Play(ctx, folder)
	return r, errors.Join(err, os.RemoveAll(folder))
}

// The widths of the columns in characters.
const (
	whatWide = 42
	sideWide = 36
)

func show(out io.Writer, f Flaw, r Result) {
	fmt.Fprintf(out, "%s %s: %s\n", f.ID, f.Name, f.Title)
	columns(out, "", "naive", "real")
	for i, s := range r.Steps {
		columns(out, fmt.Sprintf("%d. %s", i+1, s.What), s.Naive, s.Real)
	}
	columns(out, f.Invariant+": "+f.Promise, stands(r.Naive), stands(r.Real))
	fmt.Fprintf(out, "instead: %s\n", f.Remedy)
}

func stands(f Finding) string {
	if f.Broken {
		return "BROKEN: " + f.Says
	}
	return "holds: " + f.Says
}

// columns prints three texts side by side.
func columns(out io.Writer, what, naive, real string) {
	texts := [][]string{lines(what, whatWide), lines(naive, sideWide), lines(real, sideWide)}
	for i := range max(len(texts[0]), len(texts[1]), len(texts[2])) {
		row := pad(at(texts[0], i), whatWide) + "  " + pad(at(texts[1], i), sideWide) + "  " + at(texts[2], i)
		fmt.Fprintln(out, strings.TrimRight(row, " "))
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// lines breaks a text between words.
func lines(text string, width int) (all []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			all, line = append(all, line), "  "+word
			continue
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(all, line)
}
