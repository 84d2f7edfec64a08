package page

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// oneView is the page of one row.
type oneView struct {
	frameView
	Row           resultView
	Before, Steps []string
	JSONHref      string
}

// resultView is the part of that page that moves.
type resultView struct {
	rowView
	Played  string
	Compare []comparison
}

// comparison is one fact: what it must be, and what it was.
type comparison struct {
	Name      string
	Want, Got []part
	Known     bool // Got says something
}

func (p *Page) one(w http.ResponseWriter, r *http.Request, v reader, row scenario.Row) {
	f := p.look(r.Context())
	if r.URL.Query().Get("as") == "json" {
		p.oneJSON(w, row, &f)
		return
	}
	view := oneView{frameView: p.frame(r, v, row.ID+" "+v.titleOf(row)), Row: v.resultView(row, &f),
		Before: v.script(row.Before), Steps: v.script(row.Steps), JSONHref: v.Link("/scenarios/"+row.ID, "as", "json")}
	view.Live = v.Link("/events", "row", row.ID)
	p.render(w, http.StatusOK, "one.html", view)
}

func (v reader) resultView(row scenario.Row, f *facts) resultView {
	view := resultView{rowView: v.rowView(row, f)}
	want, got := view.Want.columns(), [5][]part{}
	if view.Got != nil {
		got = view.Got.columns()
	}
	for i, key := range []string{"end.calls", "end.status", "end.stock", "end.rows", "end.answers"} {
		view.Compare = append(view.Compare, comparison{v.Say(key), want[i], got[i], view.Got != nil})
	}
	if !view.Result.At.IsZero() {
		key := "row.played"
		if view.Result.Order != 0 {
			key += ".order"
		}
		view.Played = v.Say(key, "id", view.Result.Order, "time", v.When(view.Result.At), "took", view.Result.Took)
	}
	return view
}

// columns are the facts of an end in the order of a comparison: calls, status, stock, stored
// orders, and answers with what was known when.
func (e *endView) columns() [5][]part {
	return [5][]part{e.Calls, {e.Status}, e.Others[:1], e.Others[1:2], slices.Clone(e.Others[2:])}
}

// oneFacts is a row as JSON.
type oneFacts struct {
	ID      string       `json:"id"`
	English string       `json:"english"`
	Korean  string       `json:"korean"`
	State   string       `json:"state"` // todo, waiting, playing, passed or failed
	Want    scenario.End `json:"want"`
	Result  *resultFacts `json:"result,omitempty"` // of the last time; none while it plays
}

type resultFacts struct {
	Passed bool         `json:"passed"`
	Got    scenario.End `json:"got"`
	Order  int64        `json:"order,omitempty"`
	TookMs int64        `json:"tookMs"`
	Error  string       `json:"error,omitempty"`
	At     time.Time    `json:"at"`
}

func (p *Page) oneJSON(w http.ResponseWriter, row scenario.Row, f *facts) {
	facts := oneFacts{ID: row.ID, English: row.English, Korean: row.Korean, State: f.standing(row.ID), Want: row.Want}
	if r, ended := f.result(row.ID); ended {
		facts.Result = &resultFacts{r.Passed, r.Got, r.Order, r.Took.Milliseconds(), r.Err, r.At.UTC()}
	}
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	// The answer has begun: whoever left no longer reads an error.
	_ = encoder.Encode(facts)
}
