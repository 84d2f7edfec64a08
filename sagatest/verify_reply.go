package sagatest

import (
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"github.com/seosa-dev/saga"
)

// heardWithin is how long a reply may take from its delivery to being heard, whatever crashes.
const heardWithin = 20 * time.Second

// unanswered reports whether a reply that is durable was not taken up yet.
func (r *run) unanswered() bool {
	var ids []string
	for i := range r.deliveries {
		if r.deliveries[i].sure {
			ids = append(ids, r.deliveries[i].id)
		}
	}
	if len(ids) == 0 {
		return false
	}
	answers, err := r.store.Instances().Answers(r.context(), ids)
	if err != nil {
		r.violate(Explorable, "what became of replies cannot be read: %v", err)
	}
	return len(answers) < len(ids)
}

// verifyReplies holds what became of each reply against the history.
func (r *run) verifyReplies(history []saga.Event) {
	for i := range r.deliveries {
		d := &r.deliveries[i]
		answers, err := r.store.Instances().Answers(r.context(), []string{d.id})
		if err != nil {
			r.violate(Explorable, "what became of a reply cannot be read: %v", err)
			return
		}
		settled, kept := r.heardIn(history, d)
		if len(answers) > 0 {
			r.verifyAnswer(history, d, saga.ResultOf(r.of.id, answers[0]).Err, settled, kept)
		}
		if d.sure && d.reply.Outcome == saga.Succeeded && !r.struckBy(Stalled) {
			r.verifyHeard(history, d)
		}
	}
	r.verifySettled(history)
}

// heardIn counts how often a reply settled something, and whether it was kept before.
func (r *run) heardIn(history []saga.Event, d *delivery) (settled int, kept bool) {
	for i := range history {
		e := &history[i]
		if e.By != d.reply.By {
			continue
		}
		kept = kept || e.Kind == saga.EventKept
		if e.Kind != saga.EventReplied {
			continue
		}
		settled++
		if d.reply.By != d.id { // others may have the same name
			continue
		}
		if key := d.reply.Key; e.Step != key.Step || e.Round != key.Round || (e.Call == saga.CallCompensation) != key.Undo {
			r.violate(OneEffect, "%s is about %s, and it settled the %s of step %s in round %d", d.id, key, e.Call, e.Step, e.Round)
		}
		if changed := r.folded[e.By]; changed != patchOf(e) {
			r.violate(NothingLost, "the Reply function of step %s changed the state by %s when it heard %s, and the history says %s",
				e.Step, changed, e.By, patchOf(e))
		}
	}
	return settled, kept
}

func patchOf(e *saga.Event) string {
	if e.Patch == nil {
		return "{}"
	}
	return string(e.Patch)
}

// verifyAnswer holds what a reply's sender can read of it against what it did.
func (r *run) verifyAnswer(history []saga.Event, d *delivery, err error, settled int, kept bool) {
	own := d.reply.By == d.id
	switch {
	case err != nil && !errors.Is(err, saga.ErrLate):
		r.violate(NothingLost, "%s is refused: %v", d.id, err)
	case err != nil && own && (settled > 0 || kept):
		r.violate(OneEffect, "%s is said to have come too late, and it was heard", d.id)
	case err == nil && own && settled > 1:
		r.violate(OneEffect, "%s settled %d times", d.id, settled)
	case err == nil && settled == 0 && !kept && !r.keptBefore(history, d):
		r.violate(NothingLost, "%s is said to have been heard, and it was not", d.id)
	}
}

// keptBefore reports whether another reply that says the same was kept: one of them is enough.
func (r *run) keptBefore(history []saga.Event, d *delivery) bool {
	for i := range r.deliveries {
		o := &r.deliveries[i]
		same := o.reply
		same.By, same.Reason = d.reply.By, d.reply.Reason
		if _, kept := r.heardIn(history, o); kept && o.id != d.id && reflect.DeepEqual(same, d.reply) {
			return true
		}
	}
	return false
}

// verifyHeard looks for a wait that expired although the reply was there.
func (r *run) verifyHeard(history []saga.Event, d *delivery) {
	for i := range history {
		e := &history[i]
		if e.Kind == saga.EventExpired && e.Step == d.reply.Key.Step && e.Round == d.reply.Key.Round &&
			(e.Call == saga.CallCompensation) == d.reply.Key.Undo && e.At.Sub(d.at) > heardWithin {
			r.violate(NothingLost, "%s said that %s succeeded, and %v later the step still waited for that", d.id, d.reply.Key, e.At.Sub(d.at))
		}
	}
}

// struckBy reports whether such a fault struck in this run.
func (r *run) struckBy(k Kind) bool {
	for _, f := range r.struck {
		if f.Do == k {
			return true
		}
	}
	return false
}

// verifySettled checks that each reply settled what was open.
func (r *run) verifySettled(history []saga.Event) {
	open := ""
	for i := range history {
		e := &history[i]
		if step := r.of.step(e.Step); e.Kind == saga.EventReplied && e.Step != open && !r.of.steps[step].beside {
			r.violate(OneEffect, "a reply settled step %s while %q was open", e.Step, open)
		}
		open = e.Open
	}
}

// verifyState checks that the state is what the transitions made of it.
func (r *run) verifyState(history []saga.Event) {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(r.seen.State, &state); err != nil {
		r.violate(NothingLost, "the state cannot be read: %v", err)
		return
	}
	want := map[string]json.RawMessage{}
	for i := range history {
		if history[i].Patch == nil {
			continue
		}
		if err := json.Unmarshal(history[i].Patch, &want); err != nil {
			r.violate(NothingLost, "transition %d cannot be read: %v", history[i].Seq, err)
			return
		}
	}
	for name, value := range want {
		if string(state[name]) != string(value) {
			r.violate(NothingLost, "the state says %s: %s, and by the history it is %s", name, state[name], value)
		}
	}
}
