package order

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/seosa-dev/saga"
)

// problem is an error as RFC 9457 writes it, and a Go error on its way there.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"` // ends with what to do next
	Order  int64  `json:"order,omitempty"`
	Item   string `json:"item,omitempty"`
}

func newProblem(status int, code, title, detail string) *problem {
	return &problem{Type: "urn:problem-type:shop:" + code, Title: title, Status: status, Detail: detail}
}

// Error makes a problem an error.
func (p *problem) Error() string { return p.Title + ": " + p.Detail }

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	body, err := json.Marshal(v)
	if err != nil { // only types of this package get here, and none of them can fail
		http.Error(w, "the answer cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a caller that is gone has nothing to be told
}

// writeError answers with the problem that err is.
func (c *OrderController) writeError(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError {
		c.service.logger.ErrorContext(r.Context(), "order: request failed",
			"method", r.Method, "path", r.URL.Path, "error", err)
	}
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	writeJSON(w, p.Status, "application/problem+json", p)
}

func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	switch {
	case errors.Is(err, ErrInvalid):
		return newProblem(http.StatusBadRequest, "invalid-request", "The order is not valid",
			err.Error()+". Nothing was ordered; correct the order and send it again.")
	case errors.Is(err, ErrNotFound):
		return newProblem(http.StatusNotFound, "no-such-order", "There is no such order",
			"Take a number from POST /orders/new and order with PUT /orders/{number}; GET /orders lists what was ordered.")
	case errors.Is(err, ErrChanged):
		return newProblem(http.StatusConflict, "order-changed", "The number was used for another order",
			"The first order stands. Take a new number from POST /orders/new for other lines.")
	case errors.Is(err, saga.ErrClosed), errors.Is(err, saga.NotDone), errors.Is(err, saga.Unknown):
		return newProblem(http.StatusServiceUnavailable, "unavailable", "The service is not ready",
			"Repeat the same request with the same number in a moment; nothing is ordered twice.")
	}
	return newProblem(http.StatusInternalServerError, "internal", "The service failed",
		"It is not known whether the order was taken. Repeat the same request with the same number; nothing is ordered twice.")
}

// failed is the problem that a known failure gets: the participant's reason if it gave one.
func failed(v View) *problem {
	if v.Refusal == nil {
		p := newProblem(http.StatusBadGateway, "not-placed", "The order could not be placed",
			"A service that it needs did not do its part, and nothing was bought. Order again with a new number.")
		p.Order = v.ID
		return p
	}
	p := newProblem(http.StatusConflict, v.Refusal.Code, "The order was refused", v.Refusal.Detail)
	p.Order, p.Item = v.ID, v.Refusal.Item
	return p
}
