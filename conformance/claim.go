package conformance

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
)

func claimChecks() []check {
	return []check{
		{"Claim/due-rows", claimDue},
		{"Claim/due-first", func(e *env) {
			never := sleeping("never")
			never.Due = time.Time{}
			e.rows(due("e", 5), due("b", -20), due("d", 0), due("a", -60), due("c", -10), never)
			e.claimed(saga.Claim{Node: "x", Due: noon(), Limit: 2}, "a", "b")
			e.claimed(saga.Claim{Node: "x", IDs: []string{"never", "e", "d", "c"}, Limit: 10}, "c", "d", "e", "never")
		}},
		{"Claim/as-they-were-before", func(e *env) {
			e.drained("gone")
			want := heldBy("gone", "s")
			e.rows(want)
			for range 2 {
				rows := e.claim(saga.Claim{Node: "x", Due: noon(), Limit: 5, Own: true})
				if len(rows) != 1 || !sameRow(rows[0], want) {
					e.Fatalf("got %+v, want %+v", rows, want)
				}
				want.Owner, want.Former = "x", "gone"
				found := e.find(saga.Filter{})
				if len(found) != 1 || !sameRow(found[0], want) {
					e.Fatalf("the row afterwards: got %+v, want %+v", found, want)
				}
			}
		}},
		{"Claim/owner-before", claimFormer},
		{"Claim/limit", func(e *env) {
			var rows []saga.Row
			for i := range 10 {
				rows = append(rows, due(fmt.Sprintf("%02d", i), -10+i))
			}
			e.rows(rows...)
			e.claimed(saga.Claim{Node: "x", Due: noon(), Limit: 3}, "00", "01", "02")
			e.claimed(saga.Claim{Node: "y", Due: noon(), Limit: 6}, "03", "04", "05", "06", "07", "08")
			e.claimed(saga.Claim{Node: "z", Due: noon(), Limit: 6}, "09")
			e.claimed(saga.Claim{Node: "x", Due: noon(), Own: true, Limit: 2}, "00", "01")
		}},
		{"Claim/by-id", claimIDs},
		{"Claim/no-row-twice", claimNoRowTwice},
	}
}

// claimFormer follows a row from hand to hand. Whose it was before must be known also to a node that
// asks a second time, and a checkpoint begins anew.
func claimFormer(e *env) {
	former := func(c saga.Claim, want string) {
		e.Helper()
		e.claim(c)
		rows := e.claim(saga.Claim{Node: c.Node, Own: true, Limit: 5})
		if len(rows) != 1 || rows[0].Owner != c.Node || rows[0].Former != want {
			e.Errorf("the row that %q claimed and asks for again: got %+v, want that it was %q's before", c.Node, rows, want)
		}
	}
	e.drained("gone")
	e.drained("gone too")
	e.rows(sleeping("s"))
	former(saga.Claim{Node: "gone", Due: noon(), Limit: 1}, "")
	former(saga.Claim{Node: "gone too", IDs: []string{"s"}, Limit: 1}, "gone")
	former(saga.Claim{Node: "x", Due: noon(), Limit: 1}, "gone too")
	e.rows(sleeping("s"))
	former(saga.Claim{Node: "y", Due: noon(), Limit: 1}, "")
}

// claimed makes a claim that has to return these ids in this order.
func (e *env) claimed(c saga.Claim, want ...string) {
	e.Helper()
	if got := ids(e.claim(c)); !slices.Equal(got, append([]string{}, want...)) {
		e.Errorf("claim %+v: got %q, want %q", c, got, want)
	}
}

func claimDue(e *env) {
	never := sleeping("never due")
	never.Due = time.Time{}
	over := ended("ended")
	over.Due = noon().Add(-time.Hour)
	e.rows(due("later", 1), due("now", 0), due("before", -1), never, over)
	e.claimed(saga.Claim{Node: "x", Limit: 10})
	e.claimed(saga.Claim{Node: "x", Due: noon().Add(-2 * time.Second), Limit: 10})
	e.claimed(saga.Claim{Node: "x", Due: noon(), Limit: 10}, "before", "now")
	e.claimed(saga.Claim{Node: "y", Due: noon(), Limit: 10})
	e.claimed(saga.Claim{Node: "y", Due: noon().AddDate(100, 0, 0), Limit: 10}, "later")
	held := ids(e.tail("x").Rows)
	slices.Sort(held)
	if !slices.Equal(held, []string{"before", "now"}) {
		e.Errorf("x owns %q, want what it claimed", held)
	}
}

