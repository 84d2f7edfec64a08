package openapi

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
)

// recorder passes an answer on and keeps a copy.
type recorder struct {
	to       http.ResponseWriter
	header   http.Header // as it was when the answer began
	status   int
	body     bytes.Buffer
	hijacked bool
}

// Status is what the client was told.
func (r *recorder) Status() int {
	r.begin(http.StatusOK) // a handler that writes nothing has said so
	return r.status
}

func (r *recorder) begin(status int) {
	if r.status == 0 && status >= http.StatusOK { // below are announcements
		r.status, r.header = status, r.to.Header().Clone()
	}
}

func (r *recorder) Header() http.Header { return r.to.Header() }

func (r *recorder) WriteHeader(status int) {
	r.begin(status)
	r.to.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.begin(http.StatusOK)
	r.body.Write(p)
	return r.to.Write(p)
}

// Flush is for handlers that stream and look for it.
func (r *recorder) Flush() {
	r.begin(http.StatusOK)
	_ = http.NewResponseController(r.to).Flush() // a writer that cannot has nothing to flush
}

// Hijack is for handlers that break the connection.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(r.to).Hijack()
	r.hijacked = err == nil
	return conn, rw, err
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.to }
