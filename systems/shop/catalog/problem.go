package catalog

import (
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// problemType is the prefix of every problem's type.
const problemType = "urn:problem-type:shop:"

func newProblem(status int, code, title, detail string) *web.Problem {
	return &web.Problem{Type: problemType + code, Title: title, Status: status, Detail: detail}
}

func problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	switch {
	case errors.Is(err, ErrInvalid):
		return newProblem(http.StatusBadRequest, "invalid-request", "The request is not valid",
			err.Error()+". Nothing was done; correct the request and send it again.")
	case errors.Is(err, ErrKeyReused):
		return newProblem(http.StatusUnprocessableEntity, "key-reused", "The key was used for other lines",
			"What was decided under this key stands. Send other lines under a key of their own.")
	case errors.Is(err, ErrNotFound):
		return newProblem(http.StatusNotFound, string(UnknownItem), "There is no such item",
			"Take an item id from /catalog/items.")
	}
	return newProblem(http.StatusInternalServerError, "internal", "The service failed",
		"It is not known what was done. Repeat the request with the same key, or ask with the probe.")
}

// refusalOf is the problem that a decrement gets which is not applied.
func refusalOf(e Entry) *web.Problem {
	switch {
	case e.Refusal != nil && e.Refusal.Code == UnknownItem:
		p := newProblem(http.StatusNotFound, string(UnknownItem), "There is no such item", e.Refusal.Detail)
		p.More = map[string]any{"item": e.Refusal.Item}
		return p
	case e.Refusal != nil:
		p := newProblem(http.StatusConflict, string(e.Refusal.Code), "Not enough stock", e.Refusal.Detail)
		p.More = map[string]any{"item": e.Refusal.Item}
		return p
	case e.State == Reverted:
		return newProblem(http.StatusConflict, "reverted", "The stock was given back",
			"This key was applied and reverted. Ask again under a new key.")
	}
	return newProblem(http.StatusConflict, "cancelled", "The key was cancelled",
		"A fence or an undo came first, so nothing was taken. Ask again under a new key.")
}
