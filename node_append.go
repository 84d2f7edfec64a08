package saga

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"time"
)

// pending is a transition on its way into the journal.
type pending struct {
	entry   entry
	encoded []byte
	after   *instance
	of      *resident
	act     bool    // call what follows once it is durable
	lazy    bool    // nothing waits for it
	row     int     // how large its instance's row is, roughly
	answer  *Answer // to the command that this is
	rowless bool    // the command had no row when this was appended
}

func newPending(r *resident, e entry, after *instance) *pending {
	return &pending{entry: e, after: after, of: r, row: 300 + after.State.size() + after.earlySize()}
}

// appendNext hands the journal what was decided while the last append was under way. An idle node
// appends nothing now and then, so that others see it progress.
func (n *node) appendNext(at time.Time) {
	if n.flight != nil || n.handedOver {
		return
	}
	// What an append accepts, a checkpoint must be able to write.
	full := n.touchedBytes > n.rules.rowsBytes
	idle := full || len(n.batch) == 0 && len(n.refusals) == 0
	if idle && at.Sub(n.beat) < n.rules.lease/2 || !full && n.canWait(at) {
		return
	}
	n.flight = []*pending{}
	if !full {
		n.flight = n.take()
	}
	row := Append{Node: n.id, Position: n.next, Answers: n.refusals}
	n.refusals = nil
	encoded := make([][]byte, len(n.flight))
	for i, p := range n.flight {
		encoded[i] = p.encoded
		if p.rowless = p.answer != nil && n.direct[p.answer.ID] != nil; p.answer != nil && !p.rowless {
			row.Answers = append(row.Answers, *p.answer)
		}
		if p.entry.Begin != nil {
			row.Starts = append(row.Starts, StartKey{ID: p.entry.ID, Definition: p.entry.Begin.Definition, Hash: p.entry.Begin.Hash})
		}
	}
	// Sorted, so that two nodes that take the same keys never wait for each other.
	sort.Slice(row.Starts, func(i, j int) bool { return row.Starts[i].ID < row.Starts[j].ID })
	row.Entries = n.page.take(encoded, len(n.batch))
	n.answering = row.Answers
	n.flown = Measure{Kind: MeasuredAppend, At: at, Count: len(n.flight), Bytes: len(row.Entries)}
	n.do(appendRow{row})
}

// appendsFew reports whether the next pump would append so little that waiting for others could pay.
func (n *node) appendsFew() bool {
	return n.flight == nil && len(n.live) > 1 && len(n.batch) > 0 && len(n.batch) < n.rules.many
}

// canWait reports whether the batch holds only outcomes that nothing waits for: what does wait
// comes soon, and then they share its append.
func (n *node) canWait(at time.Time) bool {
	if len(n.batch) == 0 || len(n.refusals) > 0 || n.leaving || !at.Before(n.batch[0].entry.At.Add(n.rules.quiet)) {
		return false
	}
	return !slices.ContainsFunc(n.batch, func(p *pending) bool { return !p.lazy })
}

// take cuts the batch at the size of a row.
func (n *node) take() []*pending {
	size, rows, end := 0, 0, 0
	for end < len(n.batch) && (end == 0 || size+len(n.batch[end].encoded) <= n.rules.rowBytes && rows+n.batch[end].row <= n.rules.rowsBytes) {
		size, rows = size+len(n.batch[end].encoded), rows+n.batch[end].row
		end++
	}
	taken := make([]*pending, end)
	copy(taken, n.batch)
	n.batch = append(n.batch[:0], n.batch[end:]...)
	return taken
}

// appended says that the append under way is durable, but for the starts whose ids were taken.
func (n *node) appended(takenIDs []string, at time.Time) {
	if n.over {
		return
	}
	done := n.flight
	n.flight, n.beat = nil, at
	n.next++
	n.measured(n.flown, n.flown.At, at)
	n.commandsAnswered()
	n.appendAtOnce(rowsOf(done), at)
	taken := make(map[string]bool, len(takenIDs))
	for _, id := range takenIDs {
		taken[id] = true
	}
	told := make([]*pending, 0, len(done))
	for _, p := range done {
		if p.entry.Begin != nil && taken[p.entry.ID] {
			n.taken(p.of)
			continue
		}
		n.durable(p, at)
		told = append(told, p)
	}
	if len(told) > 0 {
		n.do(tell{told})
	}
}

// appendAtOnce begins the next append before what follows from the last one is worked out, if there is
// enough for it: the journal is what everybody waits for. landed is how large the rows of the last one
// are, which the next checkpoint has to write as well.
func (n *node) appendAtOnce(landed int, at time.Time) {
	if len(n.batch) < n.rules.many || n.touchedBytes+landed > n.rules.rowsBytes {
		return
	}
	before := len(n.effects)
	n.appendNext(at)
	if n.early != nil && len(n.effects) > before {
		n.early(n.effects[before])
		n.effects = n.effects[:before]
	}
}

func rowsOf(list []*pending) (size int) {
	for _, p := range list {
		size += p.row + len(p.encoded)
	}
	return size
}

// durable is one transition that can no longer be lost.
func (n *node) durable(p *pending, at time.Time) {
	r := p.of
	r.known = p.after
	r.undone--
	if p.rowless && !n.heardDirectly(p.answer.ID, true) { // it was given a row meanwhile, which is still to be answered
		delete(n.commands, p.answer.ID)
	}
	n.touch(p, at)
	if r.undone == 0 { // or a resumption follows in the same append
		n.settleWaiters(r)
	}
	switch {
	case !p.after.live():
		delete(n.live, p.after.ID)
	case p.act && (r.undone == 0 || len(r.now.Others) > 0): // else a later decision says what follows
		n.act(r, at, false)
	}
}

// appendRejected and checkpointRejected are the two ways to learn of one's seal.
func (n *node) appendRejected(at time.Time) {
	n.flown.Rejected = true
	n.measured(n.flown, n.flown.At, at)
	n.sealed(at)
}

func (n *node) checkpointRejected(at time.Time) {
	n.measured(Measure{Kind: MeasuredCheckpoint, Count: len(n.writing), Rejected: true}, n.writingFrom, at)
	n.sealed(at)
}

// sealed says that another node took this incarnation's next position: nothing that is not durable
// was written, and nothing will be. The instances belong to others now.
func (n *node) sealed(at time.Time) {
	if n.over {
		return
	}
	n.over = true
	for _, p := range n.flight { // its first try may have landed before the seal, and its answer been lost
		n.refuseAll(p.of, Unknown)
	}
	for _, p := range n.batch {
		n.refuseAll(p.of, NotDone)
	}
	for _, id := range slices.Sorted(maps.Keys(n.live)) { // those who wait for a call in attention
		n.refuseAll(n.live[id], Unknown)
	}
	n.refuseWaiting(ErrSealed)
	n.do(rejoin{})
}

func (n *node) refuseAll(r *resident, known Outcome) {
	for _, req := range r.waiters {
		n.refuse(req, fmt.Errorf("start of %s: %w: %w; start it again", req.ID, known, ErrSealed))
	}
	r.waiters = nil
}

// refuseWaiting answers the starts that wait for something else than their own append.
func (n *node) refuseWaiting(why error) {
	waiting := n.held
	n.held = nil
	for _, m := range []map[string][]*startRequest{n.asked, n.resuming} {
		for _, reqs := range m {
			waiting = append(waiting, reqs...)
		}
		clear(m)
	}
	for _, req := range waiting {
		n.refuse(req, fmt.Errorf("start of %s: %w: %w; start it again", req.ID, Unknown, why))
	}
}
