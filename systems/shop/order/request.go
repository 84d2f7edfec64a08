package order

import (
	"net/http"
	"strconv"

	"github.com/seosa-dev/saga/systems/internal/web"
)

func (c *OrderController) authorized(r *http.Request) error {
	if err := c.authorize(r); err != nil {
		return newProblem(http.StatusForbidden, "forbidden", "Not allowed",
			err.Error()+". Nothing was ordered; call from this machine or with what the authorizer asks for.")
	}
	return nil
}

func numberOf(r *http.Request) (int64, error) {
	text := r.PathValue("id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(id, 10) != text { // one order has one address
		return 0, ErrNotFound
	}
	return id, nil
}

// linesOf reads the body of an order. A price in it would be an unknown field: prices are the
// catalog's.
func linesOf(w http.ResponseWriter, r *http.Request) ([]Line, error) {
	var body struct {
		Lines []struct {
			Item     string `json:"item"`
			Quantity int64  `json:"quantity"`
		} `json:"lines"`
	}
	if err := web.ReadJSON(w, r, problemType, `{"lines":[{"item":"EST-1","quantity":1}]}`, &body); err != nil {
		return nil, err
	}
	lines := make([]Line, len(body.Lines))
	for i, line := range body.Lines {
		lines[i] = Line{Item: line.Item, Quantity: line.Quantity}
	}
	return lines, nil
}
