package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// story is one order: what is ordered, what goes wrong, and how it must end.
type story struct {
	title    string
	quantity int64
	fault    fault.Kind // of the decrement
	kill     bool       // once the fault has struck
	want     int        // the answer's HTTP status
	means    string     // what the end means, for the reader
}

func allStories() []story {
	return []story{
		{
			title: "An order goes through.", quantity: 2, want: http.StatusCreated,
			means: "the stock is taken, and order, lines and prices are stored",
		},
		{
			title: "An order for more than there is.", quantity: 999_999, want: http.StatusConflict,
			means: "a refusal is an answer: no stock was taken, and the order is known to have failed",
		},
		{
			title: "An order whose reply is lost: the catalog has taken the stock, and the connection breaks.", quantity: 3,
			fault: fault.DropReply, want: http.StatusCreated,
			means: "no answer was not taken for a no: the engine asked what became of the key, and the stock was taken once",
		},
		{
			title: "An order during which everything is killed: the catalog has taken the stock, the order is not stored.", quantity: 5,
			fault: fault.HoldReply, kill: true, want: http.StatusCreated,
			means: "the journal knew the order, the catalog knew the key: it went on where it was, and the stock was taken once",
		},
	}
}

// stories plays all stories and then counts.
func (p *player) stories(ctx context.Context) error {
	if err := p.settled(ctx); err != nil {
		return err
	}
	before, err := p.client.stock(ctx)
	if err != nil {
		return err
	}
	var sold int64
	for i, story := range allStories() {
		fmt.Fprintf(p.out, "%d  %s\n", i+1, story.title)
		quantity, err := p.tellOne(ctx, story)
		if err != nil {
			return fmt.Errorf("story %d: %w", i+1, err)
		}
		sold += quantity
	}
	after, err := p.client.stock(ctx)
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

// tellOne plays one story and prints it. It returns how many were sold.
func (p *player) tellOne(ctx context.Context, s story) (int64, error) {
	number, err := p.client.newNumber(ctx)
	if err != nil {
		return 0, err
	}
	if s.fault != "" {
		if err := p.shop.Arm(ctx, fault.Fault{At: scenario.Decrement, Kind: s.fault}); err != nil {
			return 0, err
		}
	}
	fmt.Fprintf(p.out, "   PUT /orders/%d  %d × %s\n", number, s.quantity, item)
	answered := make(chan answer, 1)
	go func() { answered <- p.client.place(ctx, number, s.quantity) }()
	if s.fault != "" {
		key, err := p.struck(ctx, number)
		if err != nil {
			return 0, fmt.Errorf("the fault did not strike: %w", err)
		}
		fmt.Fprintf(p.out, "   the catalog has done its part under the key %s, and its reply never arrives\n", key)
	}
	if s.kill {
		if err := p.killAndStart(ctx); err != nil {
			return 0, err
		}
		<-answered // the shopper's connection broke as well
		fmt.Fprintf(p.out, "   the shopper saw the connection break, and sends the same PUT /orders/%d again\n", number)
		answered <- p.client.place(ctx, number, s.quantity)
	}
	return p.end(ctx, s, number, <-answered)
}

// struck waits until the fault has struck this order and returns the key that it struck.
func (p *player) struck(ctx context.Context, number int64) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		now, err := p.shop.Faults(ctx)
		if err != nil {
			return "", err
		}
		at := slices.IndexFunc(now.Calls, func(c fault.Call) bool {
			return c.Fault != "" && c.Key == fmt.Sprintf("%d/1/stock", number)
		})
		if at >= 0 {
			return now.Calls[at].Key, nil
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// killAndStart kills the system without warning, and says so.
func (p *player) killAndStart(ctx context.Context) error {
	fmt.Fprintf(p.out, "   kill -9 %d: services and engine are gone\n", p.pid())
	began := time.Now()
	if err := p.restart(ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "   started again as %d in %s, on the same files\n", p.pid(), time.Since(began).Round(time.Millisecond))
	return nil
}

// end holds an answer against the story and prints what was recorded.
func (p *player) end(ctx context.Context, s story, number int64, a answer) (int64, error) {
	if a.err != nil {
		return 0, a.err
	}
	if err := p.timeline(ctx, number); err != nil {
		return 0, err
	}
	fmt.Fprintf(p.out, "   %d %s  %s\n   %s\n\n", a.status, http.StatusText(a.status), a.says, s.means)
	if a.status != s.want {
		return 0, fmt.Errorf("order %d was answered %d, and should have been %d", number, a.status, s.want)
	}
	if s.want != http.StatusCreated {
		return 0, nil
	}
	return s.quantity, nil
}
