package conformance

import (
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
)

func joinChecks() []check {
	return []check{
		{"Join/position-0", func(e *env) {
			e.join("a")
			e.wantTail("a", "0 joined")
		}},
		{"Join/never-twice", func(e *env) {
			e.filled("folded", 2)
			e.checkpoint(saga.Checkpoint{Node: "folded", From: 0, To: 2})
			e.filled("sealed", 1)
			e.seal("sealed")
			e.drained("drained")
			e.join("fresh")
			for _, n := range []string{"fresh", "folded", "sealed", "drained"} {
				e.unchanged([]string{n}, nil, func() {
					e.refused(e.store.Journal().Join(e.ctx, n, 0), saga.ErrSealed, "joining the %s node again", n)
				})
			}
		}},
		{"Join/one-of-many", joinOneOfMany},
	}
}

func joinOneOfMany(e *env) {
	won := make([]bool, 8)
	e.together(len(won), func(i int) error {
		err := e.store.Journal().Join(e.ctx, "a", 0)
		won[i] = err == nil
		if errors.Is(err, saga.ErrSealed) {
			return nil
		}
		return err
	})
	if n := count(won); n != 1 {
		e.Errorf("%d joins of one node succeeded at once, want 1", n)
	}
}

func count(set []bool) (n int) {
	for _, b := range set {
		if b {
			n++
		}
	}
	return n
}

func appendChecks() []check {
	return []check{
		{"Append/next-position", func(e *env) {
			e.filled("a", 3)
			e.wantTail("a", "0 joined", `1 entries "1"`, `2 entries "2"`, `3 entries "3"`)
		}},
		{"Append/without-entries", func(e *env) {
			e.join("a")
			if _, err := e.store.Journal().Append(e.ctx, saga.Append{Node: "a", Position: 1}); err != nil {
				e.Fatalf("append of nothing: %v", err)
			}
			e.append("a", 2, "x")
			e.wantTail("a", "0 joined", `1 entries ""`, `2 entries "x"`)
		}},
		{"Append/without-predecessor", appendWithoutPredecessor},
		{"Append/taken-position", appendTakenPosition},
		{"Append/after-a-seal", appendAfterSeal},
		{"Append/trimmed-position", appendTrimmed},
		{"Append/journals-are-apart", appendApart},
		{"Append/one-of-many", appendOneOfMany},
		{"Append/keeps-no-slice", appendKeepsNoSlice},
	}
}

func appendWithoutPredecessor(e *env) {
	e.filled("a", 1)
	for _, a := range []saga.Append{
		entry("a", 3, "x"), entry("a", 3, "x", start("s")), entry("a", 1000, "x", start("s")),
		entry("unknown", 1, "x"), entry("unknown", 1, "x", start("s")), entry("unknown", 2, "x"),
	} {
		e.unchanged([]string{"a", "unknown"}, []string{"s"}, func() {
			e.appendRefused(a, "where no row stands before it")
		})
	}
}

func appendTakenPosition(e *env) {
	e.filled("a", 2)
	e.append("a", 3, "with a start", start("s"))
	for _, a := range []saga.Append{
		entry("a", 2, "other"), entry("a", 2, ""), entry("a", 2, "2", start("t")),
		entry("a", 3, "with a start"), entry("a", 3, "with a start", start("t")),
		entry("a", 3, "with a start", start("s"), start("t")),
		entry("a", 3, "with a start", saga.StartKey{ID: "s", Definition: "order", Hash: []byte("other")}),
		entry("a", 3, "with a start", saga.StartKey{ID: "s", Definition: "other", Hash: start("s").Hash}),
	} {
		e.unchanged([]string{"a"}, []string{"s", "t"}, func() {
			e.appendRefused(a, "which holds another append")
		})
	}
	e.unchanged([]string{"a"}, nil, func() {
		if _, err := e.store.Journal().Append(e.ctx, entry("a", 0, "x")); err == nil {
			e.Error("append at position 0, where the join stands, succeeded")
		}
	})
}

func appendAfterSeal(e *env) {
	e.filled("sealed", 2)
	e.seal("sealed")
	e.filled("drained", 2)
	e.seal("drained")
	e.checkpoint(saga.Checkpoint{Node: "drained", From: 0, To: 2, Drain: true})
	for _, node := range []string{"sealed", "drained"} {
		for pos := int64(3); pos <= 5; pos++ {
			e.unchanged([]string{node}, []string{"s"}, func() {
				e.appendRefused(entry(node, pos, "late"), "behind which it is "+node)
				e.appendRefused(entry(node, pos, "late", start("s")), "behind which it is "+node)
			})
		}
	}
}

func appendTrimmed(e *env) {
	e.filled("a", 5)
	e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 4})
	for pos := int64(1); pos <= 3; pos++ {
		e.unchanged([]string{"a"}, nil, func() {
			e.appendRefused(entry("a", pos, "other"), "which was trimmed")
		})
	}
	e.unchanged([]string{"a"}, nil, func() {
		e.appendRefused(entry("a", 4, "other"), "which was folded and is still taken")
	})
	e.append("a", 6, "6")
	e.wantTail("a", `4 entries ""`, `5 entries "5"`, `6 entries "6"`)
	e.checkpoint(saga.Checkpoint{Node: "a", From: 4, To: 6})
	e.append("a", 7, "7")
	e.wantTail("a", `6 entries ""`, `7 entries "7"`)
}

func appendApart(e *env) {
	names := []string{"node", "Node", "node ", "node%", "node_", "nod", "node1"}
	e.join(names...)
	for i, n := range names {
		e.append(n, 1, fmt.Sprint("of ", i))
	}
	e.seal("node")
	e.append("node1", 2, "goes on")
	for i, n := range names {
		if tail := e.tail(n).Positions; len(tail) < 2 || string(tail[1].Entries) != fmt.Sprint("of ", i) {
			e.Errorf("journal of %q: got %v, want its own entries at 1", n, tail)
		}
	}
}

func appendOneOfMany(e *env) {
	e.join("a")
	const rounds, rivals = 20, 4
	for pos := int64(1); pos <= rounds; pos++ {
		won := make([]bool, rivals)
		e.together(rivals, func(i int) error {
			_, err := e.store.Journal().Append(e.ctx, entry("a", pos, fmt.Sprint("rival ", i)))
			won[i] = err == nil
			if errors.Is(err, saga.ErrSealed) {
				return nil
			}
			return err
		})
		if n := count(won); n != 1 {
			e.Fatalf("%d different appends were accepted at position %d, want 1", n, pos)
		}
		tail := e.tail("a").Positions
		for i := range won {
			if last := string(tail[len(tail)-1].Entries); won[i] && last != fmt.Sprint("rival ", i) {
				e.Fatalf("position %d: rival %d was told that it won, but %q is there", pos, i, last)
			}
		}
	}
}

func appendKeepsNoSlice(e *env) {
	e.join("a")
	a := entry("a", 1, "first", start("s"))
	if _, err := e.store.Journal().Append(e.ctx, a); err != nil {
		e.Fatal(err)
	}
	copy(a.Entries, "XXXXX")
	copy(a.Starts[0].Hash, "XXXX")
	copy(e.tail("a").Positions[1].Entries, "YYYYY")
	e.wantTail("a", "0 joined", `1 entries "first"`)
	if hash := string(e.keys("s")["s"].Hash); hash != "hash of s" {
		e.Errorf("the key's hash changed to %q with the caller's slice", hash)
	}
}
