package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	tickets "github.com/seosa-dev/saga/systems/ticketing/scenario"
	"github.com/seosa-dev/saga/systems/ticketing/stage"
)

// stageFlag marks the process that is a ticketing platform; people never give it.
const stageFlag = "stage"

// ticketLegend explains the words of a row.
const ticketLegend = `Each row of the ticket payment: the saga, the payment, the reservation, the seat as the concert shows it, the queue's token,
the concert, what the balance changed by (won), the steps undone in their order, the buyer's HTTP answers, and what the buyer was told.
`

// playTickets plays rows of the ticketing system, each on a platform in a process of its own.
func (p *player) playTickets(ctx context.Context, rows []tickets.Row, out io.Writer) (failed int, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	folder := filepath.Join(p.dir, "tickets")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return 0, fmt.Errorf("the data folder cannot be made: %w; choose another with -dir", err)
	}
	fmt.Fprint(out, ticketLegend, "\n")
	err = stage.Play(ctx, stage.Config{Folder: folder, Child: []string{stageFlag}}, rows, func(r tickets.Result) {
		if !r.Passed() {
			failed++
		}
		fmt.Fprintln(out, ticketLine(r))
	})
	fmt.Fprintln(out)
	return failed, err
}

// ticketLine is what is printed of a row. What differs is named besides, so that nobody has to compare.
func ticketLine(r tickets.Result) string {
	word, actual := "passed", r.Got.String()
	if r.Err != nil {
		actual = r.Err.Error()
	}
	if !r.Passed() {
		word = "FAILED"
	}
	line := fmt.Sprintf("%s  %-22s  %s  |  expected: %s  |  actual: %s", word, r.Row.ID, r.Row.English, r.Row.Want, actual)
	if r.Err != nil {
		return line
	}
	for _, d := range r.Got.Differences(r.Row.Want) {
		line += "\n        " + d
	}
	return line
}
