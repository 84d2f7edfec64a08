package page

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// frontView is the front page.
type frontView struct {
	frameView
	Fact   factView
	Play   playView
	Rows   []rowView
	Latest latestView
	Newer  newerView
	Orders []orderView
	Faults faultsView
	Groups []groupView
	Shop   string // the address of the shop, for the lines to type
}

// factView is the heading: what is not known, then what went wrong, then what is normal.
type factView struct {
	reader
	Fact string
	Rows int
}

// newerView counts the orders that the page does not list yet.
type newerView struct {
	reader
	New int
}

func (p *Page) front(w http.ResponseWriter, r *http.Request, v reader) {
	f := p.look(r.Context())
	view := frontView{
		frameView: p.frame(r, v, v.Say("demo.title")), Fact: v.factView(&f), Play: v.playView(&f), Rows: v.rowViews(&f),
		Latest: v.latestView(&f), Newer: newerView{reader: v}, Faults: v.faultsView(&f), Groups: v.groups(&f), Shop: shopOf(r),
	}
	for i, o := range f.Orders {
		listed := v.orderView(o)
		listed.Hidden = i == 0
		view.Orders = append(view.Orders, listed)
	}
	view.Live = v.Link("/events", "newest", strconv.FormatInt(newestOf(f.Orders), 10))
	p.render(w, http.StatusOK, "front.html", view)
}

// newestOf is the highest number among the orders; 0 if there is none.
func newestOf(orders []Order) int64 {
	var newest int64
	for _, o := range orders {
		newest = max(newest, o.ID)
	}
	return newest
}

func (v reader) factView(f *facts) factView {
	passed, failed := 0, 0
	for _, row := range scenario.Rows() {
		r, ended := f.result(row.ID)
		switch {
		case ended && r.Passed:
			passed++
		case ended:
			failed++
		}
	}
	var said []string
	if f.OrdersErr != nil {
		said = append(said, v.Say("fact.unread"))
	}
	unknown := f.unknown()
	if unknown > 0 {
		said = append(said, v.Count("fact.unknown", unknown))
	}
	if failed > 0 {
		said = append(said, v.Count("fact.failed", failed))
	}
	switch {
	case passed > 0:
		said = append(said, v.Count("fact.passed", passed))
	case failed == 0 && f.playing() != "":
		said = append(said, v.Say("rows.playing", "id", f.playing()))
	case failed == 0:
		said = append(said, v.Say("fact.played.none"))
	}
	if unknown == 0 && f.OrdersErr == nil {
		said = append(said, v.Say("fact.unknown.none"))
	}
	return factView{v, strings.Join(said, " "), len(scenario.Rows())}
}

// plainHost is a host as it may stand in a line that a person copies into a shell.
var plainHost = regexp.MustCompile(`^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?$`)

// shopOf is the shop's address as the reader reaches it.
func shopOf(r *http.Request) string {
	if !plainHost.MatchString(r.Host) {
		return "http://localhost"
	}
	return "http://" + r.Host
}
