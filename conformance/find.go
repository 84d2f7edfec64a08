package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

func findChecks() []check {
	return []check{
		{"Find/latest-start-first", func(e *env) {
			e.rows(startedAt("b", -20), startedAt("d", 40), startedAt("a", -60), startedAt("c", 0))
			e.found(saga.Filter{}, "d", "c", "b", "a")
			e.found(saga.Filter{Limit: 2}, "d", "c")
		}},
		{"Find/filters", findFilters},
		{"Find/limits", findLimits},
		{"Find/times", findTimes},
		{"Count/by-status", func(e *env) {
			e.counted(map[saga.Status]int{})
			attention := sleeping("d")
			attention.Status = saga.NeedsAttention
			e.rows(sleeping("a"), sleeping("b"), ended("c"), attention)
			e.counted(map[saga.Status]int{saga.Running: 2, saga.Completed: 1, saga.NeedsAttention: 1})
			e.rows(ended("a"))
			e.counted(map[saga.Status]int{saga.Running: 1, saga.Completed: 2, saga.NeedsAttention: 1})
		}},
	}
}

func startedAt(id string, seconds int) saga.Row {
	r := sleeping(id)
	r.Started = noon().Add(time.Duration(seconds) * time.Second)
	return r
}

// found wants exactly these ids in this order.
func (e *env) found(f saga.Filter, want ...string) {
	e.Helper()
	if got := ids(e.find(f)); !slices.Equal(got, append([]string{}, want...)) {
		e.Errorf("find %+v: got %q, want %q", f, got, want)
	}
}

func (e *env) counted(want map[saga.Status]int) {
	e.Helper()
	got, err := e.store.Reader().Count(e.ctx)
	e.must(err, "count")
	for _, s := range []saga.Status{
		saga.Running, saga.Compensating, saga.Completed, saga.Compensated, saga.Failed, saga.NeedsAttention,
	} {
		if got[s] != want[s] {
			e.Errorf("count of %q: got %d, want %d", s, got[s], want[s])
		}
	}
}

func findFilters(e *env) {
	a, b, c, d := startedAt("a", 4), startedAt("b", 3), startedAt("c", 2), startedAt("d", 1)
	b.Status, b.Live = saga.Failed, false
	c.Status, c.Definition = saga.NeedsAttention, "bill"
	d.Definition = "bill"
	e.found(saga.Filter{})
	e.rows(a, b, c, d)
	e.found(saga.Filter{IDs: []string{"d", "a", "unknown", "a"}}, "a", "d")
	e.found(saga.Filter{IDs: []string{"unknown"}})
	e.found(saga.Filter{Statuses: []saga.Status{saga.Failed}}, "b")
	e.found(saga.Filter{Statuses: []saga.Status{saga.NeedsAttention, saga.Failed}}, "b", "c")
	e.found(saga.Filter{Statuses: []saga.Status{saga.Compensated}})
	e.found(saga.Filter{Definition: "bill"}, "c", "d")
	e.found(saga.Filter{Definition: "bil"})
	e.found(saga.Filter{Before: b.Started}, "c", "d")
	e.found(saga.Filter{Before: b.Started.Add(time.Microsecond)}, "b", "c", "d")
	e.found(saga.Filter{Before: d.Started})
	e.found(saga.Filter{Before: a.Started, Limit: 1}, "b")
	e.found(saga.Filter{
		IDs: []string{"a", "c", "d"}, Statuses: []saga.Status{saga.Running},
		Definition: "bill", Before: c.Started, Limit: 5,
	}, "d")
}

func findLimits(e *env) {
	const total = 1010
	var rows []saga.Row
	for i := range total {
		rows = append(rows, startedAt(fmt.Sprintf("%04d", i), i))
	}
	e.rows(rows...)
	for limit, want := range map[int]int{0: 100, 1: 1, 99: 99, 500: 500, 1000: 1000, 1001: 1000, 1 << 40: 1000} {
		got := e.find(saga.Filter{Limit: limit})
		if len(got) != want {
			e.Errorf("limit %d: got %d rows, want %d", limit, len(got), want)
			continue
		}
		for i, r := range got {
			if id := fmt.Sprintf("%04d", total-1-i); r.ID != id {
				e.Fatalf("limit %d: row %d is %s, want %s", limit, i, r.ID, id)
			}
		}
	}
	var asked []string
	for i := range 300 {
		asked = append(asked, fmt.Sprintf("%04d", i), fmt.Sprint("unknown ", i))
	}
	if got := e.find(saga.Filter{IDs: asked, Limit: 1000}); len(got) != 300 {
		e.Errorf("by 300 ids: got %d rows", len(got))
	}
}

// findTimes stores times of several kinds and wants the same moments back, in UTC.
func findTimes(e *env) {
	zone := time.FixedZone("far east", 9*3600)
	times := []time.Time{
		noon(), noon().Add(time.Microsecond), noon().In(zone), time.Unix(0, 0), time.UnixMicro(1), time.UnixMicro(-1),
		time.Date(1969, 7, 20, 20, 17, 40, 999999000, time.UTC), time.Date(2200, 12, 31, 23, 59, 59, 999999000, zone),
	}
	var rows []saga.Row
	for i, t := range times {
		r := sleeping(fmt.Sprint(i))
		r.Started, r.Updated, r.Due = t, t.Add(time.Microsecond), t.Add(2*time.Microsecond)
		r.Since = t.Add(3 * time.Microsecond)
		rows = append(rows, r)
	}
	never := sleeping("never")
	never.Due = time.Time{}
	rows = append(rows, never)
	e.rows(rows...)
	for _, want := range rows {
		got := e.find(saga.Filter{IDs: []string{want.ID}})
		if len(got) != 1 || !sameRow(got[0], want) {
			e.Fatalf("got %+v, want %+v", got, want)
		}
		for _, t := range []time.Time{got[0].Started, got[0].Updated, got[0].Due, got[0].Since} {
			if t.Location() != time.UTC {
				e.Errorf("%v is not in UTC", t)
			}
		}
		if got[0].Due.IsZero() != want.Due.IsZero() {
			e.Errorf("%s is due %v, want %v", want.ID, got[0].Due, want.Due)
		}
	}
}
