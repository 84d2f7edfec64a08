package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// problem is a page that says why there is no other one.
type problem struct {
	Status int
	Key    string // of the texts: .title, .known, .notknown, .next
	Value  string // what was asked for
	Search bool   // offer to look for an id
	Err    error  // for the log only: it may hold what readers must not see
}

// problemView is a problem's page.
type problemView struct {
	frameView
	Kno     kno
	Heading string
	Value   string
	Search  bool
	Tape    bool // something is not known: the notice wears the hatched tape
	Retry   string
}

func (c *Console) problem(w http.ResponseWriter, r *http.Request, v viewer, p problem) {
	if errors.Is(p.Err, context.Canceled) && r.Context().Err() != nil {
		return // the reader has left
	}
	if p.Err != nil {
		c.config.Logger.Error("console: the source could not be read", "path", r.URL.Path, "error", p.Err)
		w.Header().Set("Retry-After", "5")
	}
	if r.URL.Query().Get("as") == "json" {
		c.problemJSON(w, v, p)
		return
	}
	view := problemView{frameView: c.frame(r, v, v.Say(p.Key+".title")), Heading: v.Say(p.Key + ".title"),
		Value: p.Value, Search: p.Search, Tape: p.Err != nil}
	view.Kno = kno{speaker: v.speaker, Known: []string{v.Say(p.Key+".known", "value", p.Value)}, Next: []string{v.Say(p.Key + ".next")}}
	if _, has := c.texts[p.Key+".notknown"]; has {
		view.Kno.NotKnown = []string{v.Say(p.Key+".notknown", "time", view.Now)}
		view.Retry = r.URL.RequestURI()
	}
	c.render(w, p.Status, "problem.html", view)
}

func (c *Console) problemJSON(w http.ResponseWriter, v viewer, p problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"title": v.Say(p.Key + ".title"), "status": p.Status, "detail": v.Say(p.Key+".known", "value", p.Value),
	})
}
