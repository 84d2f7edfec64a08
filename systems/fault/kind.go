package fault

import (
	"slices"
	"strings"
)

// Kind is what goes wrong. The text is what the control handler reads and writes.
type Kind string

// The kinds. What each does at which place is the table in the package's comment.
const (
	Refuse      Kind = "refuse"       // the answer is a refusal that the participant never made; nothing is done
	DropRequest Kind = "drop-request" // lost on its way there: nothing is done, the connection breaks
	DropReply   Kind = "drop-reply"   // lost on its way back: done, and the connection breaks
	Delay       Kind = "delay"        // the connection breaks, and the call arrives later; see [Fault.Hold]
	HoldReply   Kind = "hold-reply"   // done, and the answer is kept back until it is let go or the caller has gone
	Duplicate   Kind = "duplicate"    // delivered twice, one after the other; the second answer is the one seen
	FailBefore  Kind = "fail-before"  // 500, and nothing is done
	FailAfter   Kind = "fail-after"   // done, and 500
	CrashBefore Kind = "crash-before" // the process dies before a handler, a delivery or a commit
	CrashAfter  Kind = "crash-after"  // the process dies after it, before anybody is told
	Off         Kind = "off"          // a publisher is unavailable
	Lose        Kind = "lose"         // the broker took the message, and it never arrives
	Postpone    Kind = "postpone"     // the broker took the message, and it arrives later; see [Fault.Hold]
	Reject      Kind = "reject"       // a database refuses inserts into a table, definitely
)

// onHTTP are the kinds that fit a call over HTTP, and those of any place that is not known to be
// something else: which places there are is decided call by call.
func onHTTP() []Kind {
	return []Kind{Refuse, DropRequest, DropReply, Delay, HoldReply, Duplicate, FailBefore, FailAfter, CrashBefore, CrashAfter}
}

func onPublish() []Kind {
	return []Kind{DropRequest, DropReply, Delay, Duplicate, CrashBefore, CrashAfter, Off, Lose, Postpone}
}

func onCommit() []Kind { return []Kind{CrashBefore, CrashAfter} }

// kinds are all of them.
func kinds() []Kind { return append(onHTTP(), Off, Lose, Postpone, Reject) }

func listed(all []Kind) string {
	words := make([]string, len(all))
	for i, k := range all {
		words[i] = string(k)
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}
