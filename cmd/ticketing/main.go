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
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "ticketing:", err)
		os.Exit(1)
	}
}

const help = `usage: ticketing COMMAND [flags]

commands:
  all            the six services in one process behind one port, with three concerts
  monolith       the system before the split: one process, one database
  user, concert, reservation, queue, payment, orchestrator
                 one service alone, with its own file and port
  compare        payments through both, and what happens when a part stops or is slow
  audit          whether the books of all services agree
  flaws          mistakes of a naive system beside the services' own code: flaws [NAME...]

ticketing COMMAND -h lists the flags of a command.
`

// run is the command. It returns when ctx ends, or when there is nothing more to do.
func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("name a command: all, monolith, a service, compare, audit or flaws; ticketing -h lists them")
	}
	name, args := args[0], args[1:]
	switch name {
	case "-h", "-help", "--help", "help":
		_, err := io.WriteString(out, help)
		return err
	case "all":
		return runAll(ctx, args, out)
	case "monolith":
		return runMonolith(ctx, args, out)
	case "compare":
		return runCompare(ctx, args, out)
	case "audit":
		return runAudit(ctx, args, out)
	case "flaws":
		return runFlaws(ctx, args, out)
	}
	for _, s := range services() {
		if s.name == name {
			return s.run(ctx, args, out)
		}
	}
	return fmt.Errorf("there is no command %q; ticketing -h lists those that there are", name)
}
