package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// firing is how many timers fall due in each second.
const firing = 1000

// timers lets n timers fall due one after the other, long after they were set.
func timers(ctx context.Context, b *bench) (err error) {
	p, err := b.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	l, err := openLulls(ctx, p, saga.Step[lull]{
		Name: "rest", Sleep: func(s lull) time.Duration { return time.Duration(s.Milliseconds) * time.Millisecond },
	})
	if err != nil {
		return err
	}
	first := time.Now().Add(b.length)
	err = l.start(ctx, b.n, func(i int) lull {
		due := first.Add(time.Duration(i) * time.Second / firing)
		return lull{time.Until(due).Milliseconds()}
	})
	if err == nil {
		err = rest(ctx, time.Until(first.Add(-time.Second)))
	}
	held := l.inMemory()
	if err == nil {
		err = p.until(ctx, b.n, `select count(*) from saga_instance where status = 'completed'`)
	}
	if err = errors.Join(err, l.close()); err != nil {
		return err
	}
	slices.Sort(l.late)
	b.say("instances in memory a second before the first falls due", "%d", held).aim("0", held == 0)
	b.latencies("from a timer's time until the transition was told", l.late)
	early := l.late[0]
	b.say("earliest", "%.1f ms", ms(early)).aim(">= 0", early >= 0)
	last := l.late[len(l.late)-1]
	b.seconds("latest", last, time.Second)
	return p.check(ctx, "completed", b.n)
}
