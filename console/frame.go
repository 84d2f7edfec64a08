package console

import (
	"bytes"
	"cmp"
	"net/http"
	"strings"
	"time"
)

// frameView is what surrounds every page.
type frameView struct {
	viewer
	Title, Brand, Environment  string
	Style, Script, Favicon     string
	HomeHref, FlagHref, Switch string
	BrandHref                  string
	HomePath                   string // HomeHref without parameters, for forms
	Carried                    []parameter
	StaleBefore, StaleAfter    string // around the time in "Not live since"
	Current                    string // which tab: "list", "attention" or none
	Flagged                    int    // how many need a person
	Theme                      string
	Now                        time.Time
	Live                       string // address of the page's stream; "" if it does not move
}

func (c *Console) frame(r *http.Request, v viewer, title string) frameView {
	q := r.URL.Query()
	q.Set("lang", v.Other())
	f := frameView{
		viewer: v, Title: title, Brand: c.config.Title, Environment: c.config.Environment,
		Style: c.asset("style.css"), Script: c.asset("live.js"), Favicon: c.asset("icon.svg"),
		HomeHref: v.link("transactions"), FlagHref: v.link("transactions", "status", string(attention)),
		Switch: "?" + q.Encode(), Theme: v.theme, Now: time.Now(),
		HomePath: v.prefix + "transactions",
	}
	f.BrandHref = cmp.Or(c.config.Home, f.HomeHref)
	f.StaleBefore, f.StaleAfter, _ = strings.Cut(v.Say("stale.head"), "{time}")
	for _, p := range []parameter{{"lang", v.lang}, {"theme", v.theme}} {
		if p.Value != "" {
			f.Carried = append(f.Carried, p)
		}
	}
	return f
}

// parameter is part of an address that a form carries on.
type parameter struct{ Name, Value string }

func (c *Console) asset(name string) string { return c.config.Prefix + "asset/" + c.assets.names[name] }

// render draws a page into memory first, so that a mistake never leaves half a page.
func (c *Console) render(w http.ResponseWriter, status int, page string, view any) {
	var b bytes.Buffer
	if err := c.pages.ExecuteTemplate(&b, page, view); err != nil {
		c.config.Logger.Error("console: a page could not be drawn", "page", page, "error", err)
		http.Error(w, "The page could not be drawn; the log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// Icon is a mark as the templates draw it.
func (s speaker) Icon(symbol string) mark { return mark{Symbol: symbol, Class: symbol} }

// Status is a mark and its word together, as a template's data.
func (s speaker) Status(m mark, strong bool) statusView {
	return statusView{Mark: m, Word: s.Say(m.Key), Strong: strong}
}

// statusView is a mark with its word.
type statusView struct {
	Mark   mark
	Word   string
	Strong bool
}

// Class is the element's class: the flag alone is a filled block.
func (s statusView) Class() string {
	switch {
	case s.Mark.Symbol == "flag" && !s.Mark.Plain:
		return "st flagged"
	case s.Strong:
		return "st strong"
	}
	return "st"
}
