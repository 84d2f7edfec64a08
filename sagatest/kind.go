package sagatest

import "strconv"

// Kind is what goes wrong. The zero value is nothing. The order is that in which a shorter story is
// looked for: what everybody knows comes first.
type Kind uint8

const (
	// CallLost: a call never reaches the participant, and the node does not know.
	CallLost Kind = iota + 1
	// AnswerLost: the participant was called, and its answer never reaches the node.
	AnswerLost
	// CallTwice: a call reaches the participant twice in a row.
	CallTwice
	// CallSlow: the participant was called, and its answer reaches the node after the timeout.
	CallSlow
	// CallLate: a call reaches the participant after its timeout, right after the call that follows.
	CallLate
	// CallLast: a call reaches the participant after its timeout, when everything has ended.
	CallLast

	// ReplyLost: a participant does what it took in, and its reply never comes.
	ReplyLost
	// ReplyTwice: a reply comes, and again right after the call that follows.
	ReplyTwice
	// ReplyEarly: a reply comes before the call that it answers has returned.
	ReplyEarly
	// ReplyCrosses: a reply comes just as the instance leaves its node's memory.
	ReplyCrosses
	// ReplyElsewhere: a reply comes to another node, when the instance has left its own node's memory.
	ReplyElsewhere
	// ReplyLate: a participant does what it took in, and its reply comes after the ReplyTimeout, right
	// after the call that follows.
	ReplyLate
	// WorkLate: a participant does what it took in after the ReplyTimeout, right after the call that
	// follows, and replies then.
	WorkLate
	// WorkLast: a participant does what it took in when everything has ended, and replies then.
	WorkLast

	// Refuses: a participant says that it has not done it and never will.
	Refuses
	// DoesNothing: a participant says that this call did nothing.
	DoesNothing
	// BreaksBefore: a participant does nothing, and the function that called it gets an error that does
	// not say so, as from a connection that was reset.
	BreaksBefore
	// BreaksAfter: a participant does its work, and the function that called it gets such an error.
	BreaksAfter

	// CrashBefore: the node dies before the store gets a write.
	CrashBefore
	// CrashAfter: the store has done a write or a claim, and the node dies before it is told.
	CrashAfter
	// CrashInCall: the participant was called, and the node dies before the answer.
	CrashInCall
	// CallOutlives: the node dies, and its call reaches the participant right after the next call of
	// the node that took over.
	CallOutlives

	// WriteLost: a write never reaches the store, and the node does not know.
	WriteLost
	// AckLost: the store has done what it was asked, and the answer never reaches the node.
	AckLost
	// Delayed: of several things to do, the first one is done last.
	Delayed
	// Stalled: before a call, everything stands still until the saga's deadline has passed.
	Stalled
	// TakenOver: before a write or a call, another node seals this one and writes what it left. Then
	// this one goes on, until the store tells it.
	TakenOver
	// Leaves: before a write or a call, the node is asked to end in order, and another one starts.
	Leaves

	// GivesUp: a client that was not told that its start is durable does not repeat it.
	GivesUp
	// StartsTwice: the client starts at two nodes at once.
	StartsTwice
	// StartsOther: somebody starts the same id with another input.
	StartsOther

	// Stopped: a person stops the instance while a call is under way or a reply is waited for, and later
	// has it tried again.
	Stopped
	// TurnedBack: a person has the instance compensated while a call is under way or a reply is waited for.
	TurnedBack

	lastKind = TurnedBack
)

// Kinds returns all kinds, in order.
func Kinds() []Kind {
	out := make([]Kind, 0, lastKind)
	for k := Kind(1); k <= lastKind; k++ {
		out = append(out, k)
	}
	return out
}

// String is the name of the constant.
func (k Kind) String() string {
	names := [...]string{
		"", "CallLost", "AnswerLost", "CallTwice", "CallSlow", "CallLate", "CallLast",
		"ReplyLost", "ReplyTwice", "ReplyEarly", "ReplyCrosses", "ReplyElsewhere", "ReplyLate", "WorkLate", "WorkLast",
		"Refuses", "DoesNothing", "BreaksBefore", "BreaksAfter",
		"CrashBefore", "CrashAfter", "CrashInCall", "CallOutlives", "WriteLost", "AckLost", "Delayed", "Stalled",
		"TakenOver", "Leaves", "GivesUp", "StartsTwice", "StartsOther", "Stopped", "TurnedBack",
	}
	if int(k) < len(names) {
		return names[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// kinds is a set of kinds.
type kinds uint64

func setOf(ks ...Kind) (s kinds) {
	for _, k := range ks {
		s |= 1 << k
	}
	return s
}

func (s kinds) has(k Kind) bool { return s&(1<<k) != 0 }

func (s kinds) without(ks ...Kind) kinds { return s &^ setOf(ks...) }

// list returns the kinds of the set in order.
func (s kinds) list() []Kind {
	var out []Kind
	for k := Kind(1); k <= lastKind; k++ {
		if s.has(k) {
			out = append(out, k)
		}
	}
	return out
}

// Place is where a fault can strike.
type Place uint8

const (
	AtStart        Place = iota // the client's start, or the answer to it
	AtAppend                    // transitions become durable
	AtCheckpoint                // rows are written behind the journal
	AtClaim                     // dormant instances or commands are taken
	AtSeal                      // a journal is closed, another node's or the node's own
	AtDrain                     // what a closed journal left is written
	AtRead                      // a reading of the store
	AtTurn                      // one of several things to do is chosen
	AtAction                    // a call to an action, or what its participant answers
	AtProbe                     // a call to a probe, or what its participant answers
	AtFence                     // a call to a fence, or what its participant answers
	AtCompensation              // a call to a compensation, or what its participant answers
	AtReply                     // a participant has taken a call in and will reply
	AtDelivery                  // a reply is stored
	AtHearing                   // a step's Reply function hears a reply
	AtTimer                     // a step that sleeps is asked how long

	places = AtTimer + 1
)

// String names the place in words.
func (p Place) String() string {
	names := [...]string{
		"start", "append", "checkpoint", "claim", "seal", "drain", "read", "turn",
		"action", "probe", "fence", "compensation", "reply", "delivery", "hearing", "timer",
	}
	if int(p) < len(names) {
		return names[p]
	}
	return "Place(" + strconv.Itoa(int(p)) + ")"
}
