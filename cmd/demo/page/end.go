package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// part is one fact of an end in words. Off says that it is not what it must be.
type part struct {
	Symbol string // of a mark; "": none
	Text   string
	Off    bool
}

// endView is how a row must end, or did, in two lines.
type endView struct {
	reader
	Calls  []part
	Status part
	Others []part
}

// endView puts an end into words and marks where it differs from what it must be.
func (v reader) endView(e, must scenario.End) endView {
	view := endView{reader: v, Calls: v.calls(e.Calls, must.Calls)}
	s := v.orderSign(e.Status)
	view.Status = part{s.Symbol, s.Word, e.Status != must.Status}
	view.Others = []part{
		{Text: v.Say("end.stock.is", "change", e.Stock), Off: e.Stock != must.Stock},
		{Text: v.stored(e.Rows), Off: e.Rows != must.Rows},
		{Text: v.answers(e), Off: e.Same != must.Same || !slices.Equal(e.Answers, must.Answers)},
	}
	if e.Pending || must.Pending {
		p := part{Text: v.Say("end.pending"), Off: e.Pending != must.Pending}
		if !e.Pending {
			p.Text = "–"
		}
		view.Others = append(view.Others, p)
	}
	return view
}

func (v reader) calls(calls, must []string) []part {
	if len(calls) == 0 {
		return []part{{Text: v.Say("end.none"), Off: len(must) > 0}}
	}
	parts := make([]part, len(calls))
	for i, c := range calls {
		parts[i] = v.call(c)
		parts[i].Off = i >= len(must) || must[i] != c
	}
	if len(calls) < len(must) { // what is missing comes after the last one
		parts = append(parts, part{Text: "–", Off: true})
	}
	return parts
}

// call reads "late decrement NO": a name and how it ended for its caller.
func (v reader) call(c string) part {
	name, outcome, found := c, "", false
	if i := strings.LastIndexByte(c, ' '); i >= 0 {
		name, outcome, found = c[:i], c[i+1:], true
	}
	symbol := map[string]string{"OK": "ok", "NO": "no", "?": "unknown"}[outcome]
	if !found || symbol == "" {
		return part{Text: c}
	}
	if late, ok := strings.CutPrefix(name, "late "); ok {
		return part{symbol, v.Say("call.late", "call", v.place(late)) + " " + outcome, false}
	}
	return part{symbol, v.place(name) + " " + outcome, false}
}

func (v reader) stored(n int) string {
	if n == 0 {
		return v.Say("end.rows.none")
	}
	return v.Count("end.rows", n)
}

func (v reader) answers(e scenario.End) string {
	if len(e.Answers) == 0 {
		return v.Say("end.answers.none")
	}
	words := make([]string, len(e.Answers))
	for i, a := range e.Answers {
		words[i] = fmt.Sprint(a)
		if a == 0 {
			words[i] = v.Say("end.cut")
		}
	}
	text := v.Say("end.answers.are", "answers", strings.Join(words, ", "))
	if e.Same {
		text += ", " + v.Say("end.same")
	}
	return text
}
