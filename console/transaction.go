package console

import (
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/seosa-dev/saga"
)

// storyView is one instance as its page shows it; each part is a template of its own, so that a
// stream can replace it alone.
type storyView struct {
	viewer
	Prefix  string // of element ids, where one page shows several
	ID      string
	About   string
	Lede    ledeView
	Kno     *kno
	Key     keyView
	Diagram diagramView
	Unheard unheardView
	Log     logView
	Aside   asideView
}

type ledeView struct {
	speaker
	HTMLID  string
	About   string
	Explain string // until it has ended
	Lede    string
}

// keyView is the line of figures.
type keyView struct {
	speaker
	HTMLID  string
	Figures []figure
}

type figure struct {
	Label, Value, More string
	Status             *statusView
}

type diagramView struct {
	speaker
	HTMLID string
	SVG    template.HTML
	Left   int // moments that the drawing leaves out
}

// logView is the history list.
type logView struct {
	speaker
	HTMLID  string
	Class   string // how many lanes
	Lanes   []laneName
	Entries []logEntry
}

// laneName heads a lane: in full, as far as there is room, and in one sign.
type laneName struct{ Name, Label, Short string }

// maxNamed is how many lanes have room for names; steps of more are numbered.
const maxNamed = 5

func (v viewer) storyView(s *story, prefix string) storyView {
	view := storyView{viewer: v, Prefix: prefix, ID: s.In.ID, Kno: s.kno(v.speaker)}
	if v.describe != nil {
		view.About = v.describe(s.In, v.Lang)
	}
	view.Lede = s.ledeView(v, prefix, view.About)
	view.Key = keyView{v.speaker, prefix + "figures", s.figures(v)}
	t, left := s.train(v.speaker, s.lede(v.speaker)+" "+v.Say("diagram.below"))
	view.Diagram = diagramView{speaker: v.speaker, HTMLID: prefix + "drawing", SVG: t.SVG(), Left: left}
	view.Unheard = s.unheardView(v.speaker, prefix)
	view.Log = logView{speaker: v.speaker, HTMLID: prefix + "log", Class: laneClass(len(s.Lanes) + 1), Entries: s.log(v.speaker, prefix)}
	names := append([]string{v.Say("lane.engine")}, s.Lanes...)
	for i, name := range names {
		lane := laneName{Name: name, Label: name, Short: string([]rune(name)[:1])}
		if i > 0 && len(names) > maxNamed {
			lane.Label, lane.Short = strconv.Itoa(i), strconv.Itoa(i)
		}
		view.Log.Lanes = append(view.Log.Lanes, lane)
	}
	view.Aside = s.aside(v, prefix)
	return view
}

func (s *story) ledeView(v viewer, prefix, about string) ledeView {
	l := ledeView{speaker: v.speaker, HTMLID: prefix + "lede", About: about, Explain: v.explain(s.In), Lede: s.ledeTaken(v.speaker)}
	if l.Explain == "" {
		l.Lede = s.lede(v.speaker)
	}
	return l
}

func laneClass(n int) string {
	if n > maxLanes {
		return "flat"
	}
	return "n" + strconv.Itoa(n)
}

// figures is the line of figures under the head.
func (s *story) figures(v viewer) []figure {
	st := v.Status(standingOf(s.In).mark(), true)
	took := "figure.took"
	if !s.In.Status.Ended() {
		took = "figure.running"
	}
	list := []figure{{Label: v.Say("figure.status"), Status: &st}, {Label: v.Say(took), Value: v.Duration(s.took())}}
	if d := s.unknownFor(); d > 0 {
		list = append(list, figure{Label: v.Say("figure.unknown"), Value: v.Duration(d)})
	}
	list = append(list,
		figure{Label: v.Say("figure.started"), Value: v.Clock(s.In.Started), More: v.Millis(s.In.Started) + suffix(" ", v.Day(s.In.Started, s.Now))},
		figure{Label: v.Say("figure.attempts"), Value: v.Number(s.calls(saga.CallAction, saga.CallCompensation)), More: s.asked(v)})
	if s.In.Node != "" {
		list = append(list, figure{Label: v.Say("figure.node"), Value: s.In.Node})
	}
	return list
}

// asked counts the questions beside the attempts.
func (s *story) asked(v viewer) string {
	var parts []string
	if n := s.calls(saga.CallProbe); n > 0 {
		parts = append(parts, v.Count("figure.probes", n))
	}
	if n := s.calls(saga.CallFence); n > 0 {
		parts = append(parts, v.Count("figure.fences", n))
	}
	return suffix(" · ", strings.Join(parts, " · "))
}

func suffix(sep, s string) string {
	if s == "" {
		return ""
	}
	return sep + s
}

// transactionPage is the page of one instance.
type transactionPage struct {
	frameView
	Story      storyView
	Definition string
	JSONHref   string
	Complaints []string
}

func (c *Console) transaction(w http.ResponseWriter, r *http.Request, v viewer, id string) {
	rd := newReader(c.source)
	in, err := c.source.Get(r.Context(), id)
	if err != nil {
		c.problem(w, r, v, sourceProblem(err, id))
		return
	}
	s, err := rd.whole(r.Context(), in)
	if err != nil {
		c.problem(w, r, v, sourceProblem(err, id))
		return
	}
	if r.URL.Query().Get("as") == "json" {
		c.storyJSON(w, v, s)
		return
	}
	n, err := rd.counts(r.Context())
	if err != nil {
		c.problem(w, r, v, sourceProblem(err, id))
		return
	}
	page := transactionPage{frameView: c.frame(r, v, id), Story: v.storyView(s, ""), JSONHref: v.transaction(id, "as", "json"),
		Definition: in.Definition + " v" + strconv.Itoa(in.Version)}
	page.Flagged = n.By[attention]
	page.Complaints = v.complaints(unknownParameters(r.URL.Query(), "id"))
	if !in.Status.Ended() {
		page.Live = v.link("stream", "transaction", id)
	}
	c.render(w, http.StatusOK, "transaction.html", page)
}
