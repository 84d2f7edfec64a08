package saga

import (
	"fmt"
	"strings"
	"time"
)

// claimNext asks for dormant instances whose time has come.
func (n *node) claimNext(at time.Time) {
	if n.claiming || n.leaving || at.Before(n.claimAt) {
		return
	}
	n.claimAt, n.claimedAt = at.Add(n.jitter(n.rules.poll)), at
	// A node that is full still hears what people want.
	full := n.behind > n.rules.behindBytes || len(n.live) >= n.rules.maxResidents
	n.claiming = true
	// Own rows are only told from stale ones while no checkpoint is changing them.
	n.claimingOwn = n.claimOwn && n.writing == nil
	limit := n.rules.claimLimit
	if n.claimingOwn { // what it holds comes back as well, and must not crowd out what was lost
		limit += len(n.live) + n.rules.claimLimit
	}
	n.forgetAnswered()
	n.do(claimRows{Claim{Node: n.id, Due: at, Own: n.claimingOwn, Wanted: full || n.claimingOwn, After: n.heard, Limit: limit}})
}

// woken says that there may be something new to claim.
func (n *node) woken(at time.Time) {
	n.claimAt = at
	if !n.over {
		n.claimNext(at)
	}
}

// jitter spreads what many nodes do over a half to one and a half of the time between.
func (n *node) jitter(d time.Duration) time.Duration {
	return d/2 + time.Duration(n.chance.Int64N(int64(d)))
}

// claimed is the answer to a claim: these rows are this node's now.
func (n *node) claimed(c Claim, got Claimed, at time.Time) {
	rows := got.Rows
	if len(c.IDs) == 0 {
		n.claiming, n.claimingOwn = false, false
		n.claimOwn = n.claimOwn && (!c.Own || len(rows) == c.Limit || at.Before(n.lostUntil))
		if len(rows) == c.Limit && !c.Wanted || got.More {
			n.claimAt = at
		}
		n.hear(got)
		if !c.Wanted && !got.Next.IsZero() {
			n.claimAt = earlier(n.claimAt, got.Next)
		}
	}
	n.measured(Measure{Kind: MeasuredClaim, Count: len(rows)}, n.claimedAt, at)
	n.wanted = make(map[string]bool, len(got.Commands))
	for _, cmd := range got.Commands {
		n.wanted[cmd.Instance] = true
	}
	for _, row := range rows {
		switch {
		case n.adoptable(row):
			n.adopt(row, at)
		case row.Owner != n.id:
			n.claimOwn = true // it is this node's now, so it must not be forgotten
		}
	}
	n.wanted = nil
	for _, cmd := range got.Commands { // before anything else is done to their instances
		n.command(cmd, at)
	}
	n.runUnmoved(at)
	for _, id := range c.IDs {
		n.resumeClaimed(id, at)
	}
}

// hear notes how far in the commands a claim came. After the last it begins anew, so that a command
// which could not be made yet, or came late, is heard again.
func (n *node) hear(got Claimed) {
	n.heard = Command{}
	if !got.More {
		return
	}
	taken := make(map[string]bool, len(got.Rows))
	for i := range got.Rows {
		taken[got.Rows[i].ID] = true
	}
	for _, cmd := range got.Commands {
		if !taken[cmd.Instance] {
			n.heard = Command{ID: cmd.ID, Sent: cmd.Sent}
		}
	}
}

// runUnmoved goes on with what was taken in for a command that then moved nothing.
func (n *node) runUnmoved(at time.Time) {
	unmoved := n.unmoved
	n.unmoved = nil
	for _, r := range unmoved {
		if n.live[r.now.ID] == r && r.undone == 0 {
			n.run(r, at)
		}
	}
}

// claimFailed says that nobody knows what a claim took. What it did take names this node as its
// owner, so the next claim asks for that as well.
func (n *node) claimFailed(c Claim, at time.Time) {
	if len(c.IDs) == 0 {
		n.claiming, n.claimingOwn = false, false
	}
	n.claimOwn = true
	n.lostUntil = at.Add(n.rules.lost)
	n.claimAt = at.Add(n.jitter(n.rules.retry))
	n.measured(Measure{Kind: MeasuredClaim, Failed: true}, n.claimedAt, at)
	for _, id := range c.IDs {
		waiting := n.resuming[id]
		delete(n.resuming, id)
		for _, req := range waiting {
			n.refuse(req, fmt.Errorf("start of %s: %w whether it goes on: the store failed; start it again", id, Unknown))
		}
	}
}

// adoptable reports whether a claimed row is news: one that this node holds already, or has just
// ended, only came back because it asked for its own rows.
func (n *node) adoptable(row Row) bool {
	if r := n.live[row.ID]; r != nil && r.known != nil {
		return r.frozen && row.Owner != n.id // released by a checkpoint whose answer is still out
	} // a resident that is not durable is a start that will find its id taken
	return !n.over && (row.Owner != n.id || n.touched[row.ID] == nil)
}

// adopt takes a row in as a resident.
func (n *node) adopt(row Row, at time.Time) {
	in, err := fromRow(row)
	if err == nil {
		err = n.misfit(in)
	}
	if err != nil {
		n.do(unreadable{rowLeftAlone, err})
		return
	}
	in.Released = false
	key := shapeKey{in.Definition, in.Version}
	r := &resident{now: in, known: in, shape: n.shapes[key], index: -1}
	if r.shape == nil {
		r.shape = nameless(in)
	}
	n.live[in.ID] = r
	before := row.Owner
	if before == n.id { // claimed once, and the answer was lost
		before = row.Former
	}
	if before != "" { // a drained node held it
		n.decide(r, happened{kind: EventRecovered, at: at})
		return
	}
	if in.Seq == 1 { // started in a transaction of somebody's, so no engine has told of it
		h := happened{kind: EventStarted, at: in.Started}
		n.do(tell{[]*pending{{entry: record(in, in, h), after: in, of: r}}})
	}
	n.run(r, at)
}

// misfit reports an instance that has not the steps of its definition.
func (n *node) misfit(in *instance) error {
	if sh := n.shapes[shapeKey{in.Definition, in.Version}]; sh != nil && len(sh.Steps) != len(in.Marks) {
		return fmt.Errorf("saga: the row of %s is damaged: it has %d steps, and its definition %d; restore it from a backup", in.ID, len(in.Marks), len(sh.Steps))
	}
	return nil
}

// run goes on with a resident that was just taken in.
func (n *node) run(r *resident, at time.Time) {
	if n.wanted[r.now.ID] {
		n.unmoved = append(n.unmoved, r) // what follows is for the command to say
		return
	}
	if _, ever := r.now.wakes(); !ever && len(n.resuming[r.now.ID]) == 0 && !n.leaving {
		n.decide(r, happened{kind: EventReleased, at: at})
		return
	}
	n.act(r, at, false)
}

// resumeClaimed is the second half of a start that found its instance in attention.
func (n *node) resumeClaimed(id string, at time.Time) {
	waiting := n.resuming[id]
	delete(n.resuming, id)
	for _, req := range waiting {
		if r := n.live[id]; r != nil {
			n.attach(r, req, at)
			continue
		}
		n.do(answerStart{Request: req, Instance: req.found}) // another node holds it
	}
}

// nameless stands in for a shape that no store has: enough to keep the instance and its marks.
func nameless(in *instance) *Shape {
	s := &Shape{Name: in.Definition, Version: in.Version}
	for range strings.Count(in.Marks, "") - 1 {
		s.Steps = append(s.Steps, StepShape{Name: "?", Kind: Compensatable})
	}
	return s
}
