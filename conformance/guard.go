package conformance

import (
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
)

// settled turns the error of a rival into whether it won.
func settled(err error) (won bool, other error) {
	if errors.Is(err, saga.ErrSealed) {
		return false, nil
	}
	return err == nil, err
}

func guardChecks() []check {
	return []check{
		{"Guard/position-gone", guardGone},
		{"Guard/position-not-yet-there", func(e *env) {
			e.filled("a", 2)
			e.sealedOff("beyond the newest row", fold("a", 0, 3), fold("a", 2, 3), fold("a", 3, 4), fold("a", 0, 1000))
			e.sealedOff("of a node that never joined", fold("b", 0, 1))
		}},
		{"Guard/nothing-deleted", func(e *env) {
			e.filled("a", 3)
			e.sealedOff("that deletes no position", fold("a", 0, 0), fold("a", 2, 2), fold("a", 3, 3), fold("a", 3, 2))
		}},
		{"Guard/over-a-seal", func(e *env) {
			e.filled("a", 2)
			e.seal("a")
			e.sealedOff("over the seal", fold("a", 0, 3), fold("a", 2, 3))
			e.drained("d")
			e.sealedOff("of a drained journal", fold("d", 0, 1), fold("d", 1, 2), fold("d", 0, 2))
			e.wantTail("d", "2 drained")
		}},
		{"Guard/late-repeat", func(e *env) {
			e.filled("a", 4)
			c := fold("a", 0, 2)
			e.checkpoint(c)
			newer := fold("a", 2, 4)
			newer.Rows[0].Data = []byte("newer")
			e.checkpoint(newer)
			e.sealedOff("that was made before", c, newer)
		}},
	}
}

func guardGone(e *env) {
	e.filled("a", 6)
	e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 3})
	e.sealedOff("whose first positions are gone", fold("a", 0, 5), fold("a", 1, 4), fold("a", 2, 6), fold("a", 2, 3))
	e.wantTail("a", `3 entries ""`, `4 entries "4"`, `5 entries "5"`, `6 entries "6"`)
	e.checkpoint(saga.Checkpoint{Node: "a", From: 3, To: 5})
}

// fold is a checkpoint that would write a row and a chunk.
func fold(node string, from, to int64) saga.Checkpoint {
	row := sleeping("s")
	row.Data = fmt.Appendf(nil, "%d to %d", from, to)
	return saga.Checkpoint{
		Node: node, From: from, To: to, Rows: []saga.Row{row, sleeping("t")},
		History: []saga.Chunk{{ID: "s", Seq: int(from + 1), Entries: row.Data}},
	}
}

func drain(node string, from, to int64) saga.Checkpoint {
	c := fold(node, from, to)
	c.Drain = true
	return c
}

// sealedOff wants each checkpoint to fail and to write nothing at all.
func (e *env) sealedOff(which string, checkpoints ...saga.Checkpoint) {
	e.Helper()
	for _, c := range checkpoints {
		e.unchanged([]string{"a", "b", "d"}, []string{"s", "t"}, func() {
			e.Helper()
			err := e.store.Journal().Checkpoint(e.ctx, c)
			e.refused(err, saga.ErrSealed, "checkpoint %q %d to %d (drain %v), %s", c.Node, c.From, c.To, c.Drain, which)
		})
	}
}

func drainChecks() []check {
	return []check{
		{"Drain/marks-the-seal", func(e *env) {
			e.filled("a", 3)
			e.seal("a")
			e.checkpoint(drain("a", 0, 3))
			e.wantTail("a", "4 drained")
			if rows := e.find(saga.Filter{}); len(rows) != 2 {
				e.Errorf("%d rows were written, want 2", len(rows))
			}
			if h := e.history("s"); len(h) != 1 {
				e.Errorf("%d chunks were written, want 1", len(h))
			}
		}},
		{"Drain/of-one-position", func(e *env) {
			e.join("a", "b")
			e.seal("a")
			e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 0, Drain: true})
			e.wantTail("a", "1 drained")
			e.append("b", 1, "1")
			e.checkpoint(saga.Checkpoint{Node: "b", From: 0, To: 1})
			e.seal("b")
			e.checkpoint(saga.Checkpoint{Node: "b", From: 1, To: 1, Drain: true})
			e.wantTail("b", "2 drained")
		}},
		{"Drain/needs-the-seal-right-after", func(e *env) {
			e.filled("a", 3)
			e.sealedOff("without a seal", drain("a", 0, 3), drain("a", 0, 2))
			e.seal("a")
			e.sealedOff("with the seal further on", drain("a", 0, 2), drain("a", 0, 0))
			e.sealedOff("with the seal before", drain("a", 0, 4), drain("a", 4, 4), drain("a", 4, 3))
			e.sealedOff("of a node that never joined", drain("b", 0, 0))
		}},
		{"Drain/once", func(e *env) {
			e.filled("a", 3)
			e.seal("a")
			e.checkpoint(drain("a", 0, 3))
			e.sealedOff("that was made before", drain("a", 0, 3), drain("a", 3, 3), drain("a", 4, 4), drain("a", 4, 3))
		}},
		{"Drain/after-a-late-checkpoint", func(e *env) {
			e.filled("a", 5)
			e.checkpoint(fold("a", 0, 1))
			e.seal("a")
			e.checkpoint(fold("a", 1, 4)) // the old owner's, after the recoverer had read 1 to 5
			e.sealedOff("of positions that another one folded meanwhile", drain("a", 1, 5))
			e.checkpoint(drain("a", 4, 5))
			e.wantTail("a", "6 drained")
		}},
		{"Drain/seals-stay", func(e *env) {
			e.drained("a")
			e.drained("b")
			e.rows(sleeping("s"))
			e.claim(saga.Claim{Node: "b", Due: noon(), Limit: 1})
			e.wantTail("a", "2 drained")
			e.wantTail("b", "2 drained")
		}},
		{"Drain/lets-no-row-go", func(e *env) {
			e.filled("a", 2)
			e.rows(heldBy("a", "s"))
			e.seal("a")
			e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 2, Drain: true})
			want := heldBy("a", "s") // and not nobody's: a claim has to say whose it was
			if found := e.find(saga.Filter{}); len(found) != 1 || !sameRow(found[0], want) {
				e.Errorf("the row of a drained node: got %+v, want it as it was, %+v", found, want)
			}
		}},
		{"Drain/one-of-many", drainOneOfMany},
	}
}

func drainOneOfMany(e *env) {
	for round := range 8 {
		node := fmt.Sprint("node ", round)
		e.filled(node, 2)
		e.seal(node)
		won := make([]bool, 3)
		e.together(len(won), func(i int) (err error) {
			won[i], err = settled(e.store.Journal().Checkpoint(e.ctx, drain(node, 0, 2)))
			return err
		})
		if n := count(won); n != 1 {
			e.Fatalf("%d of %d drains went in, want 1", n, len(won))
		}
	}
}
