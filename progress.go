package saga

import (
	"slices"
	"time"
)

// progress is where an instance stands: all that deciding needs besides the shape and the clock.
// Every journal entry carries the progress that resulted, so that folding a journal never decides
// anything again. The short names are its stored form (format 1).
type progress struct {
	Status Status    `json:"s"`
	Since  time.Time `json:"n"` // in this status
	thread           // the open step; of several, the one of which people should hear first

	Back     bool           `json:"b,omitempty"`
	Marks    string         `json:"m"`            // one mark per step
	Rounds   []int          `json:"o,omitempty"`  // one per step, once any has grown
	Skips    []int          `json:"k,omitempty"`  // steps that a person skipped, by index
	Hand     *Hand          `json:"y,omitempty"`  // the last intervention
	Early    []kept         `json:"j,omitempty"`  // replies to what is not open yet
	Others   []thread       `json:"th,omitempty"` // open beside the first, in a parallel group
	Turns    bool           `json:"tu,omitempty"` // it goes back once the calls to what is open have answered
	Wrote    map[string]int `json:"wr,omitempty"` // fields that the group's steps changed, and which did
	Released bool           `json:"l,omitempty"`  // no node holds it
}

// The stored marks, one byte a step.
const (
	markNone   = '.' // never called, or only without effect
	markEffect = 's' // took effect and stands
	markMaybe  = '?' // nobody knows
	markNever  = 'r' // refused for ever
	markUndone = 'u' // compensated
	markPassed = 'n' // not needed

	markSkipped = 'k' // a person said to go on; nobody knows
	markLeft    = 'x' // a person said to leave its undo; nobody knows
)

func markName(m byte) Mark {
	switch m {
	case markEffect:
		return InEffect
	case markMaybe:
		return MaybeDone
	case markNever:
		return NeverDone
	case markUndone:
		return TakenBack
	case markPassed:
		return PassedOver
	case markSkipped:
		return Skipped
	case markLeft:
		return LeftBehind
	}
	return NotStarted
}

func (p *progress) mark(step int) byte { return p.Marks[step] }

func (p *progress) setMark(step int, m byte) {
	b := []byte(p.Marks)
	b[step] = m
	p.Marks = string(b)
}

func (p *progress) round(step int) int {
	if step >= len(p.Rounds) {
		return 0
	}
	return p.Rounds[step]
}

// nextRound copies before it counts: other copies of the instance share the list.
func (p *progress) nextRound(step int) {
	rounds := make([]int, len(p.Marks))
	copy(rounds, p.Rounds)
	rounds[step]++
	p.Rounds = rounds
}

// instance is a run as the engine holds it: a value that is replaced, never changed in place.
type instance struct {
	ID         string    `json:"i"`
	Definition string    `json:"f"`
	Version    int       `json:"w"`
	Started    time.Time `json:"t"`
	Updated    time.Time `json:"u"`
	Deadline   time.Time `json:"e,omitzero"`
	Hash       []byte    `json:"h"`
	Seq        int       `json:"q"`
	State      fields    `json:"v"`
	progress
}

// live reports whether it still has a move to make or a person to wait for.
func (in *instance) live() bool { return !in.Status.Ended() }

// key names the effect that the open call is about.
func (in *instance) key(sh *Shape) Key {
	return Key{Instance: in.ID, Step: sh.Steps[in.Step].Name, Undo: in.Call == CallCompensation, Round: in.round(in.Step)}
}

// public shows the instance to its users.
func (in *instance) public(sh *Shape, node string) Instance {
	out := Instance{
		ID: in.ID, Definition: in.Definition, Version: in.Version,
		Status: in.Status, Reason: in.Reason, Detail: in.Detail, Since: in.Since,
		Started: in.Started, Updated: in.Updated, Deadline: in.Deadline,
		Back: in.Back, Calls: in.Calls, Seq: in.Seq, State: in.State.object(), Node: node, Hand: in.Hand,
	}
	if in.live() {
		out.Due, out.Call, out.Waits = in.Due, in.Call, in.Waits
	}
	if sh == nil || len(in.Marks) != len(sh.Steps) { // unknown here, or only its key is known
		return out
	}
	if in.live() {
		out.Step, out.Allowed = sh.Steps[in.Step].Name, allowed(sh, in)
		if sh.Steps[in.Step].Sleep { // nobody is called, and nobody replies
			out.Call, out.Waits, out.Calls = "", false, 0
		}
	}
	for i := range sh.Steps {
		out.Steps = append(out.Steps, StepStatus{
			Name: sh.Steps[i].Name, Mark: markName(in.mark(i)), Round: in.round(i), Skipped: slices.Contains(in.Skips, i),
			Group: sh.Steps[i].Group, Branch: sh.Steps[i].Branch, Kind: sh.Steps[i].Kind,
			Compensation: sh.Steps[i].Compensation, Expects: sh.Steps[i].Expects, ReplyTimeout: sh.Steps[i].ReplyTimeout,
		})
	}
	for i := range in.width() {
		t := in.nth(i)
		out.Steps[t.Step].Open = in.live()
		if t.Waits && in.mark(t.Step) == markNone {
			out.Steps[t.Step].Mark = Awaited
		}
	}
	return out
}
