package page

import (
	"fmt"
	"strings"
	"time"
)

// orderView is one order with its timeline.
type orderView struct {
	reader
	HTMLID string
	Order
	Sign   sign
	What   string // the lines
	Says   string // why a person is needed
	Counts string // how many events, over which time
	Events []eventView
	Open   bool // the timeline is open when the page is drawn
	Hidden bool // it stands in the place of the latest
}

// eventView is one entry of a timeline.
type eventView struct {
	Offset string // since the first
	At     time.Time
	Sign   sign
	What   string // the step
	How    string // the kind of call
	Took   string
}

func (v reader) orderView(o Order) orderView {
	view := orderView{reader: v, HTMLID: fmt.Sprintf("o-%d", o.ID), Order: o, Sign: v.orderSign(o.Status),
		Open: o.Status == "Unknown", What: v.lines(o.Lines), Says: o.Explained[v.Lang]}
	for _, e := range o.Events {
		view.Events = append(view.Events, v.eventView(e, o.Events[0].At))
	}
	if len(view.Events) > 0 && o.Events[0].Step == "" {
		view.Events[0].Sign = sign{Symbol: "start", Word: v.Say("log.started")}
	}
	if n := len(o.Events); n > 0 {
		view.Counts = v.Count("order.events", n, "took", o.Events[n-1].At.Sub(o.Events[0].At))
	}
	return view
}

func (v reader) lines(lines []Line) string {
	words := make([]string, len(lines))
	for i, l := range lines {
		words[i] = v.Say("order.line", "n", int(l.Quantity), "item", l.Item)
	}
	if len(words) == 0 {
		return v.Say("order.lines.none")
	}
	return strings.Join(words, ", ")
}

func (v reader) eventView(e Event, start time.Time) eventView {
	view := eventView{Offset: v.Offset(e.At.Sub(start)), At: e.At, What: e.Step, How: v.known("event."+e.Call, e.Call)}
	if e.Step == "" {
		view.What = v.Say("event.whole")
	}
	if e.Took > 0 {
		view.Took = v.Duration(e.Took)
	}
	switch {
	case e.Kind == "recovered": // whether the step was called, nobody knows
		view.Sign, view.How = sign{Symbol: "unknown", Word: v.Say("outcome.unknown")}, v.Say("log.recovered")
	case e.By != "":
		view.Sign, view.How = sign{Symbol: "person", Word: v.Say("outcome.operated")}, v.Say("log.by", "by", e.By)
	case e.Call == "" || e.Outcome == "":
		view.Sign = v.statusSign(e.Status)
	default:
		view.Sign = v.outcomeSign(e.Outcome)
	}
	return view
}

// outcomeSign is what is known about one call.
func (v reader) outcomeSign(outcome string) sign {
	switch outcome {
	case "succeeded":
		return sign{Symbol: "ok", Word: v.Say("outcome.succeeded")}
	case "refused":
		return sign{Symbol: "no", Word: v.Say("outcome.refused"), Strong: true}
	case "not done":
		return sign{Symbol: "none", Word: v.Say("outcome.notdone")}
	case "unknown":
		return sign{Symbol: "unknown", Word: v.Say("outcome.unknown")}
	}
	return sign{Symbol: "none", Word: outcome}
}

// statusSign is where a transaction stands.
func (v reader) statusSign(status string) sign {
	symbol := map[string]string{"running": "run", "compensating": "back", "completed": "ok", "compensated": "undone",
		"failed": "no", "needs attention": "flag"}[status]
	if symbol == "" {
		return sign{Symbol: "start", Word: status}
	}
	key := strings.TrimPrefix(status, "needs ")
	return sign{Symbol: symbol, Word: v.Say("status." + key)}
}

// latestView is the newest order, in a place of its own so that new ones push nothing away.
type latestView struct {
	reader
	Unread bool
	Order  *orderView // nil: there is none
}

func (v reader) latestView(f *facts) latestView {
	view := latestView{reader: v, Unread: f.OrdersErr != nil}
	if len(f.Orders) > 0 {
		o := v.orderView(f.Orders[0])
		o.HTMLID, o.Open = "now", true
		view.Order = &o
	}
	return view
}

// unknown counts the orders of which nobody knows how they ended.
func (f *facts) unknown() int {
	n := 0
	for _, o := range f.Orders {
		if o.Status == "Unknown" {
			n++
		}
	}
	return n
}
