package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/seosa-dev/saga/systems/ticketing/flaw"
)

// runFlaws is the command flaws.
func runFlaws(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("flaws", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		fmt.Fprint(out, "usage: ticketing flaws [NAME...]\n\nPlays mistakes beside the services' own code, on the same schedule, and shows what breaks:\n\n")
		for _, f := range flaw.All() {
			fmt.Fprintf(out, "  %-6s %-24s %s\n", f.ID, f.Name, f.Title)
		}
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	return flaw.Run(ctx, out, flags.Args()...)
}
