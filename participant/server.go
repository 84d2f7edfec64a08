package participant

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"net/http"
)

// ServerConfig changes what [NewServer] does by default.
type ServerConfig struct {
	// Authorize is asked before anything else is looked at; its error is told to the caller.
	// Default: only callers on a loopback address are let through. A proxy on this machine passes
	// for such a caller, so set this before putting one in front.
	Authorize func(*http.Request) error
	// Logger receives the errors that a caller is not told. Default: slog.Default().
	Logger *slog.Logger
	// MaxBody bounds the body of a request in bytes. Default: 64 KiB.
	MaxBody int64
}

// Server is an [http.Handler] that offers operations. The package documentation lists the endpoints
// and the answers. Create it with [NewServer] and add the operations before it serves; it is then
// safe for concurrent use.
type Server struct {
	authorize func(*http.Request) error
	logger    *slog.Logger
	maxBody   int64
	routes    map[string]route // by path
}

// NewServer returns a server without operations. A nil config has all defaults.
func NewServer(c *ServerConfig) *Server {
	if c == nil {
		c = &ServerConfig{}
	}
	s := &Server{
		authorize: c.Authorize,
		logger:    cmp.Or(c.Logger, slog.Default()),
		maxBody:   cmp.Or(c.MaxBody, 64<<10),
		routes:    map[string]route{},
	}
	if s.authorize == nil {
		s.authorize = loopback
	}
	return s
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var entry Entry
	answer, err := s.find(w, r)
	if err == nil {
		entry, err = answer(w, r)
	}
	status, kind, value := http.StatusOK, jsonType, any(entry)
	if err != nil {
		p := s.problemOf(r, err)
		status, kind, value = p.Status, problemJSON, p
	}
	body, err := json.Marshal(value)
	if err != nil { // an operation made an entry with JSON that is none
		p := s.problemOf(r, err)
		status, kind = p.Status, problemJSON
		body, _ = json.Marshal(p) // it holds nothing of the operation's
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a caller that is gone has nothing to be told
}
