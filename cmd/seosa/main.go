package main

import (
	"context"
	"os"
	"os/signal"
	"os/user"
	"syscall"

	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
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
		Open: open, Migrations: migrations, Migrate: migrate,
		In: os.Stdin, Asks: layout.IsTerminal(os.Stdin) && layout.IsTerminal(os.Stderr),
		Out: layout.Of(os.Stdout, os.Getenv), Err: layout.Of(os.Stderr, os.Getenv),
		Store: os.Getenv("SEOSA_STORE"), User: person(),
	}
}

// person is who sits here, as the system knows them; "" if it does not.
func person() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return os.Getenv("USER")
}
