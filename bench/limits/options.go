package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// limit is one case.
type limit struct {
	name, title string
	n           int           // its size
	length      time.Duration // how long its measured parts run
	run         func(ctx context.Context, b *bench) error
}

func limits() []limit {
	return []limit{
		{"restart", "kill -9 with many instances in flight", 100_000, 0, restart},
		{"sleepers", "instances that wait for hours", 100_000, 20 * time.Second, sleepers},
		{"idle", "what idle nodes ask of the server", 0, 30 * time.Second, idle},
		{"ended", "throughput beside ended instances", 1_000_000, 5 * time.Second, ended},
		{"sustained", "throughput without a pause", 0, 5 * time.Minute, sustained},
		{"timers", "timers that fall due, a thousand in each second", 10_000, 20 * time.Second, timers},
		{"waiting", "a reply for one of many instances that wait for a person, sent by another store to an idle node", 10_000, 0, waiting},
		{"relay", "messages from an outbox to a handler", 50_000, 20 * time.Second, relay},
		{"wake", "a command for a dormant instance, sent by another process to an idle node", 200, 0, wake},
	}
}

// options are the command line.
type options struct {
	limits   []limit
	rounds   int
	out      string // file for the results; "" for none
	profiles string // folder for profiles; "" for none
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("limits", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "cases, separated by commas (default: all)")
	n := flags.Int("n", 0, "size of each case (default: the case's own)")
	seconds := flags.Float64("seconds", 0, "how long each measured part runs (default: the case's own)")
	flags.IntVar(&o.rounds, "rounds", 3, "how often what is compared runs")
	flags.StringVar(&o.profiles, "profiles", "", "write profiles into this `folder`: the restarted process's CPU, the heap after instances went to sleep")
	flags.StringVar(&o.out, "o", "", "write the results to YYYY-MM-DD-limits.md in this `folder`")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not expected; see -h", flags.Arg(0))
	}
	if *n < 0 || *seconds < 0 || o.rounds < 1 {
		return o, fmt.Errorf("-n and -seconds must not be below zero, and -rounds not below one")
	}
	wanted := map[string]bool{}
	for name := range strings.SplitSeq(*only, ",") {
		wanted[strings.TrimSpace(name)] = true
	}
	for _, l := range limits() {
		if *only != "" && !wanted[l.name] {
			continue
		}
		delete(wanted, l.name)
		if *n > 0 && l.n > 0 {
			l.n = *n
		}
		if *seconds > 0 && l.length > 0 {
			l.length = time.Duration(*seconds * float64(time.Second))
		}
		o.limits = append(o.limits, l)
	}
	for name := range wanted {
		if *only != "" {
			return o, fmt.Errorf("-only: no case is called %q; see go doc ./bench/limits", name)
		}
	}
	return o, o.folders(time.Now())
}

// folders makes what is written to, and refuses a file that exists before minutes are spent.
func (o *options) folders(day time.Time) error {
	for _, dir := range []string{o.out, o.profiles} {
		if dir == "" {
			continue
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("%w; name a folder", err)
		}
	}
	if o.out == "" {
		return nil
	}
	o.out = filepath.Join(o.out, day.Format(time.DateOnly)+"-limits.md")
	if _, err := os.Stat(o.out); err == nil {
		return fmt.Errorf("-o: %s exists and results are not overwritten; remove it or name another folder", o.out)
	}
	return nil
}
