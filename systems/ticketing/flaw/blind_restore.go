package flaw

import (
	"context"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
)

func blindRestore() Flaw {
	return Flaw{
		ID: "F-A11", Name: "blind-restore", Title: "a token that is set to PROCESSING whatever became of it",
		Invariant: "I-A9", Promise: "only a token that is active and in its time may reserve and pay",
		Remedy: "restored is what this saga used up, until its own end, and is counted (queue/line/book.go)",
		play:   playBlindRestore,
	}
}

// naiveTokens is a Redis with one key for each token that may reserve.
type naiveTokens struct {
	clock func() time.Time
	keys  map[string]time.Time // queue:token:NAME is PROCESSING until then; the zero time: there is no end
}

func (n naiveTokens) admit(name string) act {
	return func(context.Context) (string, error) {
		n.keys[name] = n.clock().Add(10 * time.Minute)
		return name + " is PROCESSING until " + n.keys[name].Format("15:04"), nil
	}
}

func (n naiveTokens) complete(context.Context) (string, error) {
	delete(n.keys, "mina")
	return "mina's token is used up", nil
}

func (n naiveTokens) undo(context.Context) (string, error) {
	// The mistake: SET queue:token:mina PROCESSING. Not who used it up, not until when, not how many.
	n.keys["mina"] = time.Time{}
	return "mina is PROCESSING, without an end", nil
}

func (n naiveTokens) mayReserve(name string) bool {
	until, found := n.keys[name]
	return found && (until.IsZero() || until.After(n.clock()))
}

// turns is the real queue with the tokens of two buyers.
type turns struct {
	real
	service *queue.QueueService
	token   map[string]string
}

func (q turns) enter(ctx context.Context, names ...string) error {
	for _, name := range names {
		v, _, err := q.service.Enter(ctx, name, 1)
		if err != nil {
			return err
		}
		q.token[name] = v.Token
	}
	return nil
}

func (q turns) mayReserve(ctx context.Context, name string) (bool, error) {
	p, err := q.service.Pass(ctx, q.token[name])
	return p.Status == "ACTIVE", err
}

func (q turns) admit(name string) act {
	return func(ctx context.Context) (string, error) {
		if err := q.service.Admit(ctx); err != nil {
			return "", err
		}
		v, err := q.service.Look(ctx, q.token[name])
		if err != nil || v.ActiveUntil == nil {
			return name + " waits", err
		}
		return name + " is ACTIVE until " + v.ActiveUntil.Format("15:04"), nil
	}
}

func playBlindRestore(ctx context.Context, s *stage) error {
	naive := naiveTokens{s.clock, map[string]time.Time{}}
	r, service, err := s.queue(ctx)
	if err != nil {
		return err
	}
	line := turns{r, service, map[string]string{}}
	if err := line.enter(ctx, "mina", "jun"); err != nil {
		return err
	}
	s.step(ctx, "20:00, there is room for one: mina is let in, jun waits", naive.admit("mina"), line.admit("mina"))
	s.at(5)
	s.step(ctx, "20:05, saga s-1 uses mina's token up", naive.complete, func(ctx context.Context) (string, error) {
		bought := sale("s-1")
		bought.Token = line.token["mina"]
		_, err := line.hears(ctx, "ReservationsCompleted", "s-1", event.ReservationsCompleted{Sale: bought})
		return "mina's token is COMPLETED", err
	})
	s.step(ctx, "her place goes to jun", naive.admit("jun"), line.admit("jun"))
	s.at(12)
	s.step(ctx, "20:12, s-1 has turned back, and its undo comes", naive.undo, func(ctx context.Context) (string, error) {
		if _, err := line.undoes(ctx, event.Queue, "s-1"); err != nil {
			return "", err
		}
		p, err := line.service.Pass(ctx, line.token["mina"])
		return "mina's token is " + p.Status + ": it ended at 20:10", err
	})
	s.judge(ctx, func(context.Context) (Finding, error) {
		return inTime(naive.mayReserve("mina"), naive.mayReserve("jun")), nil
	}, func(ctx context.Context) (Finding, error) {
		mina, err := line.mayReserve(ctx, "mina")
		if err != nil {
			return Finding{}, err
		}
		jun, err := line.mayReserve(ctx, "jun")
		return inTime(mina, jun), err
	})
	return nil
}

// inTime counts who may reserve at 20:12: mina's time was over at 20:10.
func inTime(mina, jun bool) Finding {
	active, over := 0, 0
	if mina {
		active, over = active+1, over+1
	}
	if jun {
		active++
	}
	return Finding{Broken: over > 0, Says: fmt.Sprintf("tokens that may reserve: %d, of those after their end: %d", active, over)}
}
