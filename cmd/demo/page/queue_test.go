package page_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga/cmd/demo/page"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// pass lets virtual time go by until everybody has done what was due.
func pass() {
	<-time.After(time.Second)
	synctest.Wait()
}

func TestAllRowsPlayOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		p := newPage(t, f)
		f.ended("B-S9", page.Result{Passed: true, Got: scenario.Rows()[13].Want, At: noon})
		redirects(t, ask(p, "POST", "/scenarios", ""), "/#rows")
		for i, row := range scenario.Rows() {
			pass()
			if f.playing() != row.ID {
				t.Fatalf("%q plays in place %d, want %s", f.playing(), i, row.ID)
			}
			if i == 3 {
				shows(t, get(p, "/"), 200, "B-S4 plays.", "14 rows are in line.", "In line", "Plays when its turn comes.", "4 rows passed.")
				shows(t, ask(p, "POST", "/scenarios", ""), 409, "B-S4 plays now")
				shows(t, ask(p, "POST", "/scenarios/B-S1", ""), 409, "B-S4 plays now")
			}
			f.ended(row.ID, page.Result{Passed: true, Got: row.Want, At: noon})
		}
		pass()
		if f.playing() != "" {
			t.Errorf("%q plays after the last", f.playing())
		}
		shows(t, get(p, "/"), 200, "18 rows passed. No order is unknown.")
		redirects(t, ask(p, "POST", "/scenarios", ""), "/#rows")
	})
}

func TestPlayAllWaitsForARowAndEndsWithAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		p := newPage(t, f)
		redirects(t, ask(p, "POST", "/scenarios/B-S5", ""), "/#B-S5")
		redirects(t, ask(p, "POST", "/scenarios", ""), "/#rows")
		pass()
		shows(t, get(p, "/"), 200, "B-S5 plays.", "18 rows are in line.")
		f.set(func(f *fake) { f.refuse = errors.New("no shop") })
		pass()
		f.ended("B-S5", page.Result{Passed: true, Got: scenario.Rows()[4].Want, At: noon})
		w := get(p, "/")
		shows(t, w, 200, "“Play all” ended before B-S1")
		lacks(t, w, "no shop", "in line")
		f.set(func(f *fake) { f.refuse = nil })
		redirects(t, ask(p, "POST", "/scenarios", ""), "/#rows")
		pass()
		lacks(t, get(p, "/"), "ended before")
		p.Close()
		if f.playing() != "B-S1" {
			t.Errorf("%q plays; closing starts no further row and ends none", f.playing())
		}
	})
}
