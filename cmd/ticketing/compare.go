package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

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
	flags.DurationVar(&c.Outage, "outage", 0, "how `long` a part is stopped; 0 is 2s")
	flags.DurationVar(&c.Late, "late", 0, "how `long` a late queue takes to answer; 0 is 300ms")
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
