package order

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
)

const maxBody = 64 << 10

// loopback is the authorizer of those who configure none: only this machine may order. A proxy on
// this machine passes for it, so configure an authorizer before putting one in front.
func loopback(r *http.Request) error {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsLoopback() {
		return nil
	}
	return errors.New("the caller is on another machine")
}

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
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, newProblem(http.StatusUnsupportedMediaType, "unsupported-media-type", "The body is not JSON",
			"Nothing was ordered; send Content-Type: application/json.")
	}
	var body struct {
		Lines []struct {
			Item     string `json:"item"`
			Quantity int64  `json:"quantity"`
		} `json:"lines"`
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&body)
	if err == nil {
		if _, more := decoder.Token(); more != io.EOF {
			err = errors.Join(errors.New("there is more after the JSON object"), more)
		}
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, newProblem(http.StatusRequestEntityTooLarge, "too-large", "The body is too large",
			"Nothing was ordered; send at most 64 KiB.")
	}
	if err != nil {
		return nil, newProblem(http.StatusBadRequest, "invalid-request", "The body cannot be read",
			`Nothing was ordered; send {"lines":[{"item":"EST-1","quantity":1}]}. The reader said: `+err.Error())
	}
	lines := make([]Line, len(body.Lines))
	for i, line := range body.Lines {
		lines[i] = Line{Item: line.Item, Quantity: line.Quantity}
	}
	return lines, nil
}
