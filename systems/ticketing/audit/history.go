package audit

import (
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// illegal holds I-A13: it says why a saga cannot have gone this way; "" if it can.
func (r *run) illegal() string {
	if r.fault != "" {
		return r.fault
	}
	w := walk{status: "", byHand: r.byHand(), undone: len(event.Steps())}
	for _, e := range r.history {
		if wrong := w.follow(e); wrong != "" {
			return fmt.Sprintf("transition %d cannot be: %s", e.Seq, wrong)
		}
	}
	switch {
	case !r.Status.Ended():
		return "" // its row and its history may be of two moments
	case w.seq != r.Seq || w.status != r.Status:
		return fmt.Sprintf("its history ends with transition %d, %s", w.seq, w.status)
	}
	return w.end()
}

// walk is a saga as its history goes on.
type walk struct {
	seq    int
	status saga.Status
	byHand bool // a person had a part in it, who may say of a step whatever they know
	inPlay [6]bool
	undone int // the step that was undone last
}

// ways are the statuses that may follow one another.
func ways(from, to saga.Status) bool {
	switch from {
	case to:
		return true
	case "":
		return to == saga.Running
	case saga.Running:
		return true
	case saga.Compensating:
		return to == saga.Compensated || to == saga.Failed || to == saga.NeedsAttention
	case saga.NeedsAttention:
		return true
	}
	return false
}

// follow takes one transition.
func (w *walk) follow(e saga.Event) string {
	w.seq++
	from := w.status
	w.status = e.Status
	switch {
	case e.Seq != w.seq:
		return fmt.Sprintf("it should be number %d", w.seq)
	case (e.Kind == saga.EventStarted) != (from == ""):
		return "a saga is started once, and first"
	case from.Ended():
		return "the saga was at its end"
	case !ways(from, e.Status):
		return fmt.Sprintf("from %s to %s", from, e.Status)
	}
	if w.byHand || e.Kind != saga.EventAnswered && e.Kind != saga.EventReplied || e.Outcome != saga.Succeeded {
		return ""
	}
	return w.settle(e, from)
}

// settle notes what took effect or was undone: in order, and in the reverse order.
func (w *walk) settle(e saga.Event, from saga.Status) string {
	at := indexOf(e.Step)
	if at < 0 {
		return "there is no step " + e.Step
	}
	if e.Call != saga.CallCompensation {
		for before := range at {
			if from == saga.Running && !w.inPlay[before] {
				return fmt.Sprintf("%s took effect before %s did", e.Step, event.Steps()[before].Name)
			}
		}
		w.inPlay[at] = true
		return ""
	}
	for after := at + 1; after < len(w.inPlay); after++ {
		if w.inPlay[after] {
			return fmt.Sprintf("%s was undone before %s was, which came later", e.Step, event.Steps()[after].Name)
		}
	}
	if at >= w.undone {
		return fmt.Sprintf("%s was undone after %s was, which came first", e.Step, event.Steps()[w.undone].Name)
	}
	w.inPlay[at], w.undone = false, at
	return ""
}

// end compares what is in effect with how the saga ended.
func (w *walk) end() string {
	for i, s := range event.Steps() {
		if !w.byHand && w.inPlay[i] != (w.status == saga.Completed) {
			return fmt.Sprintf("whether %s is in effect at its end: %v", s.Name, w.inPlay[i])
		}
	}
	return ""
}

// indexOf is the place of a step in the saga; -1 if it has none.
func indexOf(name string) int {
	for i, s := range event.Steps() {
		if string(s.Name) == name {
			return i
		}
	}
	return -1
}
