package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

func filterChecks() []check {
	return []check{
		{"Filter/reason-and-step", filterReason},
		{"Filter/text", filterText},
		{"Filter/stood", filterStood},
		{"Filter/several", filterSeveral},
		{"After/pages", afterPages},
		{"After/place-of-a-row", afterPlace},
	}
}

func filterReason(e *env) {
	a, b, c, d := startedAt("a", 4), startedAt("b", 3), startedAt("c", 2), startedAt("d", 1)
	a.Status, a.Reason, a.Step = saga.NeedsAttention, saga.InDoubt, "pay"
	b.Status, b.Reason, b.Step = saga.NeedsAttention, saga.Stopped, "ship"
	c.Step = "ship"
	d.Status, d.Live, d.Step = saga.Completed, false, ""
	e.rows(a, b, c, d)
	e.found(saga.Filter{Reason: saga.InDoubt}, "a")
	e.found(saga.Filter{Reason: saga.Stopped, Limit: 1}, "b")
	e.found(saga.Filter{Reason: saga.CannotFence})
	e.found(saga.Filter{Step: "ship"}, "b", "c")
	e.found(saga.Filter{Step: "shi"})
	e.found(saga.Filter{Step: "Ship"})
	a.Reason, a.Step, a.Status = "", "ship", saga.Running
	e.rows(a)
	e.found(saga.Filter{Reason: saga.InDoubt})
	e.found(saga.Filter{Step: "ship"}, "a", "b", "c")
}

func filterText(e *env) {
	byName, byData, odd, accent := startedAt("Order-17", 4), startedAt("b", 3), startedAt("c", 2), startedAt("d", 1)
	byName.Data, byData.Data = []byte(`{"n":1}`), []byte(`{"customer":"oRDEr%of_a\\b'c"}`)
	odd.Data = []byte("\xff\x80\x00\xfe behind bytes that are no text")
	accent.Data = []byte(`{"city":"Éire, 서울"}`)
	e.rows(byName, byData, odd, accent)
	for text, want := range map[string][]string{
		"order": {"Order-17", "b"}, "ORDER": {"Order-17", "b"}, "r-17": {"Order-17"}, "Order-17{": nil,
		"%": {"b"}, "_": {"b"}, "%of_A": {"b"}, `\\`: {"b"}, "'": {"b"}, `order\of`: nil, "order.of": nil, "o%r": nil,
		"Behind BYTES": {"c"}, "\x00": {"c"}, "\xfe ": {"c"}, "text ": nil,
		"Éire": {"d"}, "éire": nil, "éIRE": nil, "ire, 서": {"d"}, "서울": {"d"}, "서욹": nil,
		`{"`: {"Order-17", "b", "d"},
	} {
		e.found(saga.Filter{Text: text}, want...)
	}
}

func filterStood(e *env) {
	var rows []saga.Row
	for i := range 4 {
		r := startedAt(fmt.Sprint(i), i)
		r.Since = noon().Add(-time.Duration(i) * time.Microsecond)
		rows = append(rows, r)
	}
	e.rows(rows...)
	e.found(saga.Filter{Stood: noon().Add(time.Hour)}, "3", "2", "1", "0")
	e.found(saga.Filter{Stood: noon()}, "3", "2", "1", "0")
	e.found(saga.Filter{Stood: noon().Add(-time.Microsecond)}, "3", "2", "1")
	e.found(saga.Filter{Stood: noon().Add(-3 * time.Microsecond)}, "3")
	e.found(saga.Filter{Stood: noon().Add(-4 * time.Microsecond)})
}

// filterSeveral changes one thing at a time in a row that a filter of everything chooses.
func filterSeveral(e *env) {
	row := startedAt("it", 0)
	row.Status, row.Reason, row.Since = saga.NeedsAttention, saga.InDoubt, noon()
	all := saga.Filter{
		IDs: []string{"it", "other"}, Statuses: []saga.Status{saga.Running, saga.NeedsAttention, saga.NeedsAttention},
		Definition: "order", Reason: saga.InDoubt, Step: "pay", Text: "DATA", Stood: noon(),
		Before: noon().Add(time.Second), After: "newer", Limit: 7,
	}
	e.rows(row, startedAt("newer", 1))
	e.found(all, "it")
	for what, change := range map[string]func(f *saga.Filter){
		"ids": func(f *saga.Filter) { f.IDs = []string{"other"} }, "statuses": func(f *saga.Filter) { f.Statuses = f.Statuses[:1] },
		"definition": func(f *saga.Filter) { f.Definition = "bill" }, "reason": func(f *saga.Filter) { f.Reason = saga.Stopped },
		"step": func(f *saga.Filter) { f.Step = "ship" }, "text": func(f *saga.Filter) { f.Text = "nowhere" },
		"stood":  func(f *saga.Filter) { f.Stood = noon().Add(-time.Second) },
		"before": func(f *saga.Filter) { f.Before = noon() }, "after": func(f *saga.Filter) { f.After = "it" },
	} {
		f := all
		change(&f)
		if got := ids(e.find(f)); len(got) > 0 {
			e.Errorf("with another value of %s: got %q, want none", what, got)
		}
	}
	all.IDs = nil
	e.found(all, "it")
}

// afterPages goes through rows of which many started at the same moment. Whatever the order among
// those, the pages are together what one long list is.
func afterPages(e *env) {
	statuses := []saga.Status{saga.Running, saga.NeedsAttention, saga.Completed}
	var rows []saga.Row
	for i := range 250 {
		r := startedAt(fmt.Sprintf("%03d", (i*101)%250), i/60)
		r.Status = statuses[i%3]
		rows = append(rows, r)
	}
	e.rows(rows...)
	for name, f := range map[string]saga.Filter{
		"all": {}, "of one status": {Statuses: statuses[:1]}, "of two": {Statuses: statuses[1:]},
		"before": {Before: noon().Add(3 * time.Second)}, "with a text": {Text: "of 1"},
	} {
		f.Limit = 1000
		whole := ids(e.find(f))
		for _, size := range []int{1, 7, 60, 100} {
			f.Limit = size
			if paged := e.pages(f); !slices.Equal(paged, whole) {
				e.Errorf("%s, in pages of %d: got %d rows in another order or with other rows than the list of %d",
					name, size, len(paged), len(whole))
			}
		}
		sorted := slices.Clone(whole)
		slices.Sort(sorted)
		if len(slices.Compact(sorted)) != len(whole) || len(whole) == 0 {
			e.Errorf("%s: a list of %d rows has some twice or none", name, len(whole))
		}
	}
}

// pages asks for the rows after the last one until there are no more.
func (e *env) pages(f saga.Filter) (all []string) {
	e.Helper()
	for range 1000 {
		page := ids(e.find(f))
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		f.After = page[len(page)-1]
	}
	e.Fatalf("the pages do not end")
	return nil
}

func afterPlace(e *env) {
	b := startedAt("b", 30)
	b.Status = saga.Failed
	e.rows(startedAt("a", 40), b, startedAt("c", 20), startedAt("d", 10))
	e.found(saga.Filter{After: "a"}, "b", "c", "d")
	e.found(saga.Filter{After: "b", Statuses: []saga.Status{saga.Running}}, "c", "d") // it need not match itself
	e.found(saga.Filter{After: "b", IDs: []string{"d", "a"}}, "d")
	e.found(saga.Filter{After: "d"})
	e.found(saga.Filter{After: "unknown"})
	e.join("n")
	e.append("n", 1, "a start without a row yet", start("z"))
	e.found(saga.Filter{After: "z"})
}
