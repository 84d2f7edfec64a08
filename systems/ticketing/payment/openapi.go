package payment

import (
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// Health is the body of /healthz.
type Health struct {
	Status string `json:"status"` // "ok"
}

// List is the body of GET /payments.
type List struct {
	Payments []Payment `json:"payments"`
}

// View is the body of GET /payments/{id}.
type View struct {
	Payment
	History []Change `json:"history"`
}

func opHealth() web.Operation {
	return web.Operation{ID: "health", Summary: "Whether the database answers", Answers: map[int]any{http.StatusOK: Health{}}}
}

func opList() web.Operation {
	return web.Operation{
		ID: "payments", Summary: "Your payments, newest first", Session: true,
		Parameters: []web.Parameter{
			{Name: "limit", In: "query", Description: "how many, 1 to 100; 20 if absent", Example: "20"},
			{Name: "after", In: "query", Description: "the id of the last one that you have", Example: "P-s1"},
		},
		Answers: map[int]any{http.StatusOK: List{}, http.StatusBadRequest: web.Problem{}, http.StatusUnauthorized: web.Problem{}},
	}
}

func opShow() web.Operation {
	return web.Operation{ID: "payment", Summary: "One of your payments, with its history", Session: true, Answers: map[int]any{
		http.StatusOK: View{}, http.StatusUnauthorized: web.Problem{}, http.StatusNotFound: web.Problem{},
	}}
}
