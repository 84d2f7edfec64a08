package page

import (
	"bytes"
	"net/http"
	"strings"
	"time"
)

// frameView is what surrounds every page.
type frameView struct {
	reader
	Title, Environment               string
	Style, OwnStyle, Script, Favicon string
	Home, Console, Switch            string
	Live                             string // address of the page's stream; "": it does not move
	StaleBefore, StaleAfter          string
	Now                              time.Time
}

func (p *Page) frame(r *http.Request, v reader, title string) frameView {
	q := r.URL.Query()
	q.Set("lang", v.Other())
	f := frameView{
		reader: v, Title: title, Environment: p.config.Environment,
		Style: files + p.kit.Asset("style.css"), OwnStyle: files + p.style,
		Script: files + p.kit.Asset("live.js"), Favicon: files + p.kit.Asset("icon.svg"),
		Home: v.Link("/"), Console: v.Link("/transactions"), Switch: "?" + q.Encode(), Now: time.Now(),
	}
	f.StaleBefore, f.StaleAfter, _ = strings.Cut(v.Say("stale.head"), "{time}")
	return f
}

// render draws a page into memory first, so that a mistake never leaves half a page.
func (p *Page) render(w http.ResponseWriter, status int, name string, view any) {
	var b bytes.Buffer
	if err := p.pages.ExecuteTemplate(&b, name, view); err != nil {
		p.config.Logger.Error("page: a page could not be drawn", "page", name, "error", err)
		http.Error(w, "The page could not be drawn; the log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}
