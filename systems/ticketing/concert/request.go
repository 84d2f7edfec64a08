package concert

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

const (
	exampleDraft  = `{"title":"Winterreise","schedules":[{"concertAt":"2030-01-02T10:00:00Z","seats":50,"price":77000}]}`
	exampleReason = `{"reason":"the singer is ill"}`

	defaultRows = 20
	maxKey      = 200
)

// page is which part of a list is asked for.
type page struct {
	after int64
	limit int
}

func pageOf(r *http.Request) (p page, err error) {
	p.limit = defaultRows
	query := r.URL.Query()
	if text := query.Get("limit"); text != "" {
		if p.limit, err = strconv.Atoi(text); err != nil || p.limit < 1 || p.limit > maxRows {
			return p, fmt.Errorf("%w: limit=%.40q; send 1 to %d, or leave it out", ErrInvalid, text, maxRows)
		}
	}
	if text := query.Get("after"); text != "" {
		if p.after, err = strconv.ParseInt(text, 10, 64); err != nil || p.after < 0 {
			return p, fmt.Errorf("%w: after=%.40q; send the id of the last row that you have, or leave it out", ErrInvalid, text)
		}
	}
	return p, nil
}

func allOf(r *http.Request) (bool, error) {
	switch text := r.URL.Query().Get("all"); text {
	case "", "0":
		return false, nil
	case "1":
		return true, nil
	default:
		return false, fmt.Errorf("%w: all=%.40q; send all=1, or leave it out", ErrInvalid, text)
	}
}

// idOf reads an id of the path. Each thing has one address.
func idOf(r *http.Request, name string) (int64, error) {
	text := r.PathValue(name)
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != text {
		return 0, fmt.Errorf("%w: %.40q", ErrNotFound, text)
	}
	return id, nil
}

// keyOf reads the key that names the request, of visible ASCII characters.
func keyOf(r *http.Request) (string, error) {
	keys := r.Header.Values("Idempotency-Key")
	good := len(keys) == 1 && keys[0] != "" && len(keys[0]) <= maxKey
	for i := 0; good && i < len(keys[0]); i++ {
		good = keys[0][i] > ' ' && keys[0][i] <= '~'
	}
	if !good {
		return "", fmt.Errorf("%w: send one Idempotency-Key of 1 to %d visible ASCII characters, the same with every repeat", ErrInvalid, maxKey)
	}
	return keys[0], nil
}

// decide serves what an admin decides about a concert.
func (c *ConcertController) decide(
	how func(context.Context, int64, Decision) (Concert, error),
) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		admin, err := c.service.guard.Admin(r)
		if err != nil {
			return err
		}
		id, err := idOf(r, "id")
		if err != nil {
			return err
		}
		var body Reason
		if err := web.ReadJSON(w, r, access.ProblemType, exampleReason, &body); err != nil {
			return err
		}
		concert, err := how(r.Context(), id, Decision{Admin: admin, Reason: body.Reason})
		return answer(w, http.StatusOK, concert, err)
	}
}
