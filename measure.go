package saga

import "time"

// MeasureKind is what kind of work on the store a [Measure] is about.
type MeasureKind string

const (
	MeasuredAppend     MeasureKind = "append"     // transitions made durable; Count of them
	MeasuredCheckpoint MeasureKind = "checkpoint" // rows written behind the journal; Count of them
	MeasuredClaim      MeasureKind = "claim"      // a look for dormant instances; Count of those taken
	MeasuredTakeover   MeasureKind = "takeover"   // another node's journal folded; Count of the live instances that it held
)

// Measure is one piece of work that a node did on its store, and how the node stood after it. See
// [Config.Measure].
type Measure struct {
	Kind MeasureKind
	Node string        // the incarnation
	At   time.Time     // when its end was known
	Took time.Duration // from handing it to the store until then, repetitions included
	// Count is how many of what the kind says.
	Count int
	// Bytes of the journal row, of an append; 0 otherwise.
	Bytes int
	// Tries is how often the store was asked; more than one if an answer was lost.
	Tries int
	// Rejected is set if the store refused it because another node sealed this one. Nothing was
	// written.
	Rejected bool
	// Failed is set if nobody knows what came of it and the node went on without knowing, which
	// only claims and takeovers may.
	Failed bool

	// Residents is how many instances the node held in memory.
	Residents int
	// Batch is how many transitions were decided and not yet handed to the store.
	Batch int
	// Behind is how many bytes of the journal no checkpoint has written yet, and Lag for how long
	// the oldest of them has been durable.
	Behind int
	Lag    time.Duration
}

// measured tells of work that began at from, with how the node stands now.
func (n *node) measured(m Measure, from, at time.Time) {
	m.Node, m.At, m.Took, m.Tries = n.id, at, at.Sub(from), 1
	m.Residents, m.Batch, m.Behind = len(n.live), len(n.batch), n.behind
	if len(n.touched) > 0 {
		m.Lag = at.Sub(n.touchedAt)
	}
	n.do(measured{m})
}
