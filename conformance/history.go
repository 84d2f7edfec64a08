package conformance

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seosa-dev/saga"
)

func historyChecks() []check {
	return []check{
		{"History/order-of-seq", historyOrder},
		{"History/of-one-instance", func(e *env) {
			e.filled("a", 1)
			e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 1, History: []saga.Chunk{
				{ID: "s", Seq: 1, Entries: []byte("s")}, {ID: "s2", Seq: 1, Entries: []byte("s2")},
				{ID: "S", Seq: 1, Entries: []byte("S")}, {ID: "", Seq: 1, Entries: []byte("none")},
			}})
			if h := e.history("s"); len(h) != 1 || string(h[0].Entries) != "s" {
				e.Errorf("history of s: got %+v, want its one chunk", h)
			}
			if h := e.history("unknown"); len(h) != 0 {
				e.Errorf("history of an unknown id: got %+v, want none", h)
			}
		}},
	}
}

func historyOrder(e *env) {
	seqs := []int{1, 2, 9, 10, 11, 99, 100, 1000, 20000}
	shuffled := slices.Clone(seqs)
	rand.Shuffle(len(seqs), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	e.join("a")
	for i, seq := range shuffled {
		pos := int64(i + 1)
		e.append("a", pos, "x")
		e.checkpoint(saga.Checkpoint{Node: "a", From: pos - 1, To: pos, History: []saga.Chunk{
			{ID: "s", Seq: seq, Entries: fmt.Append(nil, "chunk ", seq)},
		}})
	}
	got := e.history("s")
	if len(got) != len(seqs) {
		e.Fatalf("written as %v: got %d chunks, want %d", shuffled, len(got), len(seqs))
	}
	for i, seq := range seqs {
		if got[i].Seq != seq || string(got[i].Entries) != fmt.Sprint("chunk ", seq) {
			e.Fatalf("written as %v: chunk %d is %d with %q", shuffled, i, got[i].Seq, got[i].Entries)
		}
	}
}

func contentChecks() []check {
	return []check{
		{"Content/awkward-names", contentNames},
		{"Content/all-bytes", func(e *env) {
			var all []byte
			for i := range 1024 {
				all = append(all, byte(i), byte(i>>2))
			}
			e.content(all)
		}},
		{"Content/one-megabyte", func(e *env) {
			e.content(bytes.Repeat([]byte("0123456789abcdef"), 1<<16))
		}},
	}
}

// awkward are names that an escape, a pattern, a collation or a fixed width would spoil.
func awkward() []string {
	return []string{
		"a'b", `a"b`, "a`b", "a;drop table x;--", "%", "_", `\`, "a/b/c~1", "a b", " a ", "1", "01", "1.0",
		"null", "O'Reilly", "사가", "é", "e\u0301", "İ", "😀", "a\u00a0b", "<&>\u2028", "?", "$1", ":x", "[a]", "{a,b}",
		strings.Repeat("x", 200), strings.Repeat("각", 66) + "xx",
	}
}

// contentNames uses each name for a node, an instance, a definition and a shape at once.
func contentNames(e *env) {
	for _, name := range awkward() {
		row := heldBy(name, name)
		row.Definition = name
		e.join(name)
		e.append(name, 1, "x", saga.StartKey{ID: name, Definition: name, Hash: []byte(name)})
		if taken := e.append(name, 2, "y", start(name)); !slices.Equal(taken, []string{name}) {
			e.Errorf("taken: got %q, want %q", taken, name)
		}
		e.checkpoint(saga.Checkpoint{
			Node: name, From: 0, To: 2, Rows: []saga.Row{row},
			History: []saga.Chunk{{ID: name, Seq: 1, Entries: []byte(name)}},
		})
		e.defined([]saga.StoredShape{shape(name, 1, name)}, []saga.StoredShape{shape(name, 1, name)})
	}
	if got := e.keys(awkward()...); len(got) != len(awkward()) {
		e.Errorf("got %d keys, want %d", len(got), len(awkward()))
	}
	for _, name := range awkward() {
		if k := e.keys(name)[name]; k.Definition != name || string(k.Hash) != name || k.Node != name {
			e.Errorf("key of %q: got %+v", name, k)
		}
		e.found(saga.Filter{Definition: name}, name)
		e.found(saga.Filter{IDs: []string{name}}, name)
		if got := ids(e.tail(name).Rows); !slices.Equal(got, []string{name}) {
			e.Errorf("%q owns %q, want its namesake", name, got)
		}
		if h := e.history(name); len(h) != 1 || h[0].ID != name || string(h[0].Entries) != name {
			e.Errorf("history of %q: got %+v", name, h)
		}
		e.claimed(saga.Claim{Node: name, IDs: []string{name}, Own: true, Limit: 9}, name)
	}
}

// content wants the same bytes back from everywhere.
func (e *env) content(b []byte) {
	e.Helper()
	same := func(what string, got []byte) {
		e.Helper()
		if !bytes.Equal(got, b) {
			e.Errorf("%s: got %d other bytes, want the %d that were written", what, len(got), len(b))
		}
	}
	e.join("a")
	a := entry("a", 1, string(b), saga.StartKey{ID: "s", Definition: "order", Hash: b[:32]})
	for range 2 { // the second is a repeat
		_, err := e.store.Journal().Append(e.ctx, a)
		e.must(err, "append of %d bytes", len(b))
	}
	e.append("a", 2, "x")
	same("journal", e.tail("a").Positions[1].Entries)
	row := heldBy("a", "s")
	row.Data = b
	e.checkpoint(saga.Checkpoint{
		Node: "a", From: 0, To: 2, Rows: []saga.Row{row}, History: []saga.Chunk{{ID: "s", Seq: 1, Entries: b}},
	})
	same("row in a tail", e.tail("a").Rows[0].Data)
	same("row that was found", e.find(saga.Filter{})[0].Data)
	same("row that was claimed", e.claim(saga.Claim{Node: "a", Own: true, Limit: 1})[0].Data)
	same("history", e.history("s")[0].Entries)
	e.defined([]saga.StoredShape{shape("order", 1, string(b))}, []saga.StoredShape{shape("order", 1, string(b))})
}
