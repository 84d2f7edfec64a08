package conformance

import (
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
)

func checkpointChecks() []check {
	return []check{
		{"Checkpoint/rows-history-and-trim", checkpointAll},
		{"Checkpoint/upserts", checkpointUpserts},
		{"Checkpoint/one-after-the-other", func(e *env) {
			e.filled("a", 6)
			e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 1})
			e.wantTail("a", `1 entries ""`, `2 entries "2"`, `3 entries "3"`, `4 entries "4"`, `5 entries "5"`, `6 entries "6"`)
			e.checkpoint(saga.Checkpoint{Node: "a", From: 1, To: 4})
			e.wantTail("a", `4 entries ""`, `5 entries "5"`, `6 entries "6"`)
			e.checkpoint(saga.Checkpoint{Node: "a", From: 4, To: 6})
			e.wantTail("a", `6 entries ""`)
		}},
		{"Checkpoint/other-journals-stay", func(e *env) {
			e.filled("a", 3)
			e.filled("b", 3)
			e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 3})
			e.wantTail("b", "0 joined", `1 entries "1"`, `2 entries "2"`, `3 entries "3"`)
		}},
		{"Checkpoint/after-the-seal", func(e *env) {
			e.filled("a", 3)
			e.seal("a")
			e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 3, Rows: []saga.Row{ended("s")}})
			e.wantTail("a", `3 entries ""`, "4 sealed")
			if n := len(e.find(saga.Filter{})); n != 1 {
				e.Errorf("%d rows were written, want 1", n)
			}
		}},
		{"Checkpoint/many-rows", checkpointMany},
		{"Checkpoint/one-of-many", checkpointOneOfMany},
	}
}

func checkpointAll(e *env) {
	e.filled("a", 3)
	e.checkpoint(saga.Checkpoint{
		Node: "a", From: 0, To: 2,
		Rows:    []saga.Row{heldBy("a", "s"), ended("t")},
		History: []saga.Chunk{{ID: "s", Seq: 1, Entries: []byte("s1")}, {ID: "t", Seq: 1, Entries: []byte("t1")}},
	})
	e.wantTail("a", `2 entries ""`, `3 entries "3"`)
	for _, want := range []saga.Row{heldBy("a", "s"), ended("t")} {
		got := e.find(saga.Filter{IDs: []string{want.ID}})
		if len(got) != 1 || !sameRow(got[0], want) {
			e.Errorf("row of %s: got %+v, want %+v", want.ID, got, want)
		}
		h := e.history(want.ID)
		if len(h) != 1 || h[0].ID != want.ID || h[0].Seq != 1 || string(h[0].Entries) != want.ID+"1" {
			e.Errorf("history of %s: got %+v, want its one chunk", want.ID, h)
		}
	}
}

func checkpointUpserts(e *env) {
	e.filled("a", 2)
	e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 1, Rows: []saga.Row{heldBy("a", "s"), sleeping("t")}})
	want := saga.Row{
		ID: "s", Definition: "another", Version: 7, Status: saga.NeedsAttention, Live: true, Owner: "b",
		Due: noon().Add(time.Hour), Started: noon().Add(2 * time.Hour), Updated: noon().Add(3 * time.Hour),
		Since: noon().Add(4 * time.Hour), Reason: saga.InDoubt, Step: "ship",
		Data: []byte("new"),
	}
	e.checkpoint(saga.Checkpoint{Node: "a", From: 1, To: 2, Rows: []saga.Row{want, ended("t")}})
	for _, want := range []saga.Row{want, ended("t")} {
		got := e.find(saga.Filter{IDs: []string{want.ID}})
		if len(got) != 1 || !sameRow(got[0], want) {
			e.Errorf("row of %s: got %+v, want %+v", want.ID, got, want)
		}
	}
}

// checkpointMany uses numbers of rows around those that a driver may write at once.
func checkpointMany(e *env) {
	e.join("a")
	total := 0
	for i, n := range []int{1, 7, 8, 9, 31, 32, 33, 64, 200} {
		var c saga.Checkpoint
		for k := range n {
			id := fmt.Sprintf("%d of %d", k, n)
			c.Rows = append(c.Rows, sleeping(id))
			c.History = append(c.History, saga.Chunk{ID: id, Seq: 1, Entries: []byte(id)})
		}
		pos := int64(i + 1)
		e.append("a", pos, "x")
		c.Node, c.From, c.To = "a", pos-1, pos
		e.checkpoint(c)
		total += n
		for k := range n {
			id := fmt.Sprintf("%d of %d", k, n)
			if h := e.history(id); len(h) != 1 || string(h[0].Entries) != id {
				e.Fatalf("history of %q: got %+v", id, h)
			}
		}
	}
	found := e.find(saga.Filter{Limit: 1000})
	if len(found) != total {
		e.Fatalf("%d rows were written, want %d", len(found), total)
	}
	for _, r := range found {
		if !sameRow(r, sleeping(r.ID)) {
			e.Fatalf("got row %+v, want %+v", r, sleeping(r.ID))
		}
	}
}

// checkpointOneOfMany folds the same positions several times at once, as an owner and a recoverer
// could; only one may go in, and the row must be its row.
func checkpointOneOfMany(e *env) {
	e.join("a")
	for pos := int64(1); pos <= 15; pos++ {
		e.append("a", pos, "x")
		won := make([]bool, 4)
		e.together(len(won), func(i int) (err error) {
			row := sleeping("s")
			row.Data = fmt.Append(nil, pos, " by ", i)
			c := saga.Checkpoint{Node: "a", From: pos - 1, To: pos, Rows: []saga.Row{row}}
			won[i], err = settled(e.store.Journal().Checkpoint(e.ctx, c))
			return err
		})
		if n := count(won); n != 1 {
			e.Fatalf("%d of %d checkpoints of the same positions went in, want 1", n, len(won))
		}
		data := string(e.find(saga.Filter{IDs: []string{"s"}})[0].Data)
		for i := range won {
			if mine := fmt.Sprint(pos, " by ", i); won[i] && data != mine {
				e.Fatalf("the checkpoint %q went in, the row says %q", mine, data)
			}
		}
	}
}
