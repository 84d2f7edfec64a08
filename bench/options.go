package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// options are the command line.
type options struct {
	rounds  int
	length  time.Duration
	callers []int
	dir     string
	out     string // file for the results; "" for none
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 3, "how often each case runs")
	seconds := flags.Float64("seconds", 3, "how long each case runs, each time")
	callers := flags.String("c", "1,64", "numbers of concurrent callers, separated by commas")
	flags.StringVar(&o.dir, "dir", ".", "folder to make the data folder in, on a real disk")
	flags.StringVar(&o.out, "o", "", "write the results to this `file` if it ends in .md, else to YYYY-MM-DD-sqlite.md in this folder")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not expected; see -h", flags.Arg(0))
	}
	o.length = time.Duration(*seconds * float64(time.Second))
	if o.rounds < 1 || o.length <= 0 {
		return o, fmt.Errorf("-rounds and -seconds must be above zero")
	}
	var err error
	if o.callers, err = parseCallers(*callers); err != nil {
		return o, err
	}
	o.out, err = resultsFile(o.out, time.Now())
	return o, err
}

func parseCallers(list string) ([]int, error) {
	var callers []int
	for text := range strings.SplitSeq(list, ",") {
		c, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || c < 1 {
			return nil, fmt.Errorf("-c: %q is not a number above zero", text)
		}
		callers = append(callers, c)
	}
	return callers, nil
}

// resultsFile names the file, and refuses one that exists before minutes are spent on a run.
func resultsFile(out string, day time.Time) (string, error) {
	if out == "" {
		return "", nil
	}
	if filepath.Ext(out) != ".md" {
		if err := os.MkdirAll(out, 0o755); err != nil {
			return "", fmt.Errorf("-o: %w; name a folder, or a file that ends in .md", err)
		}
		out = filepath.Join(out, day.Format(time.DateOnly)+"-sqlite.md")
	}
	if _, err := os.Stat(out); err == nil {
		return "", fmt.Errorf("-o: %s exists and results are not overwritten; remove it or name another", out)
	}
	if _, err := os.Stat(filepath.Dir(out)); err != nil {
		return "", fmt.Errorf("-o: create the folder first: %w", err)
	}
	return out, nil
}
