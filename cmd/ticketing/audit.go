package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga/systems/ticketing/audit"
)

// errViolated says that the books do not agree.
var errViolated = errors.New("the books do not agree; what was found stands above")

// runAudit is the command audit.
func runAudit(ctx context.Context, args []string, out io.Writer) error {
	var c audit.Config
	flags := flag.NewFlagSet("audit", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&c.Folder, "dir", "ticketing-data", "`folder` of the files of ticketing all, which may be running")
	flags.Usage = func() {
		fmt.Fprint(out, "usage: ticketing audit [flags]\n\nHolds the invariants I-A1 to I-A13 against the files of the services (go doc ./systems/ticketing/audit).\n\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(c.Folder, "orchestrator.db")); err != nil {
		return fmt.Errorf("there are no files of ticketing all in %s; name their folder with -dir: %w", c.Folder, err)
	}
	books, err := audit.Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = books.Close() }() // it was only read
	report, err := books.Check(ctx)
	if err != nil {
		return err
	}
	return printAudit(out, report)
}

func printAudit(out io.Writer, r audit.Report) error {
	s := r.Summary
	fmt.Fprintf(out, "charged %d won; in balances %d, in payments %d\n", s.Charges, s.Balances, s.Payments)
	for _, m := range append(r.Attention, r.InDoubt...) {
		fmt.Fprintf(out, "%s %s: %s\n", m.Kind, m.ID, m.Text)
	}
	for _, v := range r.Violations {
		fmt.Fprintf(out, "BROKEN %s: %s\n", v.Invariant, v.Text)
	}
	if len(r.Violations) > 0 {
		return errViolated
	}
	if !r.Quiet {
		fmt.Fprintln(out, "What each file says about itself holds. Not judged, because it is not quiet:")
		for _, why := range r.NotQuiet {
			fmt.Fprintln(out, " ", why)
		}
		return nil
	}
	fmt.Fprintln(out, "I-A1 to I-A13 hold.")
	return nil
}
