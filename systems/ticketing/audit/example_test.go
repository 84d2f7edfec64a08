package audit_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/audit"
	"github.com/seosa-dev/saga/systems/ticketing/platform"
)

// A new system has three concerts, and its services have told each other of them as soon as it is quiet.
func Example() {
	folder, err := os.MkdirTemp("", "ticketing")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	defer stop()
	city, err := platform.Open(ctx, platform.Config{Folder: folder, Seed: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		panic(err)
	}
	defer city.Close()
	books, err := audit.Open(ctx, audit.Config{Folder: folder})
	if err != nil {
		panic(err)
	}
	defer books.Close()
	report, err := books.Check(ctx)
	fmt.Println("before it runs:", report.Quiet, report.NotQuiet, report.Violations, err)

	running, halt := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- city.Run(running) }()
	for next := time.NewTicker(10 * time.Millisecond); !report.Quiet && err == nil; <-next.C {
		report, err = books.Check(ctx)
	}
	halt()
	fmt.Println("then:", report.Quiet, report.Violations, report.Summary.Seats.Sold, "seats are sold,", report.Summary.Balances, "won are there")
	fmt.Println(<-ended)
	// Output:
	// before it runs: false [9 messages of concert are not delivered] [] <nil>
	// then: true [] 0 seats are sold, 0 won are there
	// <nil>
}
