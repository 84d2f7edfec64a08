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
	"strconv"
	"syscall"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/shop/catalog"
	"github.com/seosa-dev/saga/systems/shop/order"
)

func catalogFile(folder string) string { return filepath.Join(folder, "catalog.db") }
func orderFile(folder string) string   { return filepath.Join(folder, "order.db") }
func keyFile(folder string) string     { return filepath.Join(folder, "session.key") }

// runShop is the child: both services of the shop over HTTP, until a SIGTERM.
func runShop(folder, catalogAddress, orderAddress string) error {
	go endWithParent()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	n, err := newNetwork()
	if err != nil {
		return err
	}
	products, err := catalog.New(ctx, catalog.Config{Path: catalogFile(folder), Logger: log})
	if err != nil {
		return err
	}
	defer func() { _ = products.Close() }()
	items := catalog.NewController(products, nil)
	if err := serve(catalogAddress, n.around(items)); err != nil {
		return err
	}
	bus := message.NewBus()
	bus.Subscribe(catalog.CompensationType, items.Compensate)
	orders, err := order.New(ctx, order.Config{
		Path: orderFile(folder), Catalog: "http://" + catalogAddress, Publisher: n.publisher(bus),
		Engine: quick(log), Logger: log, Wait: 300 * time.Millisecond,
		Relay: &message.RelayConfig{Initial: 2 * time.Millisecond, Max: 50 * time.Millisecond, Logger: log},
	})
	if err != nil {
		return err
	}
	if err := n.reject(ctx, orderFile(folder)); err != nil {
		return err
	}
	if err := openDoors(n, folder, orderAddress, orders, log); err != nil {
		return err
	}
	return errors.Join(orders.Run(ctx), orders.Close())
}

// quick is an engine with short pauses, so that no life ends before something happens.
func quick(log *slog.Logger) *saga.Config {
	policy := saga.RetryPolicy{MaxAttempts: 20, Initial: 2 * time.Millisecond, Max: 10 * time.Millisecond}
	return &saga.Config{Logger: log, Retry: policy, CompensationRetry: policy, Node: "shop"}
}

func openDoors(n *network, folder, address string, orders *order.OrderService, log *slog.Logger) error {
	key, err := session.LoadKey(keyFile(folder))
	if err != nil {
		return err
	}
	sessions, err := session.New(session.Config{Key: key, Accounts: session.Demo, Insecure: true, Logger: log})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/session", sessions.Handler())
	mux.Handle("/", order.NewController(orders, sessions))
	return serve(address, n.quiet("shop", mux))
}

// network is what lies between the services, and the trap in their databases. Those are two sets of
// faults, because chance has a hand in one of them only.
type network struct{ chance, trap *fault.Faults }

func newNetwork() (*network, error) {
	report := slog.New(slog.NewJSONHandler(os.NewFile(3, "report"), nil)) // what is written survives the kill
	n := &network{chance: fault.New(&fault.Config{Logger: report}), trap: fault.New(&fault.Config{Logger: report})}
	if text := os.Getenv(envNetwork); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s=%q: %w", envNetwork, text, err)
		}
		// Held for longer than it takes to ask what became of the call.
		rates := fault.Rates{DropReply: 0.05, DropRequest: 0.05, Duplicate: 0.05, Delay: 0.05, Hold: 50 * time.Millisecond, Seed: seed}
		if err := n.chance.Random(rates); err != nil {
			return nil, err
		}
	}
	return n, setTrap(os.Getenv(envKill), n.trap)
}

// The places of the network's faults.
const (
	atDecrement    = "decrement"
	atFence        = "fence"
	atCompensation = "compensation"
)

func (n *network) around(items http.Handler) http.Handler {
	return n.chance.HTTP(func(r *http.Request) string {
		switch r.Method + " " + r.URL.Path {
		case "POST /catalog/stock/decrement":
			return atDecrement
		case "POST /catalog/stock/decrement/fence":
			return atFence
		}
		return ""
	}, nil, n.quiet("catalog", items))
}

func (n *network) publisher(bus message.Publisher) message.Publisher {
	return n.chance.Publisher(atCompensation, n.trap.Publisher("consumer", bus))
}

// quiet keeps a handler from answering when its process is about to die after a commit.
func (n *network) quiet(name string, h http.Handler) http.Handler {
	return n.trap.HTTP(func(*http.Request) string { return name }, nil, h)
}

// reject makes the order service's database refuse orders, in lives that are to be so, and lifts
// what an earlier one left.
func (n *network) reject(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := n.chance.Rejects(ctx, insert, db, "orders"); err != nil || os.Getenv(envReject) == "" {
		return err
	}
	return n.chance.Arm(fault.Fault{At: insert, Kind: fault.Reject, Times: -1})
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
