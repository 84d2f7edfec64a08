package page

import (
	"net/http"
	"strings"

	"github.com/seosa-dev/saga/console"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// route is what one address answers; a nil function is a method that it does not.
type route struct {
	get, post func(w http.ResponseWriter, r *http.Request, v reader)
}

// ServeHTTP answers one request.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	console.Secure(w.Header())
	v := p.reader(r)
	to, bad := p.find(r.URL.Path)
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case bad != nil:
		p.problem(w, r, v, *bad)
	case reads && to.get != nil:
		to.get(w, r, v)
	case r.Method == http.MethodPost && to.post != nil:
		p.change(w, r, v, to)
	default:
		w.Header().Set("Allow", to.allow())
		p.problem(w, r, v, problem{Status: http.StatusMethodNotAllowed, Key: "method", Value: r.Method})
	}
}

// change lets this site's own pages change something, and programs that are no browser.
func (p *Page) change(w http.ResponseWriter, r *http.Request, v reader, to route) {
	if err := p.origin.Check(r); err != nil {
		p.problem(w, r, v, problem{Status: http.StatusForbidden, Key: "origin"})
		return
	}
	if p.form(w, r, v) {
		to.post(w, r, v)
	}
}

func (to route) allow() string {
	var methods []string
	if to.get != nil {
		methods = append(methods, "GET, HEAD")
	}
	if to.post != nil {
		methods = append(methods, "POST")
	}
	return strings.Join(methods, ", ")
}

// find returns what an address answers, or why there is nothing.
func (p *Page) find(path string) (route, *problem) {
	switch path {
	case "/":
		return route{get: p.front}, nil
	case "/events":
		return route{get: p.stream}, nil
	case "/faults":
		return route{post: p.flip}, nil
	case "/faults/clear":
		return route{post: p.clear}, nil
	case "/scenarios":
		return route{post: p.playEach}, nil
	}
	if id, ok := strings.CutPrefix(path, "/scenarios/"); ok {
		return p.findRow(id)
	}
	if name, ok := strings.CutPrefix(path, files); ok {
		return route{get: func(w http.ResponseWriter, r *http.Request, v reader) {
			if !p.static(w, name) {
				p.problem(w, r, v, problem{Status: http.StatusNotFound, Key: "page", Value: r.URL.Path})
			}
		}}, nil
	}
	return route{}, &problem{Status: http.StatusNotFound, Key: "page", Value: path}
}

func (p *Page) findRow(id string) (route, *problem) {
	row, ok := rowOf(id)
	if !ok {
		return route{}, &problem{Status: http.StatusNotFound, Key: "row", Value: id, Rows: true}
	}
	with := func(serve func(http.ResponseWriter, *http.Request, reader, scenario.Row)) func(http.ResponseWriter, *http.Request, reader) {
		return func(w http.ResponseWriter, r *http.Request, v reader) { serve(w, r, v, row) }
	}
	return route{get: with(p.one), post: with(p.play)}, nil
}
