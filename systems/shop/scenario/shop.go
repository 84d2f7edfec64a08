package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/seosa-dev/saga/systems/shop/audit"
)

// maxBody bounds what is read of an answer.
const maxBody = 1 << 20

// Shop is a running shop that rows are played on. Its fields are required and not changed later.
type Shop struct {
	Orders  string       // the order service's address, with /orders
	Control string       // where the faults are: the address of a fault.Faults' Handler
	Books   *audit.Books // the services' files
	HTTP    *http.Client
	// Shoppers are the cookies of two signed-on users.
	Shoppers [2]string
	// Restart kills the shop's process and returns when another one serves the same files at the
	// same addresses.
	Restart func(ctx context.Context) error
}

// answer is what a shopper gets: a status of 0 is a connection that broke.
type answer struct {
	status int
	body   string
}

// ask sends one request to either address; a broken connection is an answer too.
func (s *Shop) ask(ctx context.Context, shopper int, method, url string, body any) (answer, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return answer{}, err
		}
	}
	// A plain reader cannot be rewound, so net/http does not repeat the request by itself.
	request, err := http.NewRequestWithContext(ctx, method, url, struct{ io.Reader }{bytes.NewReader(text)})
	if err != nil {
		return answer{}, err
	}
	request.ContentLength = int64(len(text))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Cookie", s.Shoppers[shopper])
	response, err := s.HTTP.Do(request)
	if err != nil {
		return answer{}, ctx.Err()
	}
	defer func() { _ = response.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return answer{}, ctx.Err()
	}
	return answer{response.StatusCode, string(said)}, nil
}

// number takes an order number for a shopper.
func (s *Shop) number(ctx context.Context, shopper int) (int64, error) {
	var got struct{ ID int64 }
	a, err := s.ask(ctx, shopper, http.MethodPost, s.Orders+"/orders/new", nil)
	return got.ID, errors.Join(err, a.read(http.StatusCreated, &got))
}

// order places an order.
func (s *Shop) order(ctx context.Context, shopper int, number int64, item string, quantity int64) (answer, error) {
	lines := []map[string]any{{"item": item, "quantity": quantity}}
	return s.ask(ctx, shopper, http.MethodPut, fmt.Sprintf("%s/orders/%d", s.Orders, number), map[string]any{"lines": lines})
}

// Truth looks into the services' files: where an order stands, and the stock of an item.
func (s *Shop) Truth(ctx context.Context, number int64, item string) (audit.Truth, error) {
	return s.Books.Order(ctx, number, item)
}

// read wants an answer of this status and reads its body.
func (a answer) read(status int, into any) error {
	if a.status != status {
		return fmt.Errorf("answered %d instead of %d: %.500s", a.status, status, a.body)
	}
	return json.Unmarshal([]byte(a.body), into)
}
