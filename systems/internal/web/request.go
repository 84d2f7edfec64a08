package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
)

// maxBody bounds every request body.
const maxBody = 64 << 10

// Loopback lets callers on this machine through and nobody else.
func Loopback(r *http.Request) error {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsLoopback() {
		return nil
	}
	return errors.New("the caller is on another machine")
}

// ReadJSON reads a body of at most 64 KiB into a value, refuses members that it does not have, and
// returns a [Problem] that shows the example of a right one.
func ReadJSON(w http.ResponseWriter, r *http.Request, prefix, example string, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &Problem{Type: prefix + "unsupported-media-type", Title: "The body is not JSON", Status: http.StatusUnsupportedMediaType,
			Detail: "Nothing was done; send Content-Type: application/json."}
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, more := decoder.Token(); more != io.EOF {
			err = errors.Join(errors.New("there is more after the JSON object"), more)
		}
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return &Problem{Type: prefix + "too-large", Title: "The body is too large", Status: http.StatusRequestEntityTooLarge,
			Detail: "Nothing was done; send at most 64 KiB."}
	}
	if err != nil {
		return &Problem{Type: prefix + "invalid-request", Title: "The body cannot be read", Status: http.StatusBadRequest,
			Detail: "Nothing was done; send " + example + ". The reader said: " + err.Error()}
	}
	return nil
}
