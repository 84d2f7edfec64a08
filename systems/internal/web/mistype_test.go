package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// Who sends a wrong type reads which member it was and what it must be, and nothing about the program.
func TestAWrongTypeIsToldInTheWordsOfJSON(t *testing.T) {
	for body, says := range map[string]string{
		`{"amount":"100"}`:                            `the member "amount" must be a whole number and is a string`,
		`{"amount":1.5}`:                              `the member "amount" must be a whole number and is 1.5`,
		`{"amount":9223372036854775808}`:              `the member "amount" must be a whole number of at most 64 bits and is 9223372036854775808`,
		`{"amount":` + strings.Repeat("9", 100) + `}`: `at most 64 bits and is a number of 100 characters`,
		`{"small":256}`:                               `the member "small" must be a whole number from 0, of at most 8 bits and is 256`,
		`{"small":-1}`:                                `the member "small" must be a whole number from 0, of at most 8 bits and is -1`,
		`{"rate":[1]}`:                                `the member "rate" must be a number and is a list`,
		`{"name":{}}`:                                 `the member "name" must be a string and is an object`,
		`{"done":"yes"}`:                              `the member "done" must be true or false and is a string`,
		`{"lines":true}`:                              `the member "lines" must be a list and is true or false`,
		`{"lines":[{"quantity":"1"}]}`:                `the member "lines.quantity" must be a whole number and is a string`,
		`{"lines":["a"]}`:                             `the member "lines" must be an object and is a string`,
		`{"perhaps":"1"}`:                             `the member "perhaps" must be a whole number and is a string`,
		`[]`:                                          `the body must be an object and is a list`,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		var into struct {
			Amount  int64   `json:"amount"`
			Small   uint8   `json:"small"`
			Rate    float64 `json:"rate"`
			Name    string  `json:"name"`
			Done    bool    `json:"done"`
			Perhaps *int    `json:"perhaps"`
			Lines   []struct {
				Quantity int `json:"quantity"`
			} `json:"lines"`
		}
		p, _ := errors.AsType[*web.Problem](web.ReadJSON(httptest.NewRecorder(), r, "urn:x:", "{…}", &into))
		if p == nil || p.Status != http.StatusBadRequest || !strings.Contains(p.Detail, says) {
			t.Errorf("%s: got %+v, want 400 that says %s", body, p, says)
		}
	}
}
