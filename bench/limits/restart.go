package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// restart kills an engine with n instances in flight and starts another.
func restart(ctx context.Context, b *bench) (err error) {
	p, err := b.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	first, err := spawn(task{URL: p.url, Mode: blocking})
	if err != nil {
		return err
	}
	defer first.gone()
	took, err := first.start(ctx, b.n)
	if err != nil {
		return err
	}
	b.say("starts acknowledged", "%.0f/s", float64(b.n)/took.Seconds())
	b.say("memory of the engine that holds them (VmRSS)", "%s", megabytes(first.memory("VmRSS")))
	killed, gone := time.Now(), make(chan time.Duration, 1)
	if err := first.kill(); err != nil {
		return err
	}
	go func() { first.gone(); gone <- time.Since(killed) }()
	t := task{URL: p.url, Mode: answering, Expect: b.n}
	if b.profiles != "" {
		t.Profile = filepath.Join(b.profiles, "restart.pprof")
	}
	second, err := spawn(t)
	if err != nil {
		return err
	}
	defer second.gone()
	// Its connections, and with them its presence, end when the system is done with its memory.
	b.seconds("from SIGKILL: the killed process is gone", <-gone, 0)
	if err := b.recovery(ctx, second); err != nil {
		return err
	}
	if err := second.end(); err != nil {
		return err
	}
	return p.check(ctx, "completed", b.n)
}

// recovery waits until all ended, and notes when what happened.
func (b *bench) recovery(ctx context.Context, second *process) error {
	for _, m := range []struct {
		kind, what string
		goal       time.Duration
	}{
		{"ready", "from exec: joined, and the first look for instances done", 0},
		{"took over", "from exec: the killed node's journal sealed and folded", 0},
		{"first recovered", "from exec: first instance recovered", 0},
		{"first progressed", "from exec: first instance makes progress", 2 * time.Second},
		{"all recovered", "from exec: all recovered", 0},
		{"all progressed", "from exec: all made progress", 10 * time.Second},
		{"all ended", "from exec: all ended", 0},
	} {
		at, err := second.since(ctx, m.kind)
		if err != nil {
			return err
		}
		b.seconds(m.what, at, m.goal)
	}
	f, err := second.figures(ctx)
	if err != nil {
		return err
	}
	b.say("instances claimed", "%.0f rows/s", float64(f.Claimed)/f.Claiming).spread = fmt.Sprintf("%d rows in %.2f s, %d claims", f.Claimed, f.Claiming, f.Claims)
	tenth := max(len(f.Took)/10, 1)
	b.spread("a claim, first tenth of them", "%.1f ms", f.Took[:tenth])
	b.spread("a claim, last tenth of them", "%.1f ms", f.Took[len(f.Took)-tenth:])
	b.say("most memory of the restarted engine (VmHWM)", "%s", megabytes(second.memory("VmHWM")))
	b.say("processor time of the restarted engine", "%.2f s", second.cpu())
	if f.Calls != int64(3*b.n) {
		return fmt.Errorf("wrong outcome: %d instances of 3 steps took %d calls after the restart", b.n, f.Calls)
	}
	return nil
}
