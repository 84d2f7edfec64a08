package order

import (
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// Health is the body of /healthz.
type Health struct {
	Status string `json:"status"` // "ok"
}

// List is the body of GET /orders.
type List struct {
	Orders []View `json:"orders"`
}

// Number is the body of POST /orders/new.
type Number struct {
	ID int64 `json:"id"`
}

// Request is the body of PUT /orders/{id}. It has no price: prices are the catalog's.
type Request struct {
	Lines []RequestLine `json:"lines"`
}

// RequestLine is one line of a [Request].
type RequestLine struct {
	Item     string `json:"item"`
	Quantity int64  `json:"quantity"`
}

func opHealth() web.Operation {
	return web.Operation{ID: "health", Summary: "Whether the database answers", Answers: map[int]any{http.StatusOK: Health{}}}
}

func opList() web.Operation {
	return web.Operation{ID: "orders", Summary: "Your latest orders", Session: true, Answers: map[int]any{
		http.StatusOK: List{}, http.StatusUnauthorized: web.Problem{},
	}}
}

func opNew() web.Operation {
	return web.Operation{
		ID: "newOrderForm", Summary: "A new order number", Session: true,
		Description: "It is yours alone, and the idempotency key of the order that you place under it.",
		Answers: map[int]any{
			http.StatusCreated: Number{}, http.StatusUnauthorized: web.Problem{}, http.StatusServiceUnavailable: web.Problem{},
		},
	}
}

func opShow() web.Operation {
	return web.Operation{ID: "order", Summary: "One of your orders", Session: true, Answers: map[int]any{
		http.StatusOK: View{}, http.StatusUnauthorized: web.Problem{}, http.StatusForbidden: web.Problem{},
		http.StatusNotFound: web.Problem{},
	}}
}

func opPlace() web.Operation {
	answers := map[int]any{http.StatusCreated: View{}, http.StatusAccepted: View{}}
	for _, status := range []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict,
		http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusBadGateway, http.StatusServiceUnavailable,
	} {
		answers[status] = web.Problem{}
	}
	return web.Operation{
		ID: "newOrder", Summary: "Place an order, or ask again about one", Session: true, Body: Request{}, Answers: answers,
		Description: "Repeat it as often as you like: the same order under the same number is never placed twice. " +
			"201 is the placed order, with the same body every time; 202 means that it is not known yet.",
	}
}
