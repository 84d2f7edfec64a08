package saga

import (
	"bytes"
	"fmt"
	"time"
)

// start begins an instance, or attaches to the one that has its id.
func (n *node) start(req *startRequest, at time.Time) {
	switch r := n.live[req.ID]; {
	case n.over && !n.handedOver:
		n.refuse(req, fmt.Errorf("start of %s: %w: %w; start it again", req.ID, NotDone, ErrSealed))
	case n.over || n.leaving:
		n.refuse(req, fmt.Errorf("start of %s: %w: %w; start it again where an engine runs", req.ID, NotDone, ErrClosed))
	case r != nil && r.frozen, n.behind > n.rules.behindBytes:
		n.held = append(n.held, req)
	case r != nil:
		n.attach(r, req, at)
	default:
		n.begin(req, at)
	}
}

func (n *node) refuse(req *startRequest, err error) {
	n.do(answerStart{Request: req, Err: err})
}

func (n *node) begin(req *startRequest, at time.Time) {
	in := &instance{ID: req.ID, Definition: req.Key.name, Version: req.Key.version, Hash: req.Hash, State: req.State}
	r := &resident{now: in, shape: n.shapes[req.Key], index: -1, waiters: []*startRequest{req}}
	n.live[req.ID] = r
	n.decide(r, happened{kind: EventStarted, at: at})
}

// attach answers a start whose id this node holds. An instance in attention is resumed: whoever
// starts it again wants it to go on.
func (n *node) attach(r *resident, req *startRequest, at time.Time) {
	switch {
	case r.known == nil: // its own start may yet find the id taken
		r.waiters = append(r.waiters, req)
	case !bytes.Equal(r.now.Hash, req.Hash):
		n.refuse(req, conflict(req.ID))
	case r.now.Reason == Stopped: // only a person lets it go on
		n.do(answerStart{Request: req, Instance: r.known})
		if !r.now.Released && r.undone == 0 { // it was taken in for this start
			n.decide(r, happened{kind: EventReleased, at: at})
		}
	case r.now.Status == NeedsAttention && !r.calling():
		r.waiters = append(r.waiters, req)
		n.unschedule(r)
		n.decide(r, happened{kind: EventResumed, at: at})
	case r.now.Status == NeedsAttention:
		r.resume = true // once the call under way has answered
		r.waiters = append(r.waiters, req)
	default:
		n.do(answerStart{Request: req, Instance: r.known})
	}
}

// settleWaiters answers the starts that waited for a transition to be durable.
func (n *node) settleWaiters(r *resident) {
	for _, req := range r.waiters {
		if !bytes.Equal(r.known.Hash, req.Hash) {
			n.refuse(req, conflict(req.ID))
			continue
		}
		n.do(answerStart{Request: req, Instance: r.known})
	}
	r.waiters = nil
}

func conflict(id string) error {
	return fmt.Errorf("start of %s: %w; use another id, or the input it was started with", id, ErrConflict)
}

// taken is a start whose id had a key already: find out what it names.
func (n *node) taken(r *resident) {
	if n.live[r.now.ID] == r {
		delete(n.live, r.now.ID)
	}
	for _, req := range r.waiters {
		n.ask(req)
	}
}

func (n *node) ask(req *startRequest) {
	waiting := n.asked[req.ID]
	n.asked[req.ID] = append(waiting, req)
	if len(waiting) == 0 {
		n.do(findInstance{ID: req.ID})
	}
}

// found is what the store knows of an id. Err is set if it could not be read.
func (n *node) found(id string, key *StartKey, row *Row, err error, at time.Time) {
	waiting := n.asked[id]
	delete(n.asked, id)
	for _, req := range waiting {
		n.foundFor(req, key, row, err, at)
	}
}

func (n *node) foundFor(req *startRequest, key *StartKey, row *Row, err error, at time.Time) {
	switch r := n.live[req.ID]; {
	case err != nil:
		n.refuse(req, fmt.Errorf("start of %s: %w: its id is taken and it cannot be read; start it again: %w", req.ID, Unknown, err))
	case key == nil: // what had the id in hand has not committed, and this start got nothing
		n.refuse(req, fmt.Errorf("start of %s: %w: %w; start it again when that has ended", req.ID, NotDone, errHeld))
	case !bytes.Equal(key.Hash, req.Hash) || key.Definition != req.Key.name:
		n.refuse(req, conflict(req.ID))
	case r != nil:
		n.start(req, at)
	case n.knows(req.ID): // it ended here, and its row may be older
		in, _ := n.peek(req.ID)
		n.do(answerStart{Request: req, Instance: in})
	case row == nil:
		// Another node has it in its journal and has written no row yet.
		n.do(answerStart{Request: req, Instance: &instance{ID: req.ID, Definition: key.Definition,
			Version: req.Key.version, Hash: key.Hash, progress: progress{Status: Running}}})
	default:
		n.attachRow(req, row)
	}
}

// attachRow answers a start by the row of an instance that this node does not hold.
func (n *node) attachRow(req *startRequest, row *Row) {
	in, err := fromRow(*row)
	switch {
	case err != nil:
		n.refuse(req, err)
	case row.Owner == n.id:
		n.claimOwn = true // claimed once, and the answer was lost
		n.do(answerStart{Request: req, Instance: in})
	case in.Status == NeedsAttention && in.Reason != Stopped && n.runs[shapeKey{in.Definition, in.Version}]:
		req.found = in
		n.resuming[req.ID] = append(n.resuming[req.ID], req)
		if len(n.resuming[req.ID]) == 1 {
			n.do(claimRows{Claim{Node: n.id, IDs: []string{req.ID}, Limit: 1}})
		}
	default:
		n.do(answerStart{Request: req, Instance: in})
	}
}
