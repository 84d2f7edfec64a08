package saga

import "time"

// effect is something that a node wants done. Whoever drives the node does it and reports back by
// the method named in each comment; those on the store know how: see storeEffect.
type effect interface{ isEffect() }

type (
	// appendRow: node.appended or node.sealed.
	appendRow struct{ Append }

	// writeRows: node.checkpointed or node.sealed.
	writeRows struct{ draft }

	// callStep: node.answered, once. In is what the step's function sees. With a Reply it is not what
	// is open that is called but the step's function for replies.
	callStep struct {
		In     *instance
		Shape  *Shape
		Serial int64
		Memo   *stateMemo
		Reply  *kept
	}

	// holdBack: node.withdrawn, if the call was not begun yet; otherwise nothing.
	holdBack struct{ Serial int64 }

	// claimRows: node.claimed, or node.claimFailed.
	claimRows struct{ Claim }

	// findInstance: node.found, with the id's key and row as far as they exist.
	findInstance struct{ ID string }

	// lookAround: node.seen.
	lookAround struct{}

	// takeOver: node.sealedOther, or node.takeoverFailed.
	takeOver struct{ Node string }

	// drainOther: node.drained, or node.takeoverFailed.
	drainOther struct {
		Checkpoint
		Told []*pending // what recovery itself decided
		Held int        // live instances that the node had
	}

	// sealSelf: write Checkpoint with Drain after sealing; then node.left.
	sealSelf struct{ draft }

	// answerStart: tell a caller of Start.
	answerStart struct {
		Request  *startRequest
		Instance *instance
		Err      error
	}

	// answerReply: tell a caller of Deliver that a reply is durable, or that it wants a row of its own.
	answerReply struct {
		Reply *directReply
		Done  bool
	}

	// tell: transitions that are durable now, in order.
	tell struct{ Durable []*pending }

	// measured: a piece of work on the store is over.
	measured struct{ Measure }

	// warn: tell the operator.
	warn struct {
		Text string
		Err  error
	}

	// unreadable: something in the store that this program cannot read. What another version wrote
	// stops the engine, before it does harm; what is damaged is left alone and told.
	unreadable struct {
		Text string
		Err  error
	}

	// rejoin: this incarnation was sealed; stop its calls and start another.
	rejoin struct{}
)

func (appendRow) isEffect()    {}
func (writeRows) isEffect()    {}
func (callStep) isEffect()     {}
func (holdBack) isEffect()     {}
func (claimRows) isEffect()    {}
func (findInstance) isEffect() {}
func (lookAround) isEffect()   {}
func (takeOver) isEffect()     {}
func (drainOther) isEffect()   {}
func (sealSelf) isEffect()     {}
func (answerStart) isEffect()  {}
func (answerReply) isEffect()  {}
func (tell) isEffect()         {}
func (measured) isEffect()     {}
func (warn) isEffect()         {}
func (unreadable) isEffect()   {}
func (rejoin) isEffect()       {}

// directReply is a reply for an instance that this node holds, which needs no row of its own.
type directReply struct {
	Command Command

	told chan bool // the engine's; the node never touches it
}

// startRequest is one call of Start.
type startRequest struct {
	ID    string
	Key   shapeKey
	Hash  []byte
	State fields
	At    time.Time

	found  *instance        // what the row said, while it is being claimed
	answer chan startAnswer // the engine's; the node never touches it
}
