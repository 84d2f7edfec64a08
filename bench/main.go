package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	dir, err := dataFolder(o.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Fprintf(stderr, "data in %s (%s), removed at the end\n", dir, fileSystem(dir))
	results, err := play(ctx, plan{
		dir: dir, rounds: o.rounds, length: o.length, callers: o.callers,
		workloads: []workload{w1(), w3()}, contestants: contestants(), progress: stderr,
	})
	if err != nil {
		return err
	}
	groups := summarise(results)
	if err := writeTable(stdout, groups); err != nil || o.out == "" {
		return err
	}
	return writeResults(o.out, thisMachine(dir), args, groups, results)
}
