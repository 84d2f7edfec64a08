//go:build unix

package killtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/ticketing/platform"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

const (
	admin     = "admin"
	password  = "correct horse"
	atOnce    = 6 // active tokens of a concert
	holdFor   = 10 * time.Second
	expect    = 500 * time.Millisecond
	budget    = 2 * time.Second
	delivered = time.Second // a delivery that a kill cuts off comes again after twice this
)

// runPlatform is the child: all services and their one door, until a SIGTERM.
func runPlatform(text string) error {
	go endWithParent()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var f fate
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return fmt.Errorf("%s=%s: %w", envFate, text, err)
	}
	n, err := newNetwork(f)
	if err != nil {
		return err
	}
	c := config(f.Folder, n)
	c.Redis = f.Redis
	p, err := platform.Open(ctx, c)
	if err != nil {
		return err
	}
	if err := n.disturb(f); err != nil {
		return err
	}
	if err := serve(f.Address, n.quiet(p)); err != nil {
		return err
	}
	return errors.Join(p.Run(ctx), p.Close())
}

// config has short pauses, so that no life ends before something happens.
func config(folder string, n *network) platform.Config {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return platform.Config{
		Folder: folder, Admin: user.Admin{Name: admin, Password: password}, Iterations: 1, Logger: log, Around: n.around,
		AdmitEvery: 50 * time.Millisecond, SweepEvery: 500 * time.Millisecond, HoldFor: holdFor, Rule: queue.Rule{Limit: atOnce},
		Budget: budget, Expect: expect, Engine: quick(log), Delivery: delivered, Patience: 500 * time.Millisecond, Wait: time.Second,
	}
}

func quick(log *slog.Logger) *saga.Config {
	policy := saga.RetryPolicy{MaxAttempts: 60, Initial: 5 * time.Millisecond, Max: 500 * time.Millisecond}
	return &saga.Config{Logger: log, Retry: policy, CompensationRetry: policy, Node: "ticketing"}
}

func serve(address string, handler http.Handler) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("the port of the platform is not free: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return nil
}

// endWithParent keeps a child from outliving a test that was itself killed: the other end of standard input
// is the parent's.
func endWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(3)
}
