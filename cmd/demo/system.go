package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/console"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/fault/child"
	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/shop/catalog"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// runSystem is the child: two services, the engine and the console, until its standard input ends.
func runSystem(args []string, in io.Reader, out io.Writer) error {
	var s system
	flags := flag.NewFlagSet(childFlag, flag.ContinueOnError)
	flags.StringVar(&s.dir, "dir", "", "")
	flags.StringVar(&s.at.shop, "shop", "", "")
	flags.StringVar(&s.at.control, "control", "", "") // empty in production: then there are no faults
	if err := flags.Parse(args); err != nil {
		return err
	}
	signal.Ignore(os.Interrupt) // ctrl-C reaches both; the parent ends this one in order
	defer s.close()
	if err := s.open(context.Background()); err != nil {
		return err
	}
	ctx, stop := child.Serving(in, out)
	defer stop()
	return s.orders.Run(ctx)
}

// system is everything that the child runs.
type system struct {
	dir     string
	at      addresses
	logger  *slog.Logger
	faults  *faults // nil in production
	catalog *catalog.ProductService
	orders  *order.OrderService
	console *console.Console
	servers []*http.Server
	running sync.WaitGroup
}

func (s *system) file(name string) string { return filepath.Join(s.dir, name) }

func (s *system) open(ctx context.Context) (err error) {
	s.logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	if s.catalog, err = catalog.New(ctx, catalog.Config{Path: s.file("catalog.db"), Logger: s.logger}); err != nil {
		return err
	}
	items := catalog.NewController(s.catalog, nil)
	bus := message.NewBus()
	bus.Subscribe(catalog.CompensationType, items.Compensate)
	var door http.Handler = items
	var publisher message.Publisher = bus
	if s.at.control != "" {
		s.faults = newFaults(s.logger)
		door, publisher = s.faults.around(items), s.faults.publisher(bus)
	}
	catalogURL, err := s.serve("127.0.0.1:0", door)
	if err != nil {
		return err
	}
	s.orders, err = order.New(ctx, order.Config{
		Catalog: catalogURL, Path: s.file("order.db"), Logger: s.logger, Publisher: publisher,
		Engine: &saga.Config{Node: "demo", Logger: s.logger},
		Relay:  &message.RelayConfig{Max: 200 * time.Millisecond, Logger: s.logger}, // watched by a person, who should not wait
	})
	if err != nil {
		return err
	}
	if err := s.openDoors(items); err != nil {
		return err
	}
	if s.faults == nil {
		return withoutFaults(ctx, s.file("order.db"), s.logger)
	}
	if err := s.faults.watchOrders(ctx, s.file("order.db")); err != nil {
		return err
	}
	_, err = s.serve(s.at.control, s.control())
	return err
}

// openDoors serves what people and programs use: orders, sessions, items, and the console.
func (s *system) openDoors(items http.Handler) error {
	key, err := session.LoadKey(s.file("session.key"))
	if err != nil {
		return err
	}
	sessions, err := session.New(session.Config{Key: key, Accounts: session.Demo, Insecure: true, Logger: s.logger})
	if err != nil {
		return err
	}
	home := "/" // the order table, which the parent serves
	if s.faults == nil {
		home = ""
	}
	s.console, err = console.New(s.orders.Engine(), &console.Config{
		Environment: "demo · SQLite", Describe: describe, Home: home, Logger: s.logger,
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	orders := order.NewController(s.orders, sessions)
	for _, path := range []string{"/orders", "/orders/", "/healthz", "/openapi.json"} {
		mux.Handle(path, orders)
	}
	mux.Handle("/session", sessions.Handler())
	mux.Handle("GET /catalog/items", items)
	mux.Handle("GET /catalog/items/", items)
	mux.Handle("GET /catalog/openapi.json", http.StripPrefix("/catalog", items))
	mux.Handle("GET /session/openapi.json", http.StripPrefix("/session", sessions.Handler()))
	mux.Handle("/", s.console)
	_, err = s.serve(s.at.shop, mux)
	return err
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
	if s.faults != nil {
		logClosing("faults", s.faults.close())
	}
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
