package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/seosa-dev/saga"
)

// must ends the check if a call that had to succeed did not.
func (e *env) must(err error, format string, args ...any) {
	e.Helper()
	if err != nil {
		e.Fatalf("%s: %v", fmt.Sprintf(format, args...), err)
	}
}

// refused wants an error that matches target.
func (e *env) refused(err, target error, format string, args ...any) {
	e.Helper()
	if !errors.Is(err, target) {
		e.Errorf("%s: got error %v, want one that matches %q", fmt.Sprintf(format, args...), err, target)
	}
}

func (e *env) join(nodes ...string) {
	e.Helper()
	for _, n := range nodes {
		e.must(e.store.Journal().Join(e.ctx, n, 0), "join %q", n)
	}
}

// append makes an append that has to succeed and returns what was taken, sorted.
func (e *env) append(node string, pos int64, entries string, starts ...saga.StartKey) []string {
	e.Helper()
	taken, err := e.store.Journal().Append(e.ctx, entry(node, pos, entries, starts...))
	e.must(err, "append at %q/%d", node, pos)
	slices.Sort(taken)
	return taken
}

// appendRefused makes an append that has to be sealed off.
func (e *env) appendRefused(a saga.Append, why string) {
	e.Helper()
	_, err := e.store.Journal().Append(e.ctx, a)
	e.refused(err, saga.ErrSealed, "append at %q/%d, %s", a.Node, a.Position, why)
}

// filled joins a node and appends entries "1" to "n" at positions 1 to n.
func (e *env) filled(node string, n int64) {
	e.Helper()
	e.join(node)
	for pos := int64(1); pos <= n; pos++ {
		e.append(node, pos, fmt.Sprint(pos))
	}
}

func (e *env) seal(node string) {
	e.Helper()
	e.must(e.store.Journal().Seal(e.ctx, node), "seal %q", node)
}

func (e *env) checkpoint(c saga.Checkpoint) {
	e.Helper()
	e.must(e.store.Journal().Checkpoint(e.ctx, c), "checkpoint %q %d to %d", c.Node, c.From, c.To)
}

// rows stores rows by a node that does nothing else.
func (e *env) rows(rows ...saga.Row) {
	e.Helper()
	e.writers++
	node := fmt.Sprint("writer ", e.writers)
	e.filled(node, 1)
	e.checkpoint(saga.Checkpoint{Node: node, From: 0, To: 1, Rows: rows})
}

// drained joins a node and brings it to its end.
func (e *env) drained(node string) {
	e.Helper()
	e.filled(node, 1)
	e.seal(node)
	e.checkpoint(saga.Checkpoint{Node: node, From: 0, To: 1, Drain: true})
}

func (e *env) tail(node string) saga.Tail {
	e.Helper()
	t, err := e.store.Journal().Tail(e.ctx, node)
	e.must(err, "tail of %q", node)
	return t
}

// wantTail compares a node's journal with positions written as by show.
func (e *env) wantTail(node string, want ...string) {
	e.Helper()
	got := []string{}
	for _, p := range e.tail(node).Positions {
		got = append(got, show(p))
	}
	if !slices.Equal(got, want) {
		e.Errorf("journal of %q: got %q, want %q", node, got, want)
	}
}

// show writes a position as number, kind and entries, such as `3 entries "abc"`.
func show(p saga.Position) string {
	kinds := map[saga.PositionKind]string{
		saga.Joined: "joined", saga.Entries: "entries", saga.Sealed: "sealed", saga.Drained: "drained",
	}
	text := fmt.Sprint(p.Number, " ", kinds[p.Kind])
	if p.Kind == saga.Entries || len(p.Entries) > 0 {
		text += fmt.Sprintf(" %q", p.Entries)
	}
	return text
}

// claim returns the rows of a claim.
func (e *env) claim(c saga.Claim) []saga.Row {
	e.Helper()
	return e.claimAll(c).Rows
}

func (e *env) claimAll(c saga.Claim) saga.Claimed {
	e.Helper()
	got, err := e.store.Instances().Claim(e.ctx, c)
	e.must(err, "claim for %q", c.Node)
	return got
}

func (e *env) find(f saga.Filter) []saga.Row {
	e.Helper()
	rows, err := e.store.Reader().Find(e.ctx, f)
	e.must(err, "find")
	return rows
}

func (e *env) history(id string) []saga.Chunk {
	e.Helper()
	chunks, err := e.store.Reader().History(e.ctx, id)
	e.must(err, "history of %q", id)
	return chunks
}

// keys returns the key rows of ids, by id.
func (e *env) keys(ids ...string) map[string]saga.StartKey {
	e.Helper()
	list, err := e.store.Instances().Keys(e.ctx, ids)
	e.must(err, "keys")
	found := map[string]saga.StartKey{}
	for _, k := range list {
		if _, twice := found[k.ID]; twice {
			e.Errorf("keys: %q is there twice", k.ID)
		}
		found[k.ID] = k
	}
	return found
}

// unchanged runs fn and wants everything about these nodes and ids to be as before.
func (e *env) unchanged(nodes, ids []string, fn func()) {
	e.Helper()
	before := e.picture(nodes, ids)
	fn()
	if after := e.picture(nodes, ids); after != before {
		e.Errorf("something was written although the call was refused; before:\n%safter:\n%s", before, after)
	}
}

func (e *env) picture(nodes, ids []string) string {
	e.Helper()
	var b strings.Builder
	for _, n := range nodes {
		for _, p := range e.tail(n).Positions {
			fmt.Fprintf(&b, "  %q: %s\n", n, show(p))
		}
	}
	keys := e.keys(ids...)
	for _, id := range ids {
		if k, ok := keys[id]; ok {
			fmt.Fprintf(&b, "  key %+v\n", k)
		}
		for _, r := range e.find(saga.Filter{IDs: []string{id}}) {
			fmt.Fprintf(&b, "  row %+v\n", r)
		}
		for _, c := range e.history(id) {
			fmt.Fprintf(&b, "  chunk %+v\n", c)
		}
	}
	return b.String()
}

// together runs fn n times at once, waits, and fails the check with the first error.
func (e *env) together(n int, fn func(i int) error) {
	e.Helper()
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	e.must(errors.Join(errs...), "several goroutines at once")
}

func sameKey(a, b saga.StartKey) bool {
	return a.ID == b.ID && a.Definition == b.Definition && bytes.Equal(a.Hash, b.Hash) &&
		a.Node == b.Node && a.Position == b.Position
}
