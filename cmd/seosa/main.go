package main

import (
	"context"
	"os"
	"os/signal"
	"os/user"
	"syscall"

	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
	"github.com/seosa-dev/saga/sqlite"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := commandLine().Run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// commandLine is the command of this process.
func commandLine() *cli.Command {
	return &cli.Command{
		Open: open,
		In:   os.Stdin, Asks: layout.IsTerminal(os.Stdin) && layout.IsTerminal(os.Stderr),
		Out: layout.Of(os.Stdout, os.Getenv), Err: layout.Of(os.Stderr, os.Getenv),
		Store: os.Getenv("SEOSA_STORE"), User: person(),
	}
}

// open opens what -store names: an SQLite file that another process may have open.
func open(ctx context.Context, name string) (cli.Store, error) {
	store, err := sqlite.Visit(ctx, name)
	if err != nil {
		return nil, err // and not a nil *sqlite.Store that looks like a store
	}
	return store, nil
}

// person is who sits here, as the system knows them; "" if it does not.
func person() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return os.Getenv("USER")
}
