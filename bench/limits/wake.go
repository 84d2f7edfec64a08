package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/postgres"
)

// wake sends commands to instances that nobody holds.
func wake(ctx context.Context, b *bench) (err error) {
	p, err := b.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	node, err := spawn(task{URL: p.url, Mode: doubting})
	if err != nil {
		return err
	}
	defer node.gone()
	if _, err := node.start(ctx, b.n); err != nil {
		return err
	}
	if err := p.until(ctx, b.n, `select count(*) from saga_instance where status = 'needs attention' and live and owner is null`); err != nil {
		return err
	}
	if err := rest(ctx, time.Second); err != nil { // it is idle now
		return err
	}
	if err := b.command(ctx, p, node); err != nil {
		return err
	}
	if err := p.until(ctx, 0, `select count(*) from saga_instance where live`); err != nil {
		return err
	}
	f, err := node.figures(ctx)
	if err == nil && f.Calls != int64(4*b.n) {
		err = fmt.Errorf("wrong outcome: %d instances took %d calls, not one in doubt and three", b.n, f.Calls)
	}
	if err = errors.Join(err, node.end()); err != nil {
		return err
	}
	return p.check(ctx, "completed", b.n)
}

// command retries each instance, as a tool in another process would.
func (b *bench) command(ctx context.Context, p *place, node *process) (err error) {
	store, err := postgres.Visit(ctx, p.url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	tool, err := saga.New(store, nil)
	if err != nil {
		return err
	}
	var moved, answered []time.Duration
	for i := range b.n {
		heard, back, err := retry(ctx, tool, node, fmt.Sprintf("t%d", i))
		if err != nil {
			return err
		}
		moved, answered = append(moved, heard), append(answered, back)
		// Not in step with anything that the node does.
		if err := rest(ctx, rand.N(100*time.Millisecond)); err != nil {
			return err
		}
	}
	slices.Sort(moved)
	slices.Sort(answered)
	b.latencies("until the node's transition is durable", moved)
	b.latencies("until Apply returned", answered)
	return nil
}

// retry returns how long after Apply was called the node made the transition, and Apply returned.
func retry(ctx context.Context, tool *saga.Engine, node *process, id string) (heard, back time.Duration, err error) {
	preview, err := tool.Preview(ctx, saga.Intervention{
		Verb: saga.Retry, Filter: saga.Filter{IDs: []string{id}}, By: "bench", Reason: "to see how soon it is heard",
	})
	if err != nil {
		return 0, 0, err
	}
	from := time.Now()
	results, err := tool.Apply(ctx, preview)
	back = time.Since(from)
	if err != nil {
		return 0, 0, err
	}
	if len(results) != 1 || results[0].Err != nil {
		return 0, 0, fmt.Errorf("wrong outcome: the command for %s was answered with %v", id, results)
	}
	m, err := node.expect(ctx, "operated", id)
	return time.Unix(0, m.At).Sub(from), back, err
}
