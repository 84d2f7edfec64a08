package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// player is the parent: it starts, kills and restarts the system, and is its only shopper.
type player struct {
	dir    string
	port   int
	out    io.Writer
	system *process
	page   string
	shop   shop
}

func (p *player) logPath() string { return filepath.Join(p.dir, "system.log") }

// play runs all stories and then counts.
func (p *player) play(ctx context.Context) error {
	if err := p.prepare(); err != nil {
		return err
	}
	if err := p.start(ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "Two services, an engine and a page run in process %d.\n", p.system.cmd.Process.Pid)
	fmt.Fprintf(p.out, "Page  %s\nData  %s (catalog.db, order.db; log in system.log)\n\n", p.page, p.dir)
	if err := p.settled(ctx); err != nil {
		return err
	}
	before, err := p.shop.stock(ctx)
	if err != nil {
		return err
	}
	var sold int64
	for i, story := range stories() {
		fmt.Fprintf(p.out, "%d  %s\n", i+1, story.title)
		quantity, err := p.tell(ctx, story)
		if err != nil {
			return fmt.Errorf("story %d: %w", i+1, err)
		}
		sold += quantity
	}
	after, err := p.shop.stock(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "Stock of %s: %d before, %d sold, %d left.", item, before, sold, after)
	if before-sold != after {
		fmt.Fprintln(p.out)
		return fmt.Errorf("the stock does not add up: %d - %d is not %d", before, sold, after)
	}
	fmt.Fprintln(p.out, " Nothing is lost, and nothing was taken twice.")
	return nil
}

// prepare finds out early what would go wrong, and says what to do about it.
func (p *player) prepare() error {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w; choose another with -dir", err)
	}
	probe, err := os.CreateTemp(p.dir, "write-*")
	if err != nil {
		return fmt.Errorf("the data folder %s is not writable: %w; choose another with -dir", p.dir, err)
	}
	probe.Close()
	os.Remove(probe.Name())
	if p.port < 0 || p.port > 65535 {
		return fmt.Errorf("%d is no port; choose one from 1 to 65535 with -port, or 0 for a free one", p.port)
	}
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p.port))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("port %d is taken by another program; choose another, for example: go run ./cmd/demo -port %d", p.port, p.port+1)
	case err != nil:
		return fmt.Errorf("port %d cannot be used: %w; choose another with -port", p.port, err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port // the same one after the restart
	return l.Close()
}

func (p *player) start(ctx context.Context) (err error) {
	addr := fmt.Sprintf("127.0.0.1:%d", p.port)
	if p.system, p.page, err = startProcess(ctx, p.dir, addr, p.logPath()); err != nil {
		p.system = nil
		return err
	}
	p.shop = shop{p.page}
	return nil
}

func (p *player) stop() {
	if p.system != nil {
		p.system.stop()
	}
}

// restart kills the system without warning and starts it on the same files.
func (p *player) restart(ctx context.Context) error {
	pid := p.system.cmd.Process.Pid
	p.system.kill()
	fmt.Fprintf(p.out, "   kill -9 %d: services, engine and page are gone\n", pid)
	began := time.Now()
	if err := p.start(ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "   started again as %d in %s, on the same files\n", p.system.cmd.Process.Pid, time.Since(began).Round(time.Millisecond))
	return nil
}
