package conformance

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/seosa-dev/saga"
)

func sealChecks() []check {
	return []check{
		{"Seal/next-position", func(e *env) {
			e.filled("a", 2)
			e.seal("a")
			e.wantTail("a", "0 joined", `1 entries "1"`, `2 entries "2"`, "3 sealed")
			e.join("idle")
			e.seal("idle")
			e.wantTail("idle", "0 joined", "1 sealed")
		}},
		{"Seal/of-a-folded-journal", func(e *env) {
			e.filled("a", 12)
			e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 12})
			e.seal("a")
			e.wantTail("a", `12 entries ""`, "13 sealed")
		}},
		{"Seal/again", func(e *env) {
			e.filled("a", 1)
			e.seal("a")
			e.drained("b")
			e.unchanged([]string{"a", "b"}, nil, func() {
				e.seal("a")
				e.seal("b")
			})
		}},
		{"Seal/unknown-node", func(e *env) {
			e.join("a")
			e.refused(e.store.Journal().Seal(e.ctx, "b"), saga.ErrNotFound, "sealing a node that never joined")
			if n := len(e.tail("b").Positions); n != 0 {
				e.Errorf("a node that never joined has %d positions, want none", n)
			}
		}},
		{"Seal/several-at-once", func(e *env) {
			e.filled("a", 1)
			e.together(6, func(int) error { return e.store.Journal().Seal(e.ctx, "a") })
			e.wantTail("a", "0 joined", `1 entries "1"`, "2 sealed")
		}},
		{"Seal/against-appends", func(e *env) {
			for round := range 10 {
				sealAgainstAppends(e, fmt.Sprint("node ", round))
			}
		}},
	}
}

// sealAgainstAppends seals a node while it appends as fast as it can. Every append that was accepted
// is in the journal before the seal, and none is accepted that began after Seal had returned.
func sealAgainstAppends(e *env, node string) {
	e.join(node)
	accepted := int64(0)
	var appends atomic.Int64
	var sealed atomic.Bool
	e.together(2, func(i int) error {
		if i == 0 {
			for appends.Load() < 5 && e.ctx.Err() == nil { // so that both are under way
				runtime.Gosched()
			}
			defer sealed.Store(true)
			return e.store.Journal().Seal(e.ctx, node)
		}
		defer appends.Store(5)
		for pos := int64(1); ; pos++ {
			late := sealed.Load()
			_, err := e.store.Journal().Append(e.ctx, entry(node, pos, "x", start(fmt.Sprint(node, pos))))
			switch {
			case errors.Is(err, saga.ErrSealed):
				return nil
			case err != nil:
				return err
			case late:
				return fmt.Errorf("append at %s/%d was accepted after the seal", node, pos)
			}
			accepted = pos
			appends.Add(1)
		}
	})
	tail := e.tail(node).Positions
	last := tail[len(tail)-1]
	if last.Kind != saga.Sealed || last.Number != accepted+1 || int64(len(tail)) != accepted+2 {
		e.Fatalf("%d appends were accepted; the journal has %d rows and ends with %q", accepted, len(tail), show(last))
	}
	if id := fmt.Sprint(node, accepted+1); len(e.keys(id)) != 0 {
		e.Errorf("the refused append left a key for %q", id)
	}
}
