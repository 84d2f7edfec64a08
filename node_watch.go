package saga

import "time"

// otherNode is another incarnation as this one watches it.
type otherNode struct {
	position int64
	since    time.Time // of its last progress, by this node's clock
	absent   time.Time // since when its process has been out of touch with the store; zero if it is in touch
	taking   time.Time // since when it is being taken over; zero if it is not
}

// look watches the other nodes and claims; suspicion is only a reason to seal, sealing decides.
func (n *node) look(at time.Time) {
	if !n.leaving && !at.Before(n.watchAt) {
		n.watchAt = at.Add(n.rules.lease)
		n.do(lookAround{})
	}
	n.claimNext(at)
}

// seen is the list of nodes that are not drained. One that made no progress for a lease, or whose
// process is known to be gone, is taken over.
func (n *node) seen(nodes []NodeState, at time.Time) {
	if n.over || n.leaving {
		return
	}
	n.watchAt = at.Add(n.rules.lease)
	known := n.others
	n.others = make(map[string]*otherNode, len(nodes))
	for _, s := range nodes {
		if s.ID == n.id {
			continue
		}
		o := n.observe(known[s.ID], s, at)
		n.others[s.ID] = o
		until := n.trusted(o, s, at)
		if o.taking.IsZero() && !at.Before(until) {
			o.taking = at
			n.do(takeOver{Node: s.ID})
		}
		if !o.taking.IsZero() {
			until = at.Add(n.rules.lease / 3) // to see how that went
		}
		// Late enough to see the beat that is due just then.
		n.watchAt = earlier(n.watchAt, until.Add(n.rules.lease/25))
	}
	if len(n.others) > 0 && at.Sub(n.born) < 2*n.rules.absence { // whose process is just dying seems present at first
		n.watchAt = earlier(n.watchAt, at.Add(n.rules.absence/4))
	}
	n.watched, n.missed = at, false
	if soonest := at.Add(n.rules.lease / 50); n.watchAt.Before(soonest) {
		n.watchAt = soonest
	}
}

// observe brings what is known of a node up to date. Its progress lies between the look before and
// this one; where, the store's clock may say, but it is not trusted any further than that.
func (n *node) observe(before *otherNode, s NodeState, at time.Time) *otherNode {
	o := &otherNode{position: s.Position, since: at}
	if before != nil {
		o.taking, o.absent = before.taking, before.absent
	}
	switch {
	case n.blind(at):
	case before != nil && before.position == s.Position:
		o.since = before.since
	case s.Silent > 0 && !n.watched.IsZero():
		o.since = at.Add(-s.Silent)
		if o.since.Before(n.watched) {
			o.since = n.watched
		}
	}
	if !s.Absent {
		o.absent = time.Time{}
	} else if o.absent.IsZero() || n.blind(at) {
		o.absent = at
	}
	return o
}

// blind reports whether this node itself could not work with the store since its last look. Then
// the others could not either, and their silence says nothing.
func (n *node) blind(at time.Time) bool { return n.missed || at.Sub(n.beat) > n.rules.lease*3/4 }

// trusted is until when a node is left alone if it goes on like this.
func (n *node) trusted(o *otherNode, s NodeState, at time.Time) time.Time {
	if s.Gone || s.Sealed {
		return at
	}
	lease := s.Lease
	if lease <= 0 {
		lease = n.rules.lease
	}
	until := o.since.Add(lease)
	if o.absent.IsZero() {
		return until
	}
	return earlier(until, later(o.absent, o.since).Add(n.rules.absence))
}

// lookFailed is a look that the store did not answer.
func (n *node) lookFailed(at time.Time) {
	n.missed = true
	n.watchAt = at.Add(n.rules.lease / 5)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
