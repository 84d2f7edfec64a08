package main

import (
	"context"
	"fmt"
	"net/http"
)

// item is what every story orders: the large angelfish of the write-up's pet store.
const item = "EST-1"

// story is one order: what is ordered, what goes wrong, and how it must end.
type story struct {
	title    string
	quantity int64
	fault    string // armed before the order
	kill     bool   // once the fault has struck
	want     int    // the answer's HTTP status
	means    string // what the end means, for the reader
}

func stories() []story {
	return []story{
		{
			title: "An order goes through.", quantity: 2, want: http.StatusCreated,
			means: "the stock is taken, and order, lines and prices are stored",
		},
		{
			title: "An order for more than there is.", quantity: 999_999, want: http.StatusConflict,
			means: "a refusal is an answer: nothing was taken, so there is nothing to undo",
		},
		{
			title: "An order whose reply is lost: the catalog has taken the stock, and the connection breaks.", quantity: 3,
			fault: loseReply, want: http.StatusCreated,
			means: "no answer was not taken for a no: the engine asked under the same key, and the stock was taken once",
		},
		{
			title: "An order during which everything is killed: the catalog has taken the stock, the order is not stored.", quantity: 5,
			fault: holdReply, kill: true, want: http.StatusCreated,
			means: "the journal knew the order, the catalog knew the key: it went on where it was, and the stock was taken once",
		},
	}
}

// tell plays one story and prints it. It returns how many were sold.
func (p *player) tell(ctx context.Context, s story) (int64, error) {
	number, err := p.shop.newNumber(ctx)
	if err != nil {
		return 0, err
	}
	if s.fault != "" {
		if err := p.system.order(s.fault); err != nil {
			return 0, err
		}
	}
	fmt.Fprintf(p.out, "   PUT /orders/%d  %d × %s\n", number, s.quantity, item)
	answered := make(chan answer, 1)
	go func() { answered <- p.shop.place(ctx, number, s.quantity) }()
	if s.fault != "" {
		key, err := p.system.said(ctx, s.fault)
		if err != nil {
			return 0, fmt.Errorf("the fault did not strike: %w", err)
		}
		fmt.Fprintf(p.out, "   the catalog has done its part under the key %s, and its reply never arrives\n", key)
	}
	if s.kill {
		if err := p.restart(ctx); err != nil {
			return 0, err
		}
		<-answered // the shopper's connection broke as well
		fmt.Fprintf(p.out, "   the shopper saw the connection break, and sends the same PUT /orders/%d again\n", number)
		answered <- p.shop.place(ctx, number, s.quantity)
	}
	return p.end(ctx, s, number, <-answered)
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
