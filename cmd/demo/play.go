package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/seosa-dev/saga/systems/shop/scenario"
	tickets "github.com/seosa-dev/saga/systems/ticketing/scenario"
)

var (
	// errFailed says that rows did not end as they should; they have been printed.
	errFailed = errors.New("not every row ended as the table says")
	// errBroken says that the books do not add up; what is broken has been printed.
	errBroken = errors.New("the shop's invariants are broken; look at what is printed above")
)

// playRows is the command play: all rows of both tables, or those that are named.
func playRows(ctx context.Context, args []string, out io.Writer) error {
	p := player{out: io.Discard}
	flags := flag.NewFlagSet("demo play", flag.ContinueOnError)
	flags.StringVar(&p.dir, "dir", "", "data `folder`; default: a new one that is deleted afterwards")
	usage(flags, "play [flags] [rows]", "plays rows, all of them if none is named. A and B are all of a system, A-48 is all that begin so.\n"+
		"The payment of tickets: "+tickets.Names()+"\nThe order: "+scenario.Names())
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(flags.Args())
	if err != nil {
		return err
	}
	if p.dir == "" {
		if p.dir, err = os.MkdirTemp("", "saga-demo-*"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(p.dir) }()
	}
	failed, err := p.playTickets(ctx, chosen.tickets, out)
	if err != nil {
		return err
	}
	failedOrders, broken, err := p.playOrders(ctx, chosen.orders, out)
	if err != nil {
		return err
	}
	return verdict(len(chosen.tickets)+len(chosen.orders), failed+failedOrders, broken, out)
}

// chosen are rows to be played.
type chosen struct {
	tickets []tickets.Row
	orders  []scenario.Row
}

// choose finds rows by what people call them.
func choose(names []string) (c chosen, err error) {
	var ours, theirs []string
	for _, name := range names {
		switch upper := strings.ToUpper(name); {
		case upper == "A" || strings.HasPrefix(upper, "A-"):
			theirs = append(theirs, name)
		case upper == "B":
			for _, row := range scenario.Rows() {
				ours = append(ours, row.ID)
			}
		default:
			ours = append(ours, name)
		}
	}
	if len(theirs) > 0 || len(names) == 0 {
		if c.tickets, err = tickets.Find(theirs...); err != nil {
			return c, err
		}
	}
	if len(ours) > 0 || len(names) == 0 {
		if c.orders, err = scenario.Find(ours...); err != nil { // a name without A- may be meant for either table
			return c, fmt.Errorf("%w; those of the payment of tickets are A or %s", err, tickets.Names())
		}
	}
	return c, nil
}

// playOrders plays rows of the shop, and then looks into its books.
func (p *player) playOrders(ctx context.Context, rows []scenario.Row, out io.Writer) (failed int, broken bool, err error) {
	if len(rows) == 0 {
		return 0, false, nil
	}
	defer p.stop()
	if err := p.open(ctx); err != nil {
		return 0, false, err
	}
	if failed, err = p.playAll(ctx, rows, out); err != nil {
		return failed, false, err
	}
	broken, err = p.audit(ctx, out)
	return failed, broken, err
}

// verdict closes the list, and is the command's exit status.
func verdict(rows, failed int, broken bool, out io.Writer) error {
	fmt.Fprintf(out, "%d passed, %d failed\n", rows-failed, failed)
	switch {
	case broken:
		return errBroken
	case failed > 0:
		return errFailed
	}
	return nil
}

// legend explains the words of a row.
const legend = `Each row: the calls between the services and what the caller learnt (OK, NO, or ? for no answer),
OrderRetryStatus, the stock (s as before, s−q less by the order, once), stored orders, and the shopper's HTTP answers.
`

func (p *player) playAll(ctx context.Context, rows []scenario.Row, out io.Writer) (failed int, err error) {
	fmt.Fprint(out, legend, "\n")
	for _, row := range rows {
		result, err := scenario.Play(ctx, p.shop, row)
		if ctx.Err() != nil {
			return failed, ctx.Err()
		}
		word, actual := "passed", result.Got.String()
		if err != nil {
			actual = err.Error()
		}
		if !result.Passed {
			word = "FAILED"
			failed++
		}
		fmt.Fprintf(out, "%s  %-6s  %s  |  expected: %s  |  actual: %s\n", word, row.ID, row.English, row.Want, actual)
	}
	return failed, nil
}

// audit holds the files against the shop's invariants.
func (p *player) audit(ctx context.Context, out io.Writer) (broken bool, err error) {
	report, err := p.books.Check(ctx, nil)
	if err != nil {
		return true, fmt.Errorf("the books cannot be read: %w", err)
	}
	for _, v := range report.Violations {
		fmt.Fprintf(out, "%s is broken: %s\n", v.Invariant, v.Detail)
	}
	if len(report.Violations) == 0 {
		fmt.Fprintf(out, "Afterwards I-B1 to I-B7 hold (go doc ./systems/shop/audit); orders: %d Success, %d Fail, %d Unknown.\n",
			report.Orders["Success"], report.Orders["Fail"], report.Orders["Unknown"])
	}
	if report.Waiting > 0 || report.Dead > 0 {
		fmt.Fprintf(out, "Compensations not delivered yet: %d; %d of them are dead letters.\n", report.Waiting, report.Dead)
	}
	return len(report.Violations) > 0, nil
}
