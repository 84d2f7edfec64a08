package saga

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// order is a command that this node has read: what a person wants done to one instance.
type order struct {
	ID      string  `json:"-"` // the command's
	Format  int     `json:"format"`
	Verb    Verb    `json:"verb"`
	Outcome Outcome `json:"outcome,omitempty"`
	Set     fields  `json:"set,omitempty"`
	By      string  `json:"by"`
	Reason  string  `json:"reason"`
	Seen    string  `json:"seen,omitempty"` // how the instance stood in the preview
	Step    string  `json:"step,omitempty"` // of a reply, or of several that are open

	// Of a reply.
	Call   CallKind        `json:"call,omitempty"`
	Round  int             `json:"round,omitempty"`
	Number int             `json:"number,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// verbReply marks what is no intervention: a reply.
const verbReply Verb = "reply"

// commandState is how far a command in hand has come.
type commandState int

const (
	commandTaken    commandState = iota + 1
	commandAnswered              // durably; a claim that was asked before may still return it
)

// readOrder reads a command's data.
func readOrder(c Command) (order, error) {
	o := order{}
	if err := json.Unmarshal(c.Data, &o); err != nil {
		return o, fmt.Errorf("%w: command %s: %w", ErrInvalid, c.ID, err)
	}
	if o.Format != format {
		return o, fmt.Errorf("%w %d in command %s; this program reads %d", ErrFormat, o.Format, c.ID, format)
	}
	o.ID = c.ID
	if o.Verb == verbReply {
		r := Reply{Key: Key{Instance: c.Instance, Step: o.Step, Undo: o.Call == CallCompensation, Round: o.Round}, Call: o.Call, Number: o.Number, Outcome: o.Outcome, Data: o.Data, By: o.By, Reason: o.Reason}
		return o, r.check(max(len(o.Data), 1)) // its size was checked when it came
	}
	i := Intervention{Verb: o.Verb, Step: o.Step, Outcome: o.Outcome, Set: o.Set.byNames(), By: o.By, Reason: o.Reason}
	return o, i.check()
}

// command is a person's word that waits for an instance. One for an instance that is elsewhere by
// now is left to whoever holds it: it comes again with a later claim.
func (n *node) command(c Command, at time.Time) {
	if n.over || n.leaving || n.commands[c.ID] != 0 {
		return
	}
	r := n.live[c.Instance]
	if !c.Ended && (r == nil || r.frozen || r.known == nil) {
		n.claimOwn = n.claimOwn || r == nil // it is told what it owns, so it owns more than it holds
		return
	}
	n.commands[c.ID] = commandTaken
	o, err := readOrder(c)
	switch {
	case err != nil:
		n.refuseOrder(c.ID, err)
	case c.Ended:
		n.refuseOrder(c.ID, fmt.Errorf("%w: it has ended", o.stale()))
	case r.mustWait(&o):
		r.orders = append(r.orders, o)
		for _, f := range r.flights {
			if o.Verb != verbReply {
				n.do(holdBack{Serial: f.serial})
			}
		}
	default:
		n.operate(r, o, at)
	}
}

// handed are commands that were stored a moment ago. Those for others come with a claim.
func (n *node) handed(commands []Command, at time.Time) {
	others := false
	for _, c := range commands {
		if r := n.live[c.Instance]; r == nil || r.frozen || r.known == nil {
			others = true
			continue
		}
		n.command(c, at)
	}
	if others {
		n.woken(at)
	}
}

// mustWait reports whether an order waits for the end of a call: a reply for that of its own step, a
// person's word for all.
func (r *resident) mustWait(o *order) bool {
	if o.Verb != verbReply {
		return r.calling()
	}
	return slices.ContainsFunc(r.flights, func(f flight) bool { return r.shape.Steps[f.step].Name == o.Step })
}

// operateAll does what was asked for while a call was under way.
func (n *node) operateAll(r *resident, at time.Time) {
	orders := r.orders
	r.orders = nil
	for _, o := range orders {
		switch {
		case n.leaving: // whoever claims the instance next hears of it
			delete(n.commands, o.ID)
			n.heardDirectly(o.ID, false)
		case !r.now.live():
			n.refuseOrder(o.ID, fmt.Errorf("%w: it has ended: %s", o.stale(), r.now.Status))
		case r.mustWait(&o): // or an order before this one let it go on
			r.orders = append(r.orders, o)
		default:
			n.operate(r, o, at)
		}
	}
}

// operate makes an intervention, if the instance still stands as the person saw it.
func (n *node) operate(r *resident, o order, at time.Time) {
	if o.Seen != "" && o.Seen != r.now.standing() {
		n.refuseOrder(o.ID, moved(r.now))
		return
	}
	if n.shapes[shapeKey{r.now.Definition, r.now.Version}] == nil {
		n.refuseOrder(o.ID, fmt.Errorf("%w: nobody has stored the definition %q version %d", ErrInvalid, r.now.Definition, r.now.Version))
		return
	}
	if o.Verb == verbReply {
		n.reply(r, o, at)
		return
	}
	h := o.happened(at)
	h.command = o.ID
	if err := permitted(r.now, h, n.rules.stateLimit); err != nil {
		n.refuseOrder(o.ID, err)
		return
	}
	if c := n.codecs[shapeKey{r.now.Definition, r.now.Version}]; c != nil && len(h.patch) > 0 {
		if _, err := c.decode(r.now.State.with(h.patch)); err != nil {
			n.refuseOrder(o.ID, fmt.Errorf("%w: what is set does not fit the state: %w", ErrInvalid, err))
			return
		}
	}
	after, err := decide(r.shape, r.now, h)
	if err != nil {
		n.refuseOrder(o.ID, err)
		return
	}
	n.unschedule(r)
	n.decided(r, after, h, &Answer{ID: o.ID, Data: answerData{Format: format, Status: after.Status}.bytes()})
}

// stale is what an order is told whose instance is not as its sender thought.
func (o *order) stale() error {
	if o.Verb == verbReply {
		return ErrLate
	}
	return ErrMoved
}

// happened is the order as the rule hears it.
func (o *order) happened(at time.Time) happened {
	return happened{
		kind: EventOperated, at: at, patch: o.Set,
		hand: Hand{Verb: o.Verb, Step: o.Step, Outcome: o.Outcome, By: o.By, Reason: o.Reason},
	}
}

// permitted checks what an intervention would set.
func permitted(in *instance, h happened, limit int) error {
	for _, f := range h.patch {
		name, value, was := f.name, f.raw, in.State.get(f.name)
		switch {
		case was == nil:
			return fmt.Errorf("%w: the state of %s has no field %q; it has %q", ErrInvalid, in.ID, name, in.State.names())
		case jsonKind(was) != "null" && jsonKind(value) != "null" && jsonKind(was) != jsonKind(value):
			return fmt.Errorf("%w: field %q of the state of %s is a JSON %s, not a %s", ErrInvalid, name, in.ID, jsonKind(was), jsonKind(value))
		}
	}
	if len(h.patch) > 0 && in.State.with(h.patch).size() > limit {
		return fmt.Errorf("%w: the state of %s would have more than %d bytes", ErrTooLarge, in.ID, limit)
	}
	return nil
}

// jsonKind is the kind of a valid JSON value.
func jsonKind(raw json.RawMessage) string {
	switch bytes.TrimSpace(raw)[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// standing is how an instance stands, for telling whether it still does. What has become known of the
// open step since is no part of it: whoever wanted this before a call was lost wants it after.
func (in *instance) standing() string {
	return fmt.Sprintf("%s|%s|%d|%t|%d|%t", in.Status, in.Reason, in.Since.UnixMicro(), in.Back, in.Step, in.Call == CallCompensation)
}

// moved tells a person what happened since they looked.
func moved(in *instance) error {
	text := fmt.Sprintf("it is %s now", in.Status)
	if in.Reason != "" {
		text += " (" + string(in.Reason) + ")"
	}
	if h := in.Hand; h != nil {
		text += fmt.Sprintf("; %s chose %s at %s: %s", h.By, h.Verb, h.At.UTC().Format("2006-01-02 15:04:05 UTC"), h.Reason)
	}
	return fmt.Errorf("%w: %s; look again", ErrMoved, text)
}

func (n *node) refuseOrder(command string, why error) {
	if n.heardDirectly(command, false) { // once it has a row, the answer can be read there
		return
	}
	d := answerData{Format: format, Text: why.Error()}
	switch {
	case errors.Is(why, ErrMoved):
		d.Kind = answerMoved
	case errors.Is(why, ErrLate):
		d.Kind = answerLate
	default:
		d.Kind = answerInvalid
	}
	n.refusals = append(n.refusals, Answer{ID: command, Data: d.bytes()})
}

// commandsAnswered says that the answers under way are durable.
func (n *node) commandsAnswered() {
	for _, a := range n.answering {
		n.commands[a.ID] = commandAnswered
	}
	n.answering = nil
}

// forgetAnswered is called as a claim is asked for: no answered command comes back from it.
func (n *node) forgetAnswered() {
	for id, state := range n.commands {
		if state == commandAnswered {
			delete(n.commands, id)
		}
	}
}
