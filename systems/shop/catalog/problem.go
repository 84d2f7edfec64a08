package catalog

import (
	"encoding/json"
	"errors"
	"net/http"
)

// problemType is the prefix of every problem's type. Clients take a 4xx for this service's own
// answer only if its type starts so; anything else may come from a proxy in between.
const problemType = "urn:problem-type:shop:"

// problem is an error as RFC 9457 writes it, and a Go error on its way there.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"` // ends with what to do next
	Item   string `json:"item,omitempty"`
}

func newProblem(status int, code, title, detail string) *problem {
	return &problem{Type: problemType + code, Title: title, Status: status, Detail: detail}
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
func (c *CatalogController) writeError(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError {
		c.service.logger.ErrorContext(r.Context(), "catalog: request failed",
			"method", r.Method, "path", r.URL.Path, "error", err)
	}
	writeJSON(w, p.Status, "application/problem+json", p)
}

func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
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
func refusalOf(e Entry) *problem {
	switch {
	case e.Refusal != nil && e.Refusal.Code == UnknownItem:
		p := newProblem(http.StatusNotFound, string(UnknownItem), "There is no such item", e.Refusal.Detail)
		p.Item = e.Refusal.Item
		return p
	case e.Refusal != nil:
		p := newProblem(http.StatusConflict, string(e.Refusal.Code), "Not enough stock", e.Refusal.Detail)
		p.Item = e.Refusal.Item
		return p
	case e.State == Reverted:
		return newProblem(http.StatusConflict, "reverted", "The stock was given back",
			"This key was applied and reverted. Ask again under a new key.")
	}
	return newProblem(http.StatusConflict, "cancelled", "The key was cancelled",
		"A fence or an undo came first, so nothing was taken. Ask again under a new key.")
}
