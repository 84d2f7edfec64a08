package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// program is what a command runs: a surface, what works behind it, and what is closed in the end.
type program struct {
	door  http.Handler
	run   func(context.Context) error
	close func() error
}

// serve runs a program until ctx ends: the port is closed first, then what works ends, then the files.
func (p program) serve(ctx context.Context, name, addr string, out io.Writer) (err error) {
	defer func() { err = errors.Join(err, p.close()) }()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("%s cannot listen; take another -addr, or port 0 for a free one: %w", name, err)
	}
	fmt.Fprintf(out, "%s: http://%s\n", name, listener.Addr())
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	worked := make(chan error, 1)
	go func() { worked <- p.run(working) }()
	server := &http.Server{Handler: p.door, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case <-ctx.Done():
		err = shut(server)
	case err = <-served:
	case err = <-worked:
		worked <- nil
		err = errors.Join(err, shut(server))
	}
	stop()
	return errors.Join(err, <-worked)
}

// shut lets requests that are under way end.
func shut(server *http.Server) error {
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: %w", err), server.Close())
	}
	return nil
}
