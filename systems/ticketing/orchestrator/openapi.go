package orchestrator

import (
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// Health is the body of /healthz.
type Health struct {
	Status string `json:"status"` // "ok"
}

// Request is the body of POST /payments. It has no amount: what seats cost, the reservations say.
type Request struct {
	ReservationIDs []int64 `json:"reservationIds"` // 1 to 10
}

func opHealth() web.Operation {
	return web.Operation{ID: "health", Summary: "Whether the database answers", Answers: map[int]any{http.StatusOK: Health{}}}
}

func opPay() web.Operation {
	answers := map[int]any{http.StatusOK: View{}, http.StatusAccepted: View{}}
	for _, status := range []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound, http.StatusConflict,
		http.StatusGone, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
		http.StatusServiceUnavailable,
	} {
		answers[status] = web.Problem{}
	}
	return web.Operation{
		ID: "executePayment", Summary: "Pay for reservations, or ask again about a payment", Session: true, Body: Request{}, Answers: answers,
		Description: "Repeat it as often as you like under the same key: nothing is paid twice. 200: the tickets are yours. " +
			"202: it is not known yet; look at the Location, or repeat. A 4xx with a sagaId says what became of the payment.",
		Parameters: []web.Parameter{
			{Name: keyHeader, In: "header", Required: true, Description: "names this payment, the same with every repeat", Example: "order-17"},
			{Name: tokenHeader, In: "header", Description: "the queue's token; needed until the payment is begun", Example: "abc"},
		},
	}
}

func opSaga() web.Operation {
	return web.Operation{ID: "saga", Summary: "How one of your payments stands, step by step", Session: true, Answers: map[int]any{
		http.StatusOK: View{}, http.StatusUnauthorized: web.Problem{}, http.StatusNotFound: web.Problem{},
	}}
}
