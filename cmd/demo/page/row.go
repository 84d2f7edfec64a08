package page

import (
	"slices"

	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// rowView is one row of the table.
type rowView struct {
	reader
	ID, Title, Href string
	Sign            sign
	Want            endView
	Got             *endView // nil: Instead says why there is none
	Instead         string
	Result          Result
	Verb            string // of the button
}

// standing is where a row stands: todo, waiting, playing, passed or failed. One that waits may have
// been played before, and then keeps that result until it plays.
func (f *facts) standing(id string) string {
	r, played := f.Results[id]
	switch {
	case r.Playing:
		return "playing"
	case slices.Contains(f.Waiting, id):
		return "waiting"
	case !played:
		return "todo"
	case r.Passed:
		return "passed"
	}
	return "failed"
}

func (v reader) rowSign(standing string) sign {
	symbol := map[string]string{"playing": "run", "waiting": "parked", "todo": "todo", "passed": "ok", "failed": "no"}[standing]
	return sign{Symbol: symbol, Word: v.Say("row." + standing), Strong: standing == "failed"}
}

func (v reader) titleOf(row scenario.Row) string {
	if v.Lang == "ko" {
		return row.Korean
	}
	return row.English
}

func (v reader) rowView(row scenario.Row, f *facts) rowView {
	view := rowView{reader: v, ID: row.ID, Title: v.titleOf(row), Href: v.Link("/scenarios/" + row.ID),
		Want: v.endView(row.Want, row.Want), Verb: v.Say("rows.play")}
	standing := f.standing(row.ID)
	view.Sign = v.rowSign(standing)
	result, ended := f.result(row.ID)
	if !ended {
		view.Instead = v.Say("row." + standing + ".actual")
		return view
	}
	view.Result, view.Verb = result, v.Say("rows.again")
	if result.Err != "" {
		view.Instead = v.Say("row.failed.actual", "error", result.Err)
		return view
	}
	got := v.endView(result.Got, row.Want)
	view.Got = &got
	return view
}

func (v reader) rowViews(f *facts) []rowView {
	var all []rowView
	for _, row := range scenario.Rows() {
		all = append(all, v.rowView(row, f))
	}
	return all
}

// playView is the line over the table: what plays, and the button for all.
type playView struct {
	reader
	Playing, Halted string
	Waiting         int
}

func (v reader) playView(f *facts) playView {
	return playView{v, f.playing(), f.Halted, len(f.Waiting)}
}

// rowOf finds a row by its id as it is written.
func rowOf(id string) (scenario.Row, bool) {
	rows := scenario.Rows()
	i := slices.IndexFunc(rows, func(r scenario.Row) bool { return r.ID == id })
	if i < 0 {
		return scenario.Row{}, false
	}
	return rows[i], true
}
