package catalog

import (
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

func (c *CatalogController) authorized(r *http.Request) error {
	if err := c.authorize(r); err != nil {
		return newProblem(http.StatusForbidden, "forbidden", "Not allowed",
			err.Error()+". Nothing was done; call from this machine or with what the authorizer asks for.")
	}
	return nil
}

// keyOf returns the request's key. There is exactly one header field of it, because a proxy that
// merged two would make another key.
func keyOf(r *http.Request) (string, error) {
	if values := r.Header.Values("Idempotency-Key"); len(values) == 1 {
		return values[0], checkKey(values[0])
	}
	return "", newProblem(http.StatusBadRequest, "invalid-request", "The key is missing",
		"Send one Idempotency-Key header that names this change, and the same one with every repeat.")
}

func linesOf(w http.ResponseWriter, r *http.Request) ([]Line, error) {
	var body struct {
		Lines []Line `json:"lines"`
	}
	err := web.ReadJSON(w, r, problemType, `{"lines":[{"item":"EST-1","quantity":1}]}`, &body)
	return body.Lines, err
}
