//go:build unix

package killtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/shop/catalog"
	"github.com/seosa-dev/saga/systems/shop/order"
)

func catalogFile(folder string) string { return filepath.Join(folder, "catalog.db") }
func orderFile(folder string) string   { return filepath.Join(folder, "order.db") }

// runShop is the child: both services of the shop over HTTP, until a SIGTERM.
func runShop(folder, catalogAddress, orderAddress string) error {
	go endWithParent()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	t, err := setTrap(os.Getenv(envKill), os.NewFile(3, "report"))
	if err != nil {
		return err
	}
	watchCommits(t)
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))

	products, err := catalog.New(ctx, catalog.Config{Path: catalogFile(folder), Logger: log})
	if err != nil {
		return err
	}
	defer func() { _ = products.Close() }()
	if err := serve(catalogAddress, newFaults(t, t.afterCommits(catalog.NewController(products, nil)))); err != nil {
		return err
	}
	sagas, err := sqlite.Open(ctx, orderFile(folder))
	if err != nil {
		return err
	}
	look, err := sql.Open("sqlite", "file:"+orderFile(folder)+"?_query_only=1&_busy_timeout=10000")
	if err != nil {
		return err
	}
	orders, err := order.New(ctx, order.Config{
		Path: orderFile(folder), Catalog: "http://" + catalogAddress, Store: watch(sagas, t, look),
		Engine: quick(log), Logger: log, Wait: 300 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	if err := serve(orderAddress, t.afterCommits(order.NewController(orders, nil))); err != nil {
		return err
	}
	return errors.Join(orders.Run(ctx), look.Close(), orders.Close(), sagas.Close())
}

// quick is an engine with short pauses and a budget that outlasts several lives: what the faults
// leave unknown is asked about at once, and an order seldom waits for a person.
func quick(log *slog.Logger) *saga.Config {
	policy := saga.RetryPolicy{MaxAttempts: 20, Initial: 2 * time.Millisecond, Max: 10 * time.Millisecond}
	return &saga.Config{Logger: log, Retry: policy, CompensationRetry: policy, Node: "shop"}
}

func serve(address string, handler http.Handler) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("the port of %s is not free: %w", address, err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return nil
}

// endWithParent keeps a shop from outliving a test that was itself killed: the other end of
// standard input is the parent's.
func endWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(3)
}