func claimIDs(e *env) {
	never := sleeping("never due")
	never.Due = time.Time{}
	e.join("live")
	e.rows(due("later", 3600), due("now", 0), never, ended("ended"), heldBy("live", "held"))
	e.claimed(saga.Claim{Node: "x", IDs: []string{"unknown", "ended", "held"}, Limit: 10})
	e.claimed(saga.Claim{Node: "x", IDs: []string{"never due", "held", "later"}, Limit: 10}, "later", "never due")
	e.claimed(saga.Claim{Node: "x", IDs: []string{"never due", "later"}, Limit: 10})
	e.claimed(saga.Claim{Node: "y", Due: noon(), Limit: 10}, "now")
}

func claimNoRowTwice(e *env) {
	const total = 150
	var rows []saga.Row
	for i := range total {
		rows = append(rows, due(fmt.Sprintf("%04d", i), -i))
	}
	e.rows(rows...)
	var mu sync.Mutex
	got := map[string]string{}
	e.together(6, func(i int) error {
		node := fmt.Sprint("node ", i)
		for {
			claimed, err := e.store.Instances().Claim(e.ctx, saga.Claim{Node: node, Due: noon(), Limit: 7})
			if err != nil || len(claimed.Rows) == 0 {
				return err
			}
			mu.Lock()
			for _, r := range claimed.Rows {
				if first, twice := got[r.ID]; twice {
					err = fmt.Errorf("%s was claimed by %s and by %s", r.ID, first, node)
				}
				got[r.ID] = node
			}
			mu.Unlock()
			if err != nil { // and not on and on, if a row can be claimed without end
				return err
			}
		}
	})
	if len(got) != total {
		e.Errorf("%d rows were claimed, want %d", len(got), total)
	}
	for _, r := range e.find(saga.Filter{Limit: 1000}) {
		if r.Owner != got[r.ID] {
			e.Errorf("%s was claimed by %q and is owned by %q", r.ID, got[r.ID], r.Owner)
		}
	}
}

func ownerChecks() []check {
	return []check{
		{"Owner/only-drained-ones-lose", func(e *env) {
			e.filled("live", 1)
			e.filled("sealed", 1)
			e.seal("sealed")
			e.drained("drained")
			e.rows(heldBy("live", "a"), heldBy("sealed", "b"), heldBy("drained", "c"), heldBy("never joined", "d"))
			e.claimed(saga.Claim{Node: "x", Due: noon(), Limit: 10}, "c")
			e.claimed(saga.Claim{Node: "y", IDs: []string{"a", "b", "c", "d"}, Limit: 10})
			e.checkpoint(saga.Checkpoint{Node: "sealed", From: 0, To: 1, Drain: true})
			e.claimed(saga.Claim{Node: "y", Due: noon(), Limit: 10}, "b")
		}},
		{"Owner/drained-before-it-claims", func(e *env) {
			e.drained("gone")
			e.rows(sleeping("s"))
			e.claimed(saga.Claim{Node: "gone", Due: noon(), Limit: 1}, "s") // it was under way
			e.claimed(saga.Claim{Node: "x", Due: noon(), Limit: 1}, "s")
		}},
		{"Owner/own", func(e *env) {
			e.join("x", "y")
			later := heldBy("x", "later")
			later.Due = noon().Add(time.Hour)
			never := heldBy("x", "never")
			never.Due = time.Time{}
			over := ended("over")
			over.Owner = "x"
			e.rows(later, never, over, heldBy("x", "now"), heldBy("y", "other"), sleeping("free"))
			e.claimed(saga.Claim{Node: "x", Own: true, Limit: 10}, "now", "later", "never")
			e.claimed(saga.Claim{Node: "x", Own: true, IDs: []string{"never", "other"}, Limit: 10}, "never")
			e.claimed(saga.Claim{Node: "z", Own: true, Limit: 10})
			got := ids(e.claim(saga.Claim{Node: "x", Own: true, Due: noon(), Limit: 10}))
			slices.Sort(got)
			if want := []string{"free", "later", "never", "now"}; !slices.Equal(got, want) {
				e.Errorf("own and due rows: got %q, want %q", got, want)
			}
		}},
		{"Owner/own-although-drained", func(e *env) {
			e.drained("x")
			e.rows(heldBy("x", "s"))
			e.claimed(saga.Claim{Node: "x", Own: true, Due: noon(), Limit: 10}, "s")
		}},
	}
}
