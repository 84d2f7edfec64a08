package conformance

import (
	"fmt"
	"slices"

	"github.com/seosa-dev/saga"
)

func startChecks() []check {
	return []check{
		{"Start/keys-are-written", startKeys},
		{"Start/taken-is-reported", startTaken},
		{"Start/used-for-ever", startForever},
		{"Start/refused-append-takes-no-key", func(e *env) {
			e.join("a", "b")
			e.appendRefused(entry("a", 2, "x", start("s")), "where no row stands before it")
			if taken := e.append("b", 1, "x", start("s")); len(taken) != 0 {
				e.Errorf("taken after a refused append: %q, want none", taken)
			}
		}},
		{"Start/many-in-one-append", startMany},
		{"Start/two-nodes-at-once", startAtOnce},
	}
}

func startKeys(e *env) {
	e.join("a")
	e.append("a", 1, "nothing starts")
	if taken := e.append("a", 2, "two start", start("s"), start("t")); len(taken) != 0 {
		e.Errorf("taken: %q, want none", taken)
	}
	found := e.keys("s", "t", "u")
	for _, id := range []string{"s", "t"} {
		want := owned("a", 2, []saga.StartKey{start(id)})[0]
		if !sameKey(found[id], want) {
			e.Errorf("key of %q: got %+v, want %+v", id, found[id], want)
		}
	}
	if len(found) != 2 {
		e.Errorf("keys: got %v, want those of s and t", found)
	}
}

func startTaken(e *env) {
	e.join("a", "b")
	e.append("a", 1, "first", start("m"))
	other := saga.StartKey{ID: "m", Definition: "other", Hash: []byte("other")}
	if taken := e.append("b", 1, "second", start("l"), other, start("n")); !slices.Equal(taken, []string{"m"}) {
		e.Errorf("taken: %q, want m", taken)
	}
	e.wantTail("b", "0 joined", `1 entries "second"`)
	for id, node := range map[string]string{"l": "b", "m": "a", "n": "b"} {
		want := owned(node, 1, []saga.StartKey{start(id)})[0]
		if got := e.keys(id)[id]; !sameKey(got, want) {
			e.Errorf("key of %q: got %+v, want %+v", id, got, want)
		}
	}
	if taken := e.append("a", 2, "again", start("m")); !slices.Equal(taken, []string{"m"}) {
		e.Errorf("taken by the same node at another position: %q, want m", taken)
	}
}

// startForever starts an id again after its instance has ended and its node is gone.
func startForever(e *env) {
	e.join("a", "b")
	e.append("a", 1, "s starts", start("s"))
	e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 1, Rows: []saga.Row{ended("s")}})
	if taken := e.append("b", 1, "again", start("s")); !slices.Equal(taken, []string{"s"}) {
		e.Errorf("taken after the instance ended: %q, want s", taken)
	}
	e.seal("a")
	e.checkpoint(saga.Checkpoint{Node: "a", From: 1, To: 1, Drain: true})
	if taken := e.append("b", 2, "again", start("s")); !slices.Equal(taken, []string{"s"}) {
		e.Errorf("taken after its node was drained: %q, want s", taken)
	}
	if got := e.keys("s")["s"]; got.Node != "a" || got.Position != 1 {
		e.Errorf("key of s: got %+v, want node a, position 1", got)
	}
}

// startMany uses numbers of starts around those that a driver may write at once.
func startMany(e *env) {
	e.join("a", "b")
	for i, n := range []int{1, 7, 8, 9, 31, 32, 33, 100, 513} {
		var starts []saga.StartKey
		var want []string
		for k := range n {
			s := start(fmt.Sprintf("%d-%04d", n, k))
			starts = append(starts, s)
			if k%3 == 0 {
				want = append(want, s.ID)
			}
		}
		var third []saga.StartKey
		for k := 0; k < n; k += 3 {
			third = append(third, starts[k])
		}
		pos := int64(i + 1)
		e.append("a", pos, "some", third...)
		if taken := e.append("b", pos, "all", starts...); !slices.Equal(taken, want) {
			e.Errorf("%d starts: taken %q, want %q", n, taken, want)
		}
	}
}

// startAtOnce lets two nodes start the same ids; each id must go to one of them, and both must be
// told so.
func startAtOnce(e *env) {
	const rounds, each = 20, 10
	nodes := []string{"a", "b"}
	e.join(nodes...)
	for r := range rounds {
		var starts []saga.StartKey
		for k := range each {
			starts = append(starts, start(fmt.Sprintf("%03d-%03d", r, k)))
		}
		taken := make([][]string, len(nodes))
		e.together(len(nodes), func(i int) (err error) {
			mine := starts[i : each-1+i] // the ends belong to one of them only
			taken[i], err = e.store.Journal().Append(e.ctx, entry(nodes[i], int64(r+1), "x", mine...))
			return err
		})
		for k, s := range starts {
			holder := e.keys(s.ID)[s.ID].Node
			for i, n := range nodes {
				asked := k >= i && k < each-1+i
				if told := !slices.Contains(taken[i], s.ID); asked && told != (holder == n) {
					e.Fatalf("%s: its key is %q's, and %q was told that it got it: %v", s.ID, holder, n, told)
				}
			}
		}
	}
}
