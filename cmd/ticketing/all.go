package main

import (
	"context"
	"fmt"
	"io"

	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/ticketing/monolith"
	"github.com/seosa-dev/saga/systems/ticketing/platform"
)

// runAll is the command all.
func runAll(ctx context.Context, args []string, out io.Writer) error {
	var o options
	if err := o.parse("all", "8090", "Runs the six services in one process behind one port, each with its own file.", args, out); err != nil {
		return err
	}
	admin, where, err := o.account()
	if err != nil {
		return err
	}
	p, err := platform.Open(ctx, platform.Config{Folder: o.dir, Admin: admin, Redis: o.redis, Secure: !o.loopback(), Seed: true})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "administrator %q: %s\n", admin.Name, where)
	return program{p, p.Run, p.Close}.serve(ctx, "ticketing", o.addr, out)
}

// runMonolith is the command monolith.
func runMonolith(ctx context.Context, args []string, out io.Writer) error {
	var o options
	if err := o.parse("monolith", "8091", "Runs the system before the split: one process, one database, one transaction for a payment.", args, out); err != nil {
		return err
	}
	admin, where, err := o.account()
	if err != nil {
		return err
	}
	key, err := session.LoadKey(o.file("session.key"))
	if err != nil {
		return err
	}
	m, err := monolith.New(ctx, monolith.Config{
		Path: o.file("monolith.db"), Admin: admin, Redis: o.redis, Secure: !o.loopback(), SessionKey: key, Seed: true,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "administrator %q: %s\n", admin.Name, where)
	return program{monolith.NewController(m), m.Run, m.Close}.serve(ctx, "monolith", o.addr, out)
}
