package console

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/seosa-dev/saga"
)

//go:embed page
var pageFiles embed.FS

// Console shows a source's instances as pages. It is an [http.Handler], safe for concurrent use;
// make one with [New].
type Console struct {
	source  Source
	config  Config
	texts   table
	pages   *template.Template
	assets  assets
	streams chan struct{} // one token per open stream
	closed  chan struct{}
	once    sync.Once
}

// New makes a console over a source. Nil config is the zero Config. The error matches
// [saga.ErrInvalid] if the config makes no sense.
func New(source Source, config *Config) (*Console, error) {
	if source == nil {
		return nil, fmt.Errorf("%w: console without a source", saga.ErrInvalid)
	}
	c := &Console{source: source, streams: make(chan struct{}, maxStreams), closed: make(chan struct{})}
	var err error
	if c.config, err = config.withDefaults(); err != nil {
		return nil, err
	}
	if c.texts, err = readTable(tableText); err != nil {
		return nil, err
	}
	if c.assets, err = readAssets(); err != nil {
		return nil, err
	}
	if c.pages, err = template.ParseFS(pageFiles, "page/*.html"); err != nil {
		return nil, fmt.Errorf("console: pages: %w", err)
	}
	return c, nil
}

// Close ends the open live streams and admits no more; pages are still served. It is safe to call
// twice. An [http.Server] that shuts down waits for its streams, so register Close with
// RegisterOnShutdown.
func (c *Console) Close() { c.once.Do(func() { close(c.closed) }) }

// ServeHTTP answers GET and HEAD; everything else is 405, because reading changes nothing here.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	v := c.viewer(r)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		c.problem(w, r, v, problem{Status: http.StatusMethodNotAllowed, Key: "problem.method", Value: r.Method})
		return
	}
	where, inside := strings.CutPrefix(r.URL.Path, c.config.Prefix)
	if !inside && r.URL.Path+"/" == c.config.Prefix {
		where, inside = "", true
	}
	if !inside {
		c.problem(w, r, v, problem{Status: http.StatusNotFound, Key: "problem.page", Value: r.URL.Path})
		return
	}
	c.route(w, r, v, where)
}

func (c *Console) route(w http.ResponseWriter, r *http.Request, v viewer, where string) {
	name, below := strings.CutPrefix(where, "asset/")
	id, one := strings.CutPrefix(where, "transactions/")
	switch {
	case where == "":
		http.Redirect(w, r, v.link("transactions"), http.StatusFound)
	case below && c.assets.serve(w, name):
	case where == "transactions":
		c.list(w, r, v)
	case one && id == "" && r.URL.Query().Has("id"):
		c.transaction(w, r, v, r.URL.Query().Get("id"))
	case one && id != "":
		c.transaction(w, r, v, id)
	case where == "stream":
		c.stream(w, r, v)
	case where == "specimen":
		c.specimen(w, r, v)
	default:
		c.problem(w, r, v, problem{Status: http.StatusNotFound, Key: "problem.page", Value: r.URL.Path})
	}
}

func (c *Console) viewer(r *http.Request) viewer {
	q := r.URL.Query()
	v := viewer{
		speaker: speaker{Lang: language(r, c.config.Language), table: c.texts, zone: c.config.Location},
		prefix:  c.config.Prefix, describe: c.config.Describe,
	}
	if lang := q.Get("lang"); lang == v.Lang {
		v.lang = lang
	}
	if theme := q.Get("theme"); theme == "light" || theme == "dark" {
		v.theme = theme
	}
	return v
}

// sourceProblem is the page for an error of the source.
func sourceProblem(err error, id string) problem {
	switch {
	case errors.Is(err, saga.ErrNotFound) || id != "" && errors.Is(err, saga.ErrInvalid):
		return problem{Status: http.StatusNotFound, Key: "problem.transaction", Value: id, Search: true}
	case errors.Is(err, saga.ErrClosed):
		return problem{Status: http.StatusServiceUnavailable, Key: "problem.closed", Err: err}
	}
	return problem{Status: http.StatusServiceUnavailable, Key: "problem.source", Err: err}
}
