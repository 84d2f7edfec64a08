package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/seosa-dev/saga/systems/fault/child"
	"github.com/seosa-dev/saga/systems/shop/audit"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// player is the parent: it starts, kills and restarts the system, serves the page, and is its
// shopper.
type player struct {
	dir        string
	port       int
	production bool
	out        io.Writer

	at     addresses // of the system, the same over restarts
	page   string    // the page's address
	front  *front
	source *source // nil in production
	client client
	shop   *scenario.Shop
	books  *audit.Books

	mu     sync.Mutex // guards system
	system *child.Process
}

// addresses are where the system listens.
type addresses struct{ shop, control string }

func (p *player) logPath() string { return filepath.Join(p.dir, "system.log") }

// open starts the system and the page, and signs the shoppers on.
func (p *player) open(ctx context.Context) (err error) {
	listener, err := p.prepare()
	if err != nil {
		return err
	}
	if p.at, err = freeAddresses(p.production); err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := p.start(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	p.client = client{url: "http://" + p.at.shop}
	if err := p.openShop(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	if p.front, err = serveFront(listener, p); err != nil {
		return err
	}
	p.page = "http://" + listener.Addr().String()
	fmt.Fprintf(p.out, "Two services and an engine run in process %d.\n", p.pid())
	fmt.Fprintf(p.out, "Page  %s\nData  %s (catalog.db, order.db; log in system.log)\n\n", p.page, p.dir)
	return nil
}

// openShop is how the rows are played.
func (p *player) openShop(ctx context.Context) (err error) {
	if p.books, err = audit.Open(filepath.Join(p.dir, "order.db"), filepath.Join(p.dir, "catalog.db")); err != nil {
		return err
	}
	p.shop = &scenario.Shop{
		Orders: p.client.url, Control: "http://" + p.at.control, Books: p.books, HTTP: httpClient(), Restart: p.restart,
	}
	for i, user := range []string{"j2ee", "ACID"} {
		if p.shop.Shoppers[i], err = p.client.signOn(ctx, user); err != nil {
			return err
		}
	}
	p.client.cookie = p.shop.Shoppers[0]
	return nil
}

// prepare finds out early what would go wrong, and says what to do about it.
func (p *player) prepare() (net.Listener, error) {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made: %w; choose another with -dir", err)
	}
	probe, err := os.CreateTemp(p.dir, "write-*")
	if err != nil {
		return nil, fmt.Errorf("the data folder %s is not writable: %w; choose another with -dir", p.dir, err)
	}
	probe.Close()
	os.Remove(probe.Name())
	if p.port < 0 || p.port > 65535 {
		return nil, fmt.Errorf("%d is no port; choose one from 1 to 65535 with -port, or 0 for a free one", p.port)
	}
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p.port))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %d is taken by another program; choose another, for example: go run ./cmd/demo -port %d", p.port, p.port+1)
	case err != nil:
		return nil, fmt.Errorf("port %d cannot be used: %w; choose another with -port", p.port, err)
	}
	return l, nil
}

// freeAddresses are those of the system; without one for the faults in production.
func freeAddresses(production bool) (addresses, error) {
	free, err := child.Addresses(2)
	if err != nil {
		return addresses{}, err
	}
	a := addresses{shop: free[0], control: free[1]}
	if production {
		a.control = ""
	}
	return a, nil
}

func (p *player) start(ctx context.Context) error {
	system, err := child.Start(ctx, p.logPath(), childFlag, "-dir", p.dir, "-shop", p.at.shop, "-control", p.at.control)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.system = system
	return nil
}

func (p *player) running() *child.Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.system
}

func (p *player) pid() int { return p.running().PID() }

// restart kills the system without warning and starts it on the same files and addresses.
func (p *player) restart(ctx context.Context) error {
	p.running().Kill()
	return p.start(ctx)
}

// stay keeps the page up.
func (p *player) stay(ctx context.Context) error {
	if p.source != nil {
		p.source.free()
	}
	fmt.Fprintf(p.out, "The page stays at %s — ctrl-C ends it.\n", p.page)
	for {
		system := p.running()
		select {
		case <-ctx.Done():
			return nil
		case <-system.Done():
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second): // a row that was played may have killed it, and starts another
		}
		if p.running() == system {
			return errors.New("the system ended by itself; see " + p.logPath())
		}
	}
}

// stop ends what open began, the page first.
func (p *player) stop() {
	if p.front != nil {
		p.front.close()
	}
	if system := p.running(); system != nil {
		system.Stop()
	}
	if p.books != nil {
		logClosing("books", p.books.Close())
	}
}
