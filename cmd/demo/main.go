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

// errInterrupted is ctrl-C before the last story has ended.
var errInterrupted = errors.New("interrupted; the next run on the same folder finishes what was under way")

// childFlag marks the process that is the system; people never give it.
const childFlag = "system"

// run is the command: the parent that plays the stories, or the child that is the system.
func run(ctx context.Context, args []string, in *os.File, out io.Writer) error {
	if len(args) > 0 && args[0] == childFlag {
		return runSystem(args[1:], in, out)
	}
	var p player
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.StringVar(&p.dir, "dir", "demo-data", "data `folder`; it survives restarts")
	flags.IntVar(&p.port, "port", 8080, "`port` of the page on 127.0.0.1; 0 takes a free one")
	stay := flags.Bool("stay", terminal(os.Stdout), "keep the page up after the stories, until ctrl-C; default: if this is a terminal")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument %q; see -help", flags.Arg(0))
	}
	p.out = out
	defer p.stop()
	if err := p.play(ctx); err != nil {
		if ctx.Err() != nil {
			return errInterrupted
		}
		return err
	}
	if *stay {
		fmt.Fprintf(out, "The page stays at %s — ctrl-C ends it.\n", p.page)
		select {
		case <-ctx.Done():
		case <-p.system.done:
			return errors.New("the system ended by itself; see " + p.logPath())
		}
	}
	return nil
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
