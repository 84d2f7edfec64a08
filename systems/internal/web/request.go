package web

import (
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
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

// ReadJSON reads a body of at most 64 KiB into a value and returns a [Problem] that shows the example
// of a right one. It refuses members that the value does not have, also those that differ in case
// only, and members that come twice: of these a reader would have to guess which one was meant.
func ReadJSON(w http.ResponseWriter, r *http.Request, prefix, example string, into any) error {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := parameters["charset"]; err != nil || kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return &Problem{Type: prefix + "unsupported-media-type", Title: "The body is not JSON", Status: http.StatusUnsupportedMediaType,
			Detail: "Nothing was done; send Content-Type: application/json, in UTF-8."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = decode(body, into)
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return &Problem{Type: prefix + "too-large", Title: "The body is too large", Status: http.StatusRequestEntityTooLarge,
			Detail: "Nothing was done; send at most 64 KiB."}
	}
	if err != nil {
		return &Problem{Type: prefix + "invalid-request", Title: "The body cannot be read", Status: http.StatusBadRequest,
			Detail: "Nothing was done; send " + example + ". The reader said: " + inJSON(err).Error()}
	}
	return nil
}
