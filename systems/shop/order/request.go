package order

import (
	"net/http"
	"strconv"

	"github.com/seosa-dev/saga/systems/internal/web"
)

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
	var body Request
	if err := web.ReadJSON(w, r, problemType, `{"lines":[{"item":"EST-1","quantity":1}]}`, &body); err != nil {
		return nil, err
	}
	lines := make([]Line, len(body.Lines))
	for i, line := range body.Lines {
		lines[i] = Line{Item: line.Item, Quantity: line.Quantity}
	}
	return lines, nil
}
