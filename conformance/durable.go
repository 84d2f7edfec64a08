package conformance

import (
	"slices"

	"github.com/seosa-dev/saga"
)

func durableChecks() []check {
	return []check{
		{"Durable/append", func(e *env) {
			e.filled("a", 2)
			e.append("a", 3, "last", start("s"))
			if !e.reopen() {
				return
			}
			e.wantTail("a", "0 joined", `1 entries "1"`, `2 entries "2"`, `3 entries "last"`)
			if e.keys("s")["s"].Node != "a" {
				e.Error("the key of an acknowledged start is gone")
			}
			e.repeat(entry("a", 3, "last", start("s")))
			e.appendRefused(entry("a", 3, "other"), "which holds another append")
			e.append("a", 4, "goes on")
		}},
		{"Durable/every-append", func(e *env) {
			e.join("a")
			for pos := int64(1); pos <= 5; pos++ {
				e.append("a", pos, "x")
				if !e.reopen() {
					return
				}
				if n := len(e.tail("a").Positions); int64(n) != pos+1 {
					e.Fatalf("%d rows are left of %d", n, pos+1)
				}
			}
		}},
		{"Durable/join-and-seal", func(e *env) {
			e.join("a")
			if !e.reopen() {
				return
			}
			e.refused(e.store.Journal().Join(e.ctx, "a", 0), saga.ErrSealed, "joining a known node after a crash")
			e.seal("a")
			e.reopen()
			e.wantTail("a", "0 joined", "1 sealed")
			e.appendRefused(entry("a", 1, "late"), "behind which it is sealed")
		}},
		{"Durable/checkpoint", func(e *env) {
			e.filled("a", 3)
			e.checkpoint(fold("a", 0, 2))
			if !e.reopen() {
				return
			}
			e.wantTail("a", `2 entries ""`, `3 entries "3"`)
			if len(e.find(saga.Filter{})) != 2 || len(e.history("s")) != 1 {
				e.Error("rows or history of an acknowledged checkpoint are gone")
			}
			e.seal("a")
			e.checkpoint(drain("a", 2, 3))
			e.reopen()
			e.wantTail("a", "4 drained")
		}},
		{"Durable/claim-and-define", func(e *env) {
			e.join("x")
			e.rows(sleeping("s"))
			e.claimed(saga.Claim{Node: "x", Due: noon(), Limit: 1}, "s")
			e.defined([]saga.StoredShape{shape("order", 1, "one")}, []saga.StoredShape{shape("order", 1, "one")})
			if !e.reopen() {
				return
			}
			if got := ids(e.tail("x").Rows); !slices.Equal(got, []string{"s"}) {
				e.Errorf("x owns %q, want what it claimed before the crash", got)
			}
			e.shapes(shape("order", 1, "one"))
		}},
		{"Durable/commands-and-answers", func(e *env) {
			e.join("x")
			e.rows(heldBy("x", "s"))
			e.send(command("c", "s"), command("d", "s"))
			e.answer("x", 1, answer("c", "done"))
			if !e.reopen() {
				return
			}
			e.answered(map[string]string{"c": "done"}, "c", "d")
			e.woke("x", 10, nil, "d")
		}},
	}
}

// reopen lets the store crash and opens it again. It reports whether the store can be reopened.
func (e *env) reopen() bool {
	e.Helper()
	r, ok := e.store.(Reopener)
	if !ok {
		e.Log("not run: the store does not implement conformance.Reopener")
		return false
	}
	e.store = r.Reopen(e.TB)
	return true
}
