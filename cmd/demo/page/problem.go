package page

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// problem is a page that says why there is no other one. Nothing was changed, unless NotKnown.
type problem struct {
	Status   int
	Key      string // of the texts: .title, .known, .next
	Value    string // what was asked for
	Known    string // instead of .known
	NotKnown bool   // there is a .notknown
	Err      error  // for the log only
	Rows     bool   // list the rows
	Switches bool   // list the switches
}

// problemView is a problem's page.
type problemView struct {
	frameView
	Heading, Known, NotKnown, Next string
	Rows                           []choice
	Switches                       []string
}

// choice is a row to choose instead.
type choice struct{ ID, Title, Href string }

func (p *Page) problem(w http.ResponseWriter, r *http.Request, v reader, x problem) {
	if x.Err != nil {
		p.config.Logger.Error("page: the source did not do it", "path", r.URL.Path, "error", x.Err)
	}
	view := problemView{Heading: v.Say("bad." + x.Key + ".title"), Known: x.Known, Next: v.Say("bad." + x.Key + ".next")}
	if view.Known == "" {
		view.Known = v.Say("bad."+x.Key+".known", "value", x.Value)
	}
	if x.NotKnown {
		view.NotKnown = v.Say("bad." + x.Key + ".notknown")
		w.Header().Set("Retry-After", "2")
	}
	if r.URL.Query().Get("as") == "json" {
		view.json(w, x.Status)
		return
	}
	if x.Rows {
		for _, row := range scenario.Rows() {
			view.Rows = append(view.Rows, choice{row.ID, v.titleOf(row), v.Link("/scenarios/" + row.ID)})
		}
	}
	if x.Switches {
		view.Switches = switchNames()
	}
	view.frameView = p.frame(r, v, view.Heading)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		view.Switch = v.Link("/", "lang", v.Other()) // following a link is a GET
	}
	p.render(w, x.Status, "problem.html", view)
}

func switchNames() []string {
	var all []string
	for _, g := range groups() {
		for _, kind := range g.Kinds {
			all = append(all, g.At+" "+string(kind))
		}
	}
	return all
}

// json writes the problem for programs (RFC 9457).
func (view *problemView) json(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": view.Heading, "status": status, "detail": view.Known + " " + view.Next})
}

// sourceProblem is the page for what a Source did not do.
func (p *Page) sourceProblem(w http.ResponseWriter, r *http.Request, v reader, err error) {
	switch {
	case errors.Is(err, ErrBusy):
		p.busy(w, r, v)
	case errors.Is(err, fault.ErrInvalid):
		p.problem(w, r, v, problem{Status: http.StatusBadRequest, Key: "refused", Value: err.Error()})
	default:
		p.problem(w, r, v, problem{Status: http.StatusServiceUnavailable, Key: "source", Err: err, NotKnown: true})
	}
}

// busy says which row plays, or else which is next in line.
func (p *Page) busy(w http.ResponseWriter, r *http.Request, v reader) {
	f := facts{Results: p.config.Source.Results(r.Context())}
	x := problem{Status: http.StatusConflict, Key: "busy", Value: f.playing()}
	if x.Value == "" {
		x.Known = v.Say("bad.busy.another")
	}
	w.Header().Set("Retry-After", "2")
	p.problem(w, r, v, x)
}
