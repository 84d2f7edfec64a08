package catalog

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
)

const maxBody = 64 << 10

// loopback is the authorizer of those who configure none: only this machine may change stock. A
// proxy on this machine passes for it, so configure an authorizer before putting one in front.
func loopback(r *http.Request) error {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsLoopback() {
		return nil
	}
	return errors.New("the caller is on another machine")
}

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
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, newProblem(http.StatusUnsupportedMediaType, "unsupported-media-type", "The body is not JSON",
			"Nothing was done; send Content-Type: application/json.")
	}
	var body struct {
		Lines []Line `json:"lines"`
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
			"Nothing was done; send at most 64 KiB.")
	}
	if err != nil {
		return nil, newProblem(http.StatusBadRequest, "invalid-request", "The body cannot be read",
			`Nothing was done; send {"lines":[{"item":"EST-1","quantity":1}]}. The reader said: `+err.Error())
	}
	return body.Lines, nil
}
