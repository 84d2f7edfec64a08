package saga

import "time"

// touch is what a checkpoint has to write of one instance.
type touch struct {
	after   *instance // as durable
	first   int       // Seq of the first entry
	encoded [][]byte
	of      *resident
	damaged bool // its row cannot be read
	row     int  // how large it is, roughly
}

// touch notes a durable transition for the next checkpoint.
func (n *node) touch(p *pending, at time.Time) {
	if len(n.touched) == 0 {
		n.touchedAt = at
	}
	t := p.of.touch
	if t == nil {
		t = n.touchAnew(p)
	}
	n.touchedBytes += p.row + len(p.encoded) - t.row
	t.after, t.of, t.row = p.after, p.of, p.row
	t.encoded = append(t.encoded, p.encoded)
	n.behind += len(p.encoded)
}

// touchAnew notes the first one of a resident, which was perhaps released and is back.
func (n *node) touchAnew(p *pending) *touch {
	t := n.touched[p.entry.ID]
	if t == nil {
		t = &touch{first: p.entry.Seq, of: p.of, encoded: make([][]byte, 0, len(p.of.shape.Steps)+1)}
		n.touched[p.entry.ID] = t
		n.inOrder = append(n.inOrder, t)
	}
	p.of.touch = t
	return t
}

// checkpointAt is when the next checkpoint is due: soon when quiet, in measured steps under load.
func (n *node) checkpointAt() time.Time {
	if len(n.batch) > 0 || n.flight != nil || n.pressed() {
		if n.pressed() {
			return n.touchedAt
		}
		return n.touchedAt.Add(n.rules.checkpoint)
	}
	return earlier(n.touchedAt.Add(n.rules.checkpoint), n.beat.Add(n.rules.quiet))
}

// pressed reports whether so much is not written yet that it cannot wait.
func (n *node) pressed() bool {
	return n.behind > n.rules.behindBytes/4 || n.touchedBytes > n.rules.rowsBytes/4
}

// maxBeats is how many positions without a transition may pile up before they are trimmed.
const maxBeats = 64

func (n *node) checkpointNext(at time.Time) {
	due := len(n.touched) > 0 && !at.Before(n.checkpointAt()) || n.next-1-n.trimmed > maxBeats && len(n.touched) == 0
	if !due || n.writing != nil || n.claimingOwn || n.handedOver || n.next-1 <= n.trimmed {
		return
	}
	d := n.draft()
	n.writing, n.writingTo, n.writingFrom = n.touched, d.To, at
	for _, t := range n.inOrder {
		// Until it is known whether the row was released, nothing may move the instance.
		t.of.touch = nil
		t.of.frozen = t.after.live() && t.after.Released && !t.of.moving()
	}
	n.touched, n.behind, n.touchedBytes = make(map[string]*touch, len(n.inOrder)), 0, 0
	n.inOrder = make([]*touch, 0, len(n.inOrder))
	n.do(writeRows{d})
}

// draft folds all that is durable and not yet written.
func (n *node) draft() draft {
	d := draft{Checkpoint{Node: n.id, From: n.trimmed, To: n.next - 1}, make([]draftRow, 0, len(n.inOrder))}
	for _, t := range n.inOrder {
		d.rows = append(d.rows, draftRow{of: t, shape: t.of.shape, kept: t.of.moving()})
	}
	return d
}

// checkpointed says that the checkpoint under way is durable.
func (n *node) checkpointed(at time.Time) {
	for id, t := range n.writing {
		if r := t.of; r.frozen && n.live[id] == r {
			delete(n.live, id)
			n.unschedule(r)
			if due, ever := t.after.wakes(); ever {
				n.claimAt = earlier(n.claimAt, due)
			}
		}
	}
	count := len(n.writing)
	n.writing, n.trimmed = nil, n.writingTo
	n.measured(Measure{Kind: MeasuredCheckpoint, Count: count}, n.writingFrom, at)
	held := n.held
	n.held = nil
	for _, req := range held {
		if r := n.live[req.ID]; r == nil && !n.leaving {
			n.begin(req, at) // if the id is taken, the append says so
			continue
		}
		n.start(req, at)
	}
}
