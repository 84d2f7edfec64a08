package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/console"
	"github.com/seosa-dev/saga/systems/shop/catalog"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// runSystem is the child: two services, the engine and the page, until its standard input ends.
// It says what happens in lines on its standard output and is told which fault comes next in lines
// on its standard input.
func runSystem(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet(childFlag, flag.ContinueOnError)
	dir := flags.String("dir", "", "")
	addr := flags.String("addr", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	signal.Ignore(os.Interrupt) // ctrl-C reaches both; the parent ends this one in order
	ctx, stop := context.WithCancel(context.Background())
	s := &system{dir: *dir, faults: &faults{tell: func(line string) { fmt.Fprintln(out, line) }}}
	defer s.close()
	page, err := s.open(ctx, *addr)
	if err != nil {
		stop()
		return err
	}
	failed := make(chan error, 1)
	s.running.Go(func() { failed <- s.orders.Run(ctx) })
	fmt.Fprintln(out, "ready", page)
	go func() {
		defer stop()
		for lines := bufio.NewScanner(in); lines.Scan(); {
			s.faults.arm(lines.Text())
		}
	}()
	err = <-failed
	stop()
	return err
}

// system is everything that the child runs.
type system struct {
	dir     string
	faults  *faults
	catalog *catalog.ProductService
	orders  *order.OrderService
	console *console.Console
	servers []*http.Server
	running sync.WaitGroup
}

func (s *system) open(ctx context.Context, addr string) (page string, err error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if s.catalog, err = catalog.New(ctx, catalog.Config{Path: filepath.Join(s.dir, "catalog.db"), Logger: logger}); err != nil {
		return "", err
	}
	items := catalog.NewController(s.catalog, nil)
	catalogURL, err := s.serve("127.0.0.1:0", s.faults.around(items))
	if err != nil {
		return "", err
	}
	s.orders, err = order.New(ctx, order.Config{
		Catalog: catalogURL, Path: filepath.Join(s.dir, "order.db"), Logger: logger,
		// Slow enough to watch: the first question follows a lost reply after about a second.
		Engine: &saga.Config{Node: "demo", Logger: logger, Retry: saga.RetryPolicy{Initial: time.Second}},
	})
	if err != nil {
		return "", err
	}
	s.console, err = console.New(s.orders.Engine(), &console.Config{Environment: "demo · SQLite", Describe: describe, Logger: logger})
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	orders := order.NewController(s.orders, nil)
	mux.Handle("/orders", orders)
	mux.Handle("/orders/", orders)
	mux.Handle("/healthz", orders)
	mux.Handle("GET /catalog/items", items)
	mux.Handle("GET /catalog/items/", items)
	mux.Handle("/", s.console)
	return s.serve(addr, http.NewCrossOriginProtection().Handler(mux))
}

// serve listens on the loopback address and returns its URL.
func (s *system) serve(addr string, h http.Handler) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug)}
	s.servers = append(s.servers, server)
	s.running.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("a server ended", "error", err)
		}
	})
	return "http://" + l.Addr().String(), nil
}

// close ends what open began, the intake first.
func (s *system) close() {
	if s.console != nil {
		s.console.Close()
	}
	for _, server := range s.servers {
		server.Close()
	}
	s.running.Wait()
	if s.orders != nil {
		logClosing("order service", s.orders.Close())
	}
	if s.catalog != nil {
		logClosing("catalog service", s.catalog.Close())
	}
}

func logClosing(what string, err error) {
	if err != nil {
		slog.Error("not closed in order", "what", what, "error", err)
	}
}

// describe says what an order is about.
func describe(in saga.Instance, language string) string {
	var o order.Order
	if err := json.Unmarshal(in.State, &o); err != nil || len(o.Lines) == 0 {
		return ""
	}
	var lines []string
	for _, l := range o.Lines {
		lines = append(lines, fmt.Sprintf("%d × %s", l.Quantity, l.Item))
	}
	if language == "ko" {
		return fmt.Sprintf("주문 %d번: %s", o.ID, strings.Join(lines, ", "))
	}
	return fmt.Sprintf("Order %d: %s", o.ID, strings.Join(lines, ", "))
}
