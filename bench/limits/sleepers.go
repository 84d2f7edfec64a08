package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

// asleep counts those that nobody holds and that wait for their time.
const asleep = `select count(*) from saga_instance where live and owner is null and due > now() + interval '1 hour'`

// sleepers compares an engine with and without n instances that wait.
func sleepers(ctx context.Context, b *bench) (err error) {
	p, err := b.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	none, err := b.sleepless(ctx, p)
	if err != nil {
		return err
	}
	if err := p.check(ctx, "running", b.n); err != nil {
		return err
	}
	// A process that never saw them: what is left is what sleepers cost.
	node, err := b.engine(ctx, p)
	if err != nil {
		return err
	}
	defer node.gone()
	with, err := b.weightOf(ctx, node)
	if err != nil {
		return err
	}
	b.say("a new engine: memory, heap and resident", "%s, %s", megabytes(with.heap), megabytes(with.resident))
	each := (with.heap - none.heap) / float64(b.n)
	f := b.say("a new engine: heap per sleeper", "%.1f B", each)
	if b.n >= 10_000 { // with few, what an engine allocates by and by is all that shows
		f.aim(fmt.Sprintf("< %.0f B", enough), each < enough)
	}
	if err := b.rested(ctx, node, "a new engine"); err != nil {
		return err
	}
	if err := node.end(); err != nil {
		return err
	}
	if err := p.until(ctx, b.n, asleep); err != nil {
		return err
	}
	return p.check(ctx, "running", b.n)
}

// engine starts one and lets it come to rest.
func (b *bench) engine(ctx context.Context, p *place) (*process, error) {
	node, err := spawn(task{URL: p.url, Mode: sleeping})
	if err != nil {
		return nil, err
	}
	_, err = node.expect(ctx, "ready", "")
	if err == nil {
		err = rest(ctx, b.settled())
	}
	if err != nil {
		node.gone()
		return nil, err
	}
	return node, nil
}

// weight is what an engine has in memory.
type weight struct{ heap, resident float64 }

// sleepless measures an engine without sleepers, lets it put n to sleep, and measures again.
func (b *bench) sleepless(ctx context.Context, p *place) (none weight, err error) {
	node, err := b.engine(ctx, p)
	if err != nil {
		return none, err
	}
	defer node.gone()
	if none, err = b.weightOf(ctx, node); err != nil {
		return none, err
	}
	b.say("no sleepers: memory, heap and resident", "%s, %s", megabytes(none.heap), megabytes(none.resident))
	if err := b.rested(ctx, node, "no sleepers"); err != nil {
		return none, err
	}
	if _, err := node.start(ctx, b.n); err != nil {
		return none, err
	}
	if err := p.until(ctx, b.n, asleep); err != nil {
		return none, err
	}
	if err := rest(ctx, b.settled()); err != nil {
		return none, err
	}
	with, err := b.weightOf(ctx, node)
	if err != nil {
		return none, err
	}
	const who = "the engine that put them to sleep"
	b.say(who+": most memory (VmHWM)", "%s", megabytes(node.memory("VmHWM")))
	b.say(who+": memory, heap and resident", "%s, %s", megabytes(with.heap), megabytes(with.resident))
	b.say(who+": heap per sleeper, connections' buffers included", "%.1f B", (with.heap-none.heap)/float64(b.n))
	if err := b.rested(ctx, node, who); err != nil {
		return none, err
	}
	if b.profiles != "" {
		if err := node.profileHeap(filepath.Join(b.profiles, "sleepers-heap.pprof")); err != nil {
			return none, err
		}
	}
	f, err := node.figures(ctx)
	b.say(who+": instances that it holds in memory", "%d", f.Held).aim("0", f.Held == 0)
	if err == nil && f.Calls != int64(b.n) {
		err = fmt.Errorf("wrong outcome: %d instances were called %d times before they slept", b.n, f.Calls)
	}
	return none, errors.Join(err, node.end())
}

func (b *bench) weightOf(ctx context.Context, node *process) (weight, error) {
	f, err := node.figures(ctx)
	return weight{f.Heap, node.memory("VmRSS")}, err
}

// enough is below what a sleeper could be kept in: its id alone takes more.
const enough = 8.0

func (b *bench) rested(ctx context.Context, node *process, who string) error {
	q, err := b.quiet(ctx, []*process{node})
	if err == nil {
		b.say(who+": processor time, idle", "%.2f %% of a core", 100*q.cpu/q.seconds)
		b.say(who+": appends, claims and checkpoints, idle", "%.2f, %.2f and %.2f /s", q.appends/q.seconds, q.claims/q.seconds, q.checkpoints/q.seconds)
	}
	return err
}
