package web

import (
	"log/slog"
	"net/http"
)

// Mux routes requests to handlers that return errors. Fill its fields before the first Handle; it
// is then safe for concurrent use.
type Mux struct {
	Prefix    string               // of the types of the problems that Mux itself writes
	Paths     string               // what there is, for those who ask for what there is not
	ProblemOf func(error) *Problem // what an error means; a *Problem is written as it is
	Service   string               // for the log
	Logger    *slog.Logger

	mux http.ServeMux
}

// Handle serves a pattern of net/http.
func (m *Mux) Handle(pattern string, serve func(http.ResponseWriter, *http.Request) error) {
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := serve(w, r); err != nil {
			m.fail(w, r, m.ProblemOf(err), err)
		}
	})
}

// ServeHTTP answers a request.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fallback, pattern := m.mux.Handler(r)
	if pattern != "" {
		m.mux.ServeHTTP(w, r)
		return
	}
	said := bare{header: http.Header{}}
	fallback.ServeHTTP(&said, r)
	p := &Problem{Type: m.Prefix + "no-such-resource", Title: "There is nothing here", Status: http.StatusNotFound,
		Detail: "Nothing was done; the paths start with " + m.Paths + "."}
	if said.status == http.StatusMethodNotAllowed {
		allow := said.header.Get("Allow")
		w.Header().Set("Allow", allow)
		p = &Problem{Type: m.Prefix + "method-not-allowed", Title: "The method is not allowed", Status: said.status,
			Detail: "Nothing was done; use " + allow + "."}
	}
	m.fail(w, r, p, p)
}

func (m *Mux) fail(w http.ResponseWriter, r *http.Request, p *Problem, err error) {
	if p.Status >= http.StatusInternalServerError {
		m.Logger.ErrorContext(r.Context(), "request failed",
			"service", m.Service, "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	write(w, p.Status, "application/problem+json", p)
}

// bare keeps what a handler says about a response and drops its body.
type bare struct {
	header http.Header
	status int
}

func (b *bare) Header() http.Header         { return b.header }
func (b *bare) WriteHeader(status int)      { b.status = status }
func (b *bare) Write(p []byte) (int, error) { return len(p), nil }
