package conformance

import (
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/seosa-dev/saga"
)

func tailChecks() []check {
	return []check{
		{"Tail/order", func(e *env) {
			const n = 120
			e.filled("a", n)
			tail := e.tail("a").Positions
			if len(tail) != n+1 {
				e.Fatalf("got %d positions, want %d", len(tail), n+1)
			}
			for i, p := range tail[1:] {
				if p.Number != int64(i+1) || string(p.Entries) != fmt.Sprint(i+1) {
					e.Fatalf("position %d of the journal is %q", i+1, show(p))
				}
			}
		}},
		{"Tail/live-rows-of-the-node", tailRows},
		{"Tail/one-snapshot", tailSnapshot},
	}
}

func tailRows(e *env) {
	e.join("other")
	e.filled("a", 1)
	gone := ended("ended")
	gone.Owner = "a"
	never := heldBy("a", "never due")
	never.Due = ended("x").Due
	e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 1, Rows: []saga.Row{
		heldBy("a", "mine"), never, gone, sleeping("nobody's"), heldBy("other", "other's"),
	}})
	rows := e.tail("a").Rows
	got := ids(rows)
	slices.Sort(got)
	if want := []string{"mine", "never due"}; !slices.Equal(got, want) {
		e.Errorf("rows of a: got %q, want %q", got, want)
	}
	for _, r := range rows {
		if want := heldBy("a", "mine"); r.ID == "mine" && !sameRow(r, want) {
			e.Errorf("got row %+v, want %+v", r, want)
		}
	}
	if rows := e.tail("").Rows; len(rows) != 0 {
		e.Errorf("the node without a name owns %q, want nothing", ids(rows))
	}
}

// tailSnapshot folds a counter into a row while others read. In every snapshot the row says how far
// the journal was folded. It goes on until the readers have seen the journal move often enough: a
// scheduler that runs writer and readers one after the other would prove nothing.
func tailSnapshot(e *env) {
	const rounds, readers, moves = 60, 2, 30
	e.filled("a", 1)
	e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 1, Rows: []saga.Row{counter(1)}})
	var satisfied atomic.Int32
	var done atomic.Bool
	e.together(readers+1, func(i int) error {
		if i > 0 {
			return e.readCounter(moves, &satisfied, &done)
		}
		defer done.Store(true)
		for n := int64(2); n <= rounds || satisfied.Load() < readers; n++ {
			if err := e.foldCounter(n); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *env) foldCounter(n int64) error {
	if _, err := e.store.Journal().Append(e.ctx, entry("a", n, "more")); err != nil {
		return err
	}
	c := saga.Checkpoint{Node: "a", From: n - 1, To: n, Rows: []saga.Row{counter(n)}}
	return e.store.Journal().Checkpoint(e.ctx, c)
}

func counter(n int64) saga.Row {
	r := heldBy("a", "counter")
	r.Data = []byte(strconv.FormatInt(n, 10))
	return r
}

// readCounter reads until done. It is satisfied when it saw the journal move so many times, or when
// it has found a mistake.
func (e *env) readCounter(moves int, satisfied *atomic.Int32, done *atomic.Bool) error {
	var last int64
	for !done.Load() {
		folded, err := e.foldedTo()
		if err != nil {
			satisfied.Add(1)
			return err
		}
		if folded != last {
			if moves--; moves == 0 {
				satisfied.Add(1)
			}
		}
		last = folded
	}
	return nil
}

func (e *env) foldedTo() (int64, error) {
	t, err := e.store.Journal().Tail(e.ctx, "a")
	if err != nil {
		return 0, err
	}
	if len(t.Rows) != 1 || len(t.Positions) == 0 {
		return 0, fmt.Errorf("a tail has %d rows and %d positions", len(t.Rows), len(t.Positions))
	}
	folded := t.Positions[0].Number
	if said := string(t.Rows[0].Data); said != fmt.Sprint(folded) {
		return 0, fmt.Errorf("a tail begins at position %d, its row stands for %s", folded, said)
	}
	return folded, nil
}
