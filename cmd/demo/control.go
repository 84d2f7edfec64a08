package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/demo/page"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// bookPath is where the parent reads the latest orders with their histories.
const bookPath = "/book"

// booked bounds the book.
const booked = 30

// control is for the parent alone: faults, and the orders of all users. It has an address of its
// own, which production does not have.
func (s *system) control() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", s.faults.set.Handler())
	mux.HandleFunc("GET "+bookPath, func(w http.ResponseWriter, r *http.Request) {
		book, err := s.book(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(book) // a parent that is gone needs nothing
	})
	return mux
}

func (s *system) book(ctx context.Context) ([]page.Order, error) {
	views, err := s.orders.Latest(ctx, booked)
	if err != nil {
		return nil, err
	}
	book := []page.Order{}
	for _, v := range views {
		entry, err := s.entry(ctx, v)
		if err != nil {
			return nil, err
		}
		book = append(book, entry)
	}
	return book, nil
}

// entry is an order as the page shows it.
func (s *system) entry(ctx context.Context, v order.View) (page.Order, error) {
	id := fmt.Sprintf("%d/%d", v.ID, v.Attempt)
	entry := page.Order{
		ID: v.ID, Owner: v.Owner, Status: string(v.Status), Attempt: v.Attempt, Total: v.Total, Since: v.Since,
		Compensating: v.Compensating, Transaction: "/transactions/" + url.PathEscape(id),
	}
	if v.Status == order.Success {
		entry.Since = v.Placed
	}
	for _, l := range v.Lines {
		entry.Lines = append(entry.Lines, page.Line{Item: l.Item, Quantity: l.Quantity})
	}
	if v.Status == order.Unknown {
		in, err := s.orders.Engine().Get(ctx, id)
		if err != nil {
			return entry, err
		}
		entry.Explained = map[string]string{"en": s.console.Explain(in, "en"), "ko": s.console.Explain(in, "ko")}
	}
	history, err := s.orders.Engine().History(ctx, id)
	if err != nil {
		return entry, err
	}
	for _, e := range history {
		entry.Events = append(entry.Events, event(e))
	}
	return entry, nil
}

func event(e saga.Event) page.Event {
	out := page.Event{
		Kind: string(e.Kind), At: e.At, Step: e.Step, Call: string(e.Call), Outcome: string(e.Outcome), Status: string(e.Status), Took: e.Took,
	}
	if e.Kind == saga.EventRecovered {
		out.Step = e.Open
	}
	if e.Hand != nil {
		out.By, out.Step = e.Hand.By, e.Hand.Step
	}
	return out
}
