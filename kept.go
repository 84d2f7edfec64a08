package saga

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// kept is a reply in an instance's hands: one that is being heard, or that came before its step did.
type kept struct {
	ID      string          `json:"i"` // the command's
	Step    int             `json:"p,omitempty"`
	Call    CallKind        `json:"c"` // that it answers
	Round   int             `json:"r,omitempty"`
	Number  int             `json:"n,omitempty"` // of the attempt that it answers; 0 if nobody knows
	Outcome Outcome         `json:"o"`
	Data    json.RawMessage `json:"v,omitempty"`
	By      string          `json:"b,omitempty"`
	Reason  string          `json:"x,omitempty"`
}

// mostKept is how many replies an instance keeps that came early.
const mostKept = 100

// size is roughly what it takes in a row.
func (k *kept) size() int { return 100 + len(k.Data) + len(k.By) + len(k.Reason) }

// earlySize is roughly what the kept replies take in a row, and in each entry of the journal.
func (p *progress) earlySize() (size int) {
	for i := range p.Early {
		size += p.Early[i].size()
	}
	return size
}

// fit is how a reply stands to an instance.
type fit int

const (
	fitLate  fit = iota // or of no use at all
	fitOpen             // it settles what is open
	fitEarly            // its step has not come so far
)

// fitOf says how a reply stands to an instance, and why if it is of no use.
func fitOf(in *instance, k *kept) (fit, string) {
	if there := in.focused(k.Step); there != nil {
		in = there
	}
	undo := k.Call == CallCompensation
	asked := k.Step == in.Step && in.Call != "" && undo == (in.Call == CallCompensation)
	switch {
	case !in.live():
		return fitLate, fmt.Sprintf("it has ended: %s", in.Status)
	case k.Round < in.round(k.Step):
		return fitLate, fmt.Sprintf("it answers round %d, which was refused; the step is in round %d", k.Round, in.round(k.Step))
	case k.Round > in.round(k.Step):
		return fitLate, fmt.Sprintf("nobody was asked in round %d; the step is in round %d", k.Round, in.round(k.Step))
	case asked && k.Outcome == NotDone && (k.Call != in.Call || !in.Waits || k.Number != 0 && k.Number != in.Calls):
		return fitLate, "that this call did nothing proves nothing any more: the step was asked about since"
	case asked && k.Outcome == Refused && k.Call == CallAction && in.Call == CallFence:
		return fitLate, "one attempt was refused, and the fence that is open asks about all"
	case asked && (in.Reason == Stopped || in.Reason == UnknownDefinition):
		return fitEarly, ""
	case asked:
		return fitOpen, ""
	case undo:
		return fitLate, "its undo is not under way"
	case k.Step == in.Step && in.Call == "" && k.Outcome == Succeeded: // in attention, since nothing else can tell
		return fitOpen, ""
	case k.Step == in.Step && in.Call == "":
		return fitLate, "what became of one attempt proves nothing of the others"
	case in.mark(k.Step) == markMaybe, !in.Back && in.mark(k.Step) == markNone:
		return fitEarly, ""
	case in.Back && in.mark(k.Step) == markNone:
		return fitLate, "the saga turned back before it came to this step"
	}
	return fitLate, fmt.Sprintf("the step is settled: %s", markName(in.mark(k.Step)))
}

// before looks for replies to the same call that came earlier and are kept: whether one says the same,
// and which is first to say that it was done or never will be.
func (in *instance) before(k *kept) (same bool, first *kept) {
	for i := range in.Early {
		e := &in.Early[i]
		switch {
		case e.Step != k.Step || e.Call != k.Call || e.Round != k.Round || e.Number != k.Number:
		case e.same(k):
			same = true
		case e.Outcome != NotDone && first == nil:
			first = e
		}
	}
	return same, first
}

// same reports whether two replies say the same.
func (k *kept) same(o *kept) bool { return k.Outcome == o.Outcome && bytes.Equal(k.Data, o.Data) }

// uncalled reports whether a reply is for an action that nobody has called so far.
func (in *instance) uncalled(k *kept) bool {
	t := in.find(k.Step)
	return k.Call != CallCompensation && in.mark(k.Step) == markNone && (t == nil || in.unasked(t))
}

// unasked reports whether an open step was not called so far on the way forward.
func (in *instance) unasked(t *thread) bool {
	return !in.Back && in.mark(t.Step) == markNone && t.Calls == 0 && !t.Waits
}

// ready returns a kept reply that settles an open step; nil if there is none.
func (in *instance) ready(step int) *kept {
	for i := range in.Early {
		if k := &in.Early[i]; k.Step == step {
			if f, _ := fitOf(in, k); f == fitOpen {
				return k
			}
		}
	}
	return nil
}

// keep adds a reply that came early.
func (p *progress) keep(k kept) {
	p.Early = append(slices.Clip(p.Early), k) // other copies share the list
}

// drop takes a reply out of what is kept, if it is there, and all that came too late meanwhile.
func (in *instance) drop(id string) {
	in.Early = slices.DeleteFunc(slices.Clone(in.Early), func(k kept) bool {
		f, _ := fitOf(in, &k)
		return k.ID == id || f == fitLate
	})
	if len(in.Early) == 0 {
		in.Early = nil
	}
}

func (k *kept) reply(in *instance, sh *Shape) Reply {
	return Reply{
		Key:    Key{Instance: in.ID, Step: sh.Steps[k.Step].Name, Undo: k.Call == CallCompensation, Round: k.Round},
		Number: k.Number, Call: k.Call, Outcome: k.Outcome, Data: k.Data, By: k.By, Reason: k.Reason,
	}
}
