package conformance

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/seosa-dev/saga"
)

func keyChecks() []check {
	return []check{
		{"Keys/of-some", func(e *env) {
			e.join("a")
			e.append("a", 1, "x", start("s"), start("t"), start("u"))
			if got := e.keys("s", "u", "unknown"); len(got) != 2 || got["s"].ID == "" || got["u"].ID == "" {
				e.Errorf("got %v, want those of s and u", got)
			}
			if got := e.keys(); len(got) != 0 {
				e.Errorf("keys of no ids: got %v, want none", got)
			}
		}},
		{"Keys/of-many", func(e *env) {
			const n = 700
			var starts []saga.StartKey
			var asked []string
			for i := range n {
				id := fmt.Sprintf("%05d", i)
				starts, asked = append(starts, start(id)), append(asked, id, id+" unknown")
			}
			e.join("a")
			e.append("a", 1, "x", starts...)
			if got := e.keys(asked...); len(got) != n {
				e.Errorf("got %d keys, want %d", len(got), n)
			}
		}},
	}
}

func defineChecks() []check {
	return []check{
		{"Define/stores-once", func(e *env) {
			first := []saga.StoredShape{shape("order", 1, "one"), shape("order", 2, "two")}
			e.defined(first, first)
			e.defined(first, first)
			e.defined(
				[]saga.StoredShape{shape("order", 2, "other"), shape("bill", 1, "bill"), shape("order", 1, "other")},
				[]saga.StoredShape{first[1], shape("bill", 1, "bill"), first[0]})
			e.defined(nil, nil)
			e.shapes(first[0], first[1], shape("bill", 1, "bill"))
		}},
		{"Define/at-once", defineAtOnce},
	}
}

func shape(name string, version int, data string) saga.StoredShape {
	return saga.StoredShape{Name: name, Version: version, Data: []byte(data)}
}

func sameShape(a, b saga.StoredShape) bool {
	return a.Name == b.Name && a.Version == b.Version && bytes.Equal(a.Data, b.Data)
}

func (e *env) defined(ask, want []saga.StoredShape) {
	e.Helper()
	got, err := e.store.Instances().Define(e.ctx, ask)
	e.must(err, "define")
	if !slices.EqualFunc(got, want, sameShape) {
		e.Errorf("define %+v: got %+v, want %+v", ask, got, want)
	}
}

// shapes wants exactly these to be stored.
func (e *env) shapes(want ...saga.StoredShape) {
	e.Helper()
	got, err := e.store.Reader().Shapes(e.ctx)
	e.must(err, "shapes")
	for _, w := range want {
		if !slices.ContainsFunc(got, func(g saga.StoredShape) bool { return sameShape(g, w) }) {
			e.Errorf("shapes: got %+v, which lacks %+v", got, w)
		}
	}
	if len(got) != len(want) {
		e.Errorf("shapes: got %d, want %d", len(got), len(want))
	}
}

// defineAtOnce stores different shapes under one name; everybody must be told the same.
func defineAtOnce(e *env) {
	const nodes = 6
	told := make([]string, nodes)
	e.together(nodes, func(i int) error {
		mine := []saga.StoredShape{shape("order", 1, fmt.Sprint("of ", i))}
		got, err := e.store.Instances().Define(e.ctx, mine)
		if err == nil && len(got) == 1 {
			told[i] = string(got[0].Data)
		}
		return err
	})
	for i := range told {
		if told[i] == "" || told[i] != told[0] {
			e.Fatalf("nodes were told different shapes: %q", told)
		}
	}
	e.shapes(shape("order", 1, told[0]))
}

func nodeChecks() []check {
	return []check{
		{"Nodes/how-far-they-are", func(e *env) {
			e.join("fresh")
			e.filled("busy", 12)
			e.filled("folded", 5)
			e.checkpoint(saga.Checkpoint{Node: "folded", From: 0, To: 5})
			e.filled("sealed", 3)
			e.seal("sealed")
			e.drained("drained")
			e.nodes(
				saga.NodeState{ID: "fresh"}, saga.NodeState{ID: "busy", Position: 12},
				saga.NodeState{ID: "folded", Position: 5}, saga.NodeState{ID: "sealed", Position: 4, Sealed: true})
			e.append("folded", 6, "x")
			e.checkpoint(saga.Checkpoint{Node: "sealed", From: 0, To: 3, Drain: true})
			e.nodes(
				saga.NodeState{ID: "fresh"}, saga.NodeState{ID: "busy", Position: 12},
				saga.NodeState{ID: "folded", Position: 6})
		}},
	}
}

// nodes wants exactly these. That one of them is gone cannot be: they joined through this store.
func (e *env) nodes(want ...saga.NodeState) {
	e.Helper()
	got, err := e.store.Instances().Nodes(e.ctx)
	e.must(err, "nodes")
	for i := range got {
		got[i].Silent, got[i].Lease = 0, 0 // are for the store to say, or not
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			e.Errorf("nodes: got %+v, which lacks %+v", got, w)
		}
	}
	if len(got) != len(want) {
		e.Errorf("nodes: got %+v, want %+v", got, want)
	}
}
