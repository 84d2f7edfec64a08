package page

import (
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// maxForm bounds a form: a switch takes some forty bytes.
const maxForm = 4 << 10

// form reads a form and reports whether it could.
func (p *Page) form(w http.ResponseWriter, r *http.Request, v reader) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		p.problem(w, r, v, problem{Status: http.StatusRequestEntityTooLarge, Key: "large", Value: v.Number(maxForm)})
	case err != nil:
		p.problem(w, r, v, problem{Status: http.StatusBadRequest, Key: "form"})
	}
	return err == nil
}

func (p *Page) play(w http.ResponseWriter, r *http.Request, v reader, row scenario.Row) {
	if waiting, _ := p.queue.state(); len(waiting) > 0 {
		p.busy(w, r, v)
		return
	}
	if err := p.config.Source.Play(r.Context(), row.ID); err != nil {
		p.sourceProblem(w, r, v, err)
		return
	}
	v.back(w, r, row.ID)
}

func (p *Page) playEach(w http.ResponseWriter, r *http.Request, v reader) {
	if !p.playAll() {
		p.busy(w, r, v)
		return
	}
	v.back(w, r, "rows")
}

// flip is a switch.
func (p *Page) flip(w http.ResponseWriter, r *http.Request, v reader) {
	at, kind, on := r.PostForm.Get("at"), r.PostForm.Get("kind"), r.PostForm.Get("on")
	f, ok := switchOf(at, fault.Kind(kind))
	if !ok || on != "1" && on != "0" {
		p.problem(w, r, v, problem{Status: http.StatusBadRequest, Key: "switch", Value: at + " " + kind + " on=" + on, Switches: true})
		return
	}
	if err := p.config.Source.Switch(r.Context(), f, on == "1"); err != nil {
		p.sourceProblem(w, r, v, err)
		return
	}
	v.back(w, r, "faults")
}

func (p *Page) clear(w http.ResponseWriter, r *http.Request, v reader) {
	if err := p.config.Source.Clear(r.Context()); err != nil {
		p.sourceProblem(w, r, v, err)
		return
	}
	v.back(w, r, "faults")
}

// back leads from an action to the page that shows it, so that a reload repeats nothing.
func (v reader) back(w http.ResponseWriter, r *http.Request, where string) {
	http.Redirect(w, r, v.Link("/")+"#"+where, http.StatusSeeOther)
}
