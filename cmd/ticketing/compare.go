package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/compare"
)

// runCompare is the command compare.
func runCompare(ctx context.Context, args []string, out io.Writer) (err error) {
	var c compare.Config
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&c.Folder, "dir", "", "`folder` for the files, which stay there; without, one that is removed in the end")
	flags.IntVar(&c.Buyers, "buyers", 96, "how many `buyers` pay in each round")
	flags.IntVar(&c.Rounds, "rounds", 3, "how many `rounds` of payments")
	flags.DurationVar(&c.Outage, "outage", 2*time.Second, "the `duration` for which a part is stopped")
	flags.DurationVar(&c.Late, "late", 300*time.Millisecond, "the `duration` that a late queue takes to answer")
	flags.Usage = func() {
		fmt.Fprint(out, "usage: ticketing compare [flags]\n\nMeasures payments through the monolith and through the services, checks every outcome, and prints tables.\n\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument %q; compare takes flags only, see -h", flags.Arg(0))
	}
	switch { // Config takes 0 for its default; who writes it here means none
	case c.Buyers < 1:
		return fmt.Errorf("-buyers %d: somebody must pay; give 1 or more", c.Buyers)
	case c.Rounds < 1:
		return fmt.Errorf("-rounds %d: give 1 or more", c.Rounds)
	case c.Outage <= 0 || c.Late <= 0:
		return fmt.Errorf("-outage %v, -late %v: give durations above 0, like 2s", c.Outage, c.Late)
	}
	if c.Folder == "" {
		if c.Folder, err = os.MkdirTemp("", "ticketing-compare"); err != nil {
			return fmt.Errorf("no folder for the files could be made; name one with -dir: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(c.Folder)) }()
	} else if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return fmt.Errorf("the folder of -dir cannot be made; name another: %w", err)
	}
	c.Log = os.Stderr
	report, err := compare.Run(ctx, c)
	if err != nil {
		return err
	}
	return report.Print(out)
}
