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

// settledReplies is how many of those that wait get a reply.
const settledReplies = 200

// waiting lets n instances wait for a person, and settles some of them from another store.
func waiting(ctx context.Context, b *bench) (err error) {
	p, err := b.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	l, err := openLulls(ctx, p, saga.Step[lull]{
		Name: "approval", Kind: saga.ReadOnly,
		Action:       func(context.Context, *lull, saga.Attempt) error { return saga.Pending },
		Reply:        func(*lull, saga.Reply) error { return nil },
		ReplyTimeout: 48 * time.Hour,
	})
	if err != nil {
		return err
	}
	err = l.start(ctx, b.n, func(int) lull { return lull{} })
	if err == nil {
		err = p.until(ctx, b.n, asleep)
	}
	if err == nil {
		err = rest(ctx, 2*time.Second) // it is idle now
	}
	held := l.inMemory()
	b.say("instances in memory", "%d", held).aim("0", held == 0)
	n := min(settledReplies, b.n)
	if err == nil {
		err = b.reply(ctx, p, l, n)
	}
	if err = errors.Join(err, l.close()); err != nil {
		return err
	}
	if err := p.until(ctx, b.n-n, asleep); err != nil {
		return err
	}
	return p.until(ctx, n, `select count(*) from saga_instance where status = 'completed'`)
}

// reply settles one after the other, as another process would that takes in people's decisions.
func (b *bench) reply(ctx context.Context, p *place, l *lulls, n int) (err error) {
	store, err := postgres.Visit(ctx, p.url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	desk, err := saga.New(store, nil)
	if err != nil {
		return err
	}
	var took []time.Duration
	for i := range n {
		id, from := fmt.Sprintf("l%d", i), time.Now()
		r := saga.Reply{Key: saga.Key{Instance: id, Step: "approval"}, Outcome: saga.Succeeded, By: "bench"}
		if err := desk.Deliver(ctx, r); err != nil {
			return err
		}
		at, err := l.settled(ctx, id)
		if err != nil {
			return err
		}
		took = append(took, at.Sub(from))
		if err := rest(ctx, rand.N(50*time.Millisecond)); err != nil { // not in step with the node
			return err
		}
	}
	slices.Sort(took)
	b.latencies("from Deliver until the step was settled", took)
	p99 := quantile(took, 0.99)
	b.say("p99", "%.1f ms", ms(p99)).aim("<= 50 ms", p99 <= 50*time.Millisecond)
	return nil
}

// settled waits until an instance's reply was heard.
func (l *lulls) settled(ctx context.Context, id string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		l.mu.Lock()
		at, there := l.moved[id]
		l.mu.Unlock()
		if there {
			return at, nil
		}
		if err := rest(ctx, time.Millisecond); err != nil {
			return at, err
		}
	}
}
