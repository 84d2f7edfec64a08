package web

import (
	"log/slog"
	"net/http"
)

// Mux routes requests to handlers that return errors, and serves at GET /openapi.json what it
// routes. Fill its fields before the first Handle; it is then safe for concurrent use.
type Mux struct {
	Title     string               // of the document; default: Service
	Version   string               // of what the document describes; default: "1"
	Prefix    string               // of the types of the problems that Mux itself writes
	Paths     string               // what there is, for those who ask for what there is not
	Cookie    string               // the name of the session's cookie; required if an operation needs one
	ProblemOf func(error) *Problem // what an error means; a *Problem is written as it is
	Service   string               // for the log
	Logger    *slog.Logger

	mux      http.ServeMux
	document document
	origin   http.CrossOriginProtection
}

// Handle serves a pattern of net/http, which names a method and no host, and documents it. It
// panics if it cannot do either.
func (m *Mux) Handle(pattern string, op Operation, serve func(http.ResponseWriter, *http.Request) error) {
	m.HandleHTTP(pattern, op, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := serve(w, r); err != nil {
			m.fail(w, r, m.ProblemOf(err), err)
		}
	}))
}

// HandleHTTP is [Mux.Handle] for a handler that writes its own errors.
func (m *Mux) HandleHTTP(pattern string, op Operation, h http.Handler) {
	if op.Session && m.Cookie == "" {
		panic("web: " + pattern + " needs a session; fill Mux.Cookie with the name of its cookie")
	}
	if m.document.paths == nil {
		m.handle("GET "+documentPath, documentOperation(), http.HandlerFunc(m.serveDocument))
	}
	m.handle(pattern, op, h)
}

func (m *Mux) handle(pattern string, op Operation, h http.Handler) {
	m.mux.Handle(pattern, h)
	m.document.add(pattern, op)
}

// ServeHTTP answers a request. One that would change something and comes from a page of another
// origin is refused, as [http.CrossOriginProtection] tells it.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := m.origin.Check(r); err != nil {
		p := &Problem{Type: m.Prefix + "cross-origin", Title: "The request comes from a page of another site", Status: http.StatusForbidden,
			Detail: "Nothing was done; send it from this site's own pages, or from a program without an Origin header."}
		m.fail(w, r, p, p)
		return
	}
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
	if p.Status == http.StatusUnauthorized && m.Cookie != "" { // RFC 9110 wants a challenge
		w.Header().Set("WWW-Authenticate", `Cookie cookie-name="`+m.Cookie+`"`)
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
