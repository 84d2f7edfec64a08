package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/seosa-dev/saga/bench/internal/load"
)

func main() {
	if child() {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "limits:", err)
		os.Exit(1)
	}
}

// run is main without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	venue, err := load.OpenPostgres(ctx, os.Getenv("SAGA_POSTGRES"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, venue.Close()) }()
	facts, err := venue.Facts(ctx)
	if err != nil {
		return err
	}
	command := "go run ./bench/limits " + strings.Join(args, " ")
	r := report{facts: append(append([]string{"command: `" + strings.TrimSpace(command) + "`"}, machine()...), facts...)}
	for _, l := range o.limits {
		began := time.Now()
		b := &bench{venue: venue, n: l.n, length: l.length, rounds: o.rounds, profiles: o.profiles}
		if err := l.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		fmt.Fprintf(stderr, "%s: done in %s, all ends right\n", l.name, time.Since(began).Round(time.Second))
		r.sections = append(r.sections, section{l, b.figures, b.series})
	}
	if err := r.writeTable(stdout); err != nil || o.out == "" {
		return err
	}
	return r.writeResults(o.out)
}
