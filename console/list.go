package console

import (
	"net/http"
	"time"
)

// listView is the page of instances.
type listView struct {
	frameView
	Head       headView
	Segs       segsView
	Query      listQuery
	Chosen     string // the statuses, as the address has them
	Rows       []row
	Names      []string // definitions of the rows, for the filter
	Newer      newerView
	Foot       string
	OlderHref  string
	FirstHref  string
	JSONHref   string
	ClearHref  string
	Complaints []string
	EmptyHead  string
}

// headView is the fact of the list in one sentence.
type headView struct {
	speaker
	Fact, Lede string
}

// segsView is the row of statuses with their counts, each a link.
type segsView struct {
	speaker
	Segs []seg
}

type seg struct {
	Mark    *mark // nil for all
	Href    string
	Count   string
	Current bool
}

// newerView says how many instances started since the page was drawn. Rows are never put in above
// a reader.
type newerView struct {
	speaker
	New  int
	Href string
}

func (c *Console) list(w http.ResponseWriter, r *http.Request, v viewer) {
	q, bad := readList(r.URL.Query())
	if bad = append(bad, broken(r.URL.RawQuery)...); len(bad) > 0 {
		c.refuseList(w, r, v, q, bad)
		return
	}
	rd := newReader(c.source)
	n, err := rd.counts(r.Context())
	if err != nil {
		c.problem(w, r, v, sourceProblem(err, ""))
		return
	}
	l, err := rd.list(r.Context(), q)
	if err != nil {
		c.problem(w, r, v, sourceProblem(err, ""))
		return
	}
	rows := make([]row, len(l.Found))
	for i, in := range l.Found {
		s, err := rd.story(r.Context(), in)
		if err != nil {
			c.problem(w, r, v, sourceProblem(err, ""))
			return
		}
		rows[i] = v.rowOf(s)
	}
	if r.URL.Query().Get("as") == "json" {
		c.listJSON(w, v, q, n, rows, l)
		return
	}
	view := c.listView(r, v, q, n)
	view.fill(rows, l, n)
	c.render(w, http.StatusOK, "list.html", view)
}

func (c *Console) listView(r *http.Request, v viewer, q listQuery, n counts) listView {
	view := listView{frameView: c.frame(r, v, v.Say("list.title")), Query: q, Head: v.head(n), Segs: v.segs(q, n)}
	view.Chosen = q.pairs()[1]
	view.Current, view.Flagged = "list", n.By[attention]
	if len(q.Standings) == 1 && q.Standings[0] == attention {
		view.Current = "attention"
	}
	view.JSONHref = v.link("transactions", append(q.pairs(), "as", "json")...)
	view.ClearHref = v.link("transactions")
	view.Newer = newerView{speaker: v.speaker}
	return view
}

// fill puts the rows in, and the address of the stream that keeps them true.
func (view *listView) fill(rows []row, l listed, n counts) {
	v, q := view.viewer, view.Query
	view.Rows = rows
	seen := map[string]bool{}
	for _, r := range rows {
		if !seen[r.Definition] {
			view.Names = append(view.Names, r.Definition)
		}
		seen[r.Definition] = true
	}
	if !l.Older.IsZero() {
		older := q
		older.Before = l.Older
		view.OlderHref = v.link("transactions", older.pairs()...)
	}
	if !q.Before.IsZero() {
		first := q
		first.Before = time.Time{}
		view.FirstHref = v.link("transactions", first.pairs()...)
	}
	view.EmptyHead = v.emptyHead(q, l)
	view.Foot = v.Say("list.foot", "n", len(rows), "total", n.Total)
	newest := "none"
	if len(rows) > 0 {
		newest = rows[0].Started.UTC().Format(time.RFC3339Nano)
	}
	view.Live = v.link("stream", append(q.pairs(), "newest", newest)...)
}

// refuseList answers an address that the page does not understand in full. It lists nothing: a
// wider list than was asked for could be taken for the answer.
func (c *Console) refuseList(w http.ResponseWriter, r *http.Request, v viewer, q listQuery, bad []complaint) {
	if r.URL.Query().Get("as") == "json" {
		c.problemJSON(w, v, problem{Status: http.StatusBadRequest, Key: "problem.address", Value: bad[0].Name})
		return
	}
	n, err := newReader(c.source).counts(r.Context())
	if err != nil {
		c.problem(w, r, v, sourceProblem(err, ""))
		return
	}
	view := c.listView(r, v, q, n)
	view.Complaints = v.complaints(bad)
	view.ClearHref = v.link("transactions", q.pairs()...)
	c.render(w, http.StatusBadRequest, "list.html", view)
}

func (v viewer) complaints(bad []complaint) []string {
	var lines []string
	for _, b := range bad {
		lines = append(lines, v.Say(b.Key, "name", b.Name, "value", b.Value))
	}
	return lines
}

// head says what is unknown first, then what needs a person, then what is normal.
func (v viewer) head(n counts) headView {
	fact := v.Say("list.calm")
	switch {
	case n.Doubt == 0 && !n.More && n.By[attention] > 0:
		fact = v.Count("list.attention", n.By[attention])
	case n.Doubt+n.By[attention] > 0:
		first := v.Count("list.unknown", n.Doubt)
		if n.More {
			first = v.Say("list.unknown.more", "n", n.Doubt)
		}
		fact = first + " " + v.Count("list.attention", n.By[attention])
	}
	return headView{speaker: v.speaker, Fact: fact, Lede: v.Count("list.lede", n.live(), "total", n.Total)}
}

func (v viewer) segs(q listQuery, n counts) segsView {
	with := func(s ...standing) string {
		to := listQuery{Standings: s, Definition: q.Definition, ID: q.ID}
		return v.link("transactions", to.pairs()...)
	}
	view := segsView{speaker: v.speaker, Segs: []seg{{Href: with(), Count: v.Number(n.Total), Current: len(q.Standings) == 0}}}
	for _, s := range standings() {
		m := s.mark()
		count := v.Number(n.By[s])
		if s == attention && n.By[s] == 0 {
			m.Class, m.Plain = "parked", true // the block means that a person is needed
		}
		if s == unknown {
			count = v.Number(n.Doubt)
		}
		if s == unknown && n.More {
			count += "+"
		}
		view.Segs = append(view.Segs, seg{Mark: &m, Href: with(s), Count: count, Current: len(q.Standings) == 1 && q.Standings[0] == s})
	}
	return view
}

// emptyHead says why no row is there.
func (v viewer) emptyHead(q listQuery, l listed) string {
	switch {
	case !l.Older.IsZero():
		return v.Say("list.empty.scan")
	case !q.Before.IsZero():
		return v.Say("list.empty.older")
	case q.Filters() > 0:
		return v.Count("list.empty.filter", q.Filters())
	}
	return v.Say("list.empty.all")
}
