package flaw

import (
	"context"
	"fmt"
	"strings"

	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

func overshoot() Flaw {
	return Flaw{
		ID: "F-A21", Name: "overshoot", Title: "a promotion made of two commands",
		Invariant: "I-A8", Promise: "no more are active than the limit",
		Remedy: "counting and letting in are one transaction, in Redis one script (queue/line/book_admit.go, scripts/admit.lua)",
		play:   playOvershoot,
	}
}

// naiveLine is the queue in Redis: who waits, and who is in.
type naiveLine struct {
	limit           int
	waiting, active []string
	room            map[string]int // what each instance has counted
}

func (n *naiveLine) count(instance string) act {
	return func(context.Context) (string, error) { // ZCARD
		n.room[instance] = n.limit - len(n.active)
		return fmt.Sprintf("%s sees room for %d", instance, n.room[instance]), nil
	}
}

func (n *naiveLine) promote(instance string) act {
	return func(context.Context) (string, error) { // ZPOPMIN, ZADD
		// The mistake: the room was counted by another command.
		in := n.waiting[:n.room[instance]]
		n.waiting, n.active = n.waiting[len(in):], append(n.active, in...)
		return instance + " lets in " + strings.Join(in, " "), nil
	}
}

func playOvershoot(ctx context.Context, s *stage) error {
	naive := &naiveLine{limit: 1, waiting: []string{"mina", "jun", "sora"}, room: map[string]int{}}
	r, _, err := s.queue(ctx)
	if err != nil {
		return err
	}
	instances := map[string]*line.SQLite{}
	for _, name := range []string{"A", "B"} {
		instances[name] = line.NewSQLite(r.db, r.db.Read, line.Book{})
	}
	for _, name := range naive.waiting {
		if _, err := instances["A"].Enter(ctx, name, name, 1, s.now); err != nil {
			return err
		}
	}
	admit := func(instance string) act {
		return func(ctx context.Context) (string, error) {
			in, err := instances[instance].Admit(ctx, 1, line.Rule{Limit: 1}, s.now)
			if len(in) == 0 {
				return instance + " lets in nobody", err
			}
			return instance + " lets in " + in[0].User, err
		}
	}
	s.step(ctx, "mina, jun and sora wait, one may be in: A looks for room", naive.count("A"), nothing("does not look"))
	s.step(ctx, "B looks for room", naive.count("B"), nothing("does not look"))
	s.step(ctx, "A lets in who is first", naive.promote("A"), admit("A"))
	s.step(ctx, "B lets in who is first", naive.promote("B"), admit("B"))
	s.judge(ctx, func(context.Context) (Finding, error) { return limited(int64(len(naive.active))), nil },
		func(ctx context.Context) (Finding, error) {
			n, err := r.number(ctx, `select count(*) from queue_token where status = 'ACTIVE'`)
			return limited(n), err
		})
	return nil
}

func limited(active int64) Finding {
	return Finding{Broken: active > 1, Says: fmt.Sprintf("active: %d, the limit: 1", active)}
}
