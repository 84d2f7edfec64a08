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

	"github.com/seosa-dev/saga/systems/ticketing/stage"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case errors.Is(err, errInterrupted):
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// errInterrupted is ctrl-C before the last story or row has ended.
var errInterrupted = errors.New("interrupted; a run on the same -dir finishes what was under way")

const (
	childFlag   = "system" // marks the process that is the system; people never give it
	playCommand = "play"
)

// run is the command: the parent that tells stories or plays rows, or the child that is one
// of the systems.
func run(ctx context.Context, args []string, in *os.File, out io.Writer) error {
	if len(args) > 0 && args[0] == childFlag {
		return runSystem(args[1:], in, out)
	}
	if len(args) > 0 && args[0] == stageFlag {
		return stage.Run(args[1:], in, out)
	}
	command := tell
	if len(args) > 0 && args[0] == playCommand {
		command, args = playRows, args[1:]
	}
	err := command(ctx, args, out)
	if err != nil && ctx.Err() != nil {
		return errInterrupted
	}
	return err
}

// tell is the command without a name: the stories, and then the page.
func tell(ctx context.Context, args []string, out io.Writer) error {
	p := player{out: out}
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.StringVar(&p.dir, "dir", "demo-data", "data `folder`; it survives restarts")
	flags.IntVar(&p.port, "port", 8080, "`port` of the page on 127.0.0.1; 0 takes a free one")
	flags.BoolVar(&p.production, "production", false, "no faults, no scenarios and no stories; users stay the demo's, and the console stays open to this machine")
	stay := flags.Bool("stay", terminal(os.Stdout), "keep the page up after the stories, until ctrl-C; default: if this is a terminal")
	usage(flags, "[flags]", "tells four stories and shows the page; the other command is play, see play -help")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument %q; the command is %q or none, see -help", flags.Arg(0), playCommand)
	}
	defer p.stop()
	if err := p.open(ctx); err != nil {
		return err
	}
	if !p.production {
		if err := p.stories(ctx); err != nil {
			return err
		}
	}
	if *stay || p.production {
		return p.stay(ctx)
	}
	fmt.Fprintln(p.out, "The page is gone, as this is no terminal; with -stay it stays until ctrl-C.")
	return nil
}

// usage says what a command does before it lists its flags.
func usage(flags *flag.FlagSet, form, does string) {
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "usage: go run ./cmd/demo %s\n%s\n\n", form, does)
		flags.PrintDefaults()
	}
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
