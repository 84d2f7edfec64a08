//go:build unix

package nodetest_test

import (
	"strings"

	"github.com/seosa-dev/saga"
)

// parcel is the state of all sagas here: which steps took effect and which were undone, in order.
type parcel struct {
	Number int
	Done   string
	Undone string
}

// manner is how a participant deals with what it is asked twice.
type manner string

const (
	keyed   manner = "keyed"   // it keeps its reply by key
	counted manner = "counted" // it does it again; asked, it says what happened so far
	final   manner = "final"   // it does it again; what it says it has not done, it never does
)

// place is a step of a definition and the participant behind it.
type place struct {
	step   string
	manner manner
}

// call asks a participant, and says what it answered as an outcome.
type call func(kind saga.CallKind, at place) saga.Func[parcel]

// plans are the definitions, by name. The participants refuse, so all of them have to be able to end
// in any way.
func plans() map[string][]place {
	return map[string][]place{
		"replay": {{"reserve", keyed}, {"pack", keyed}, {"label", keyed}},
		"probe":  {{"reserve", keyed}, {"print", counted}, {"stamp", final}},
		"pivot":  {{"reserve", keyed}, {"pay", keyed}, {"post", keyed}},
	}
}

// definitions are what every node runs.
func definitions(ask call) map[string]saga.Definition[parcel] {
	all := map[string]saga.Definition[parcel]{}
	for name, places := range plans() {
		d := saga.Definition[parcel]{Name: name, Version: 1}
		for _, at := range places {
			d.Steps = append(d.Steps, step(at, ask))
		}
		all[name] = d
	}
	return all
}

func step(at place, ask call) saga.Step[parcel] {
	st := saga.Step[parcel]{Name: at.step, Action: ask(saga.CallAction, at), Compensation: ask(saga.CallCompensation, at)}
	switch {
	case at.step == "pay":
		st.Kind, st.Compensation, st.Fence = saga.Pivot, nil, ask(saga.CallFence, at)
	case at.step == "post":
		// Its refusal may follow an attempt that is still on its way: only a fence settles that.
		st.Kind, st.Compensation, st.Fence = saga.Retriable, nil, ask(saga.CallFence, at)
	case at.manner == counted:
		st.Probe, st.Fence = ask(saga.CallProbe, at), ask(saga.CallFence, at)
	case at.manner == final:
		st.Probe = ask(saga.CallProbe, at)
	default:
		st.Replayable = true
	}
	return st
}

// note keeps in the state what a successful call has done.
func (p *parcel) note(kind saga.CallKind, step string) {
	if kind == saga.CallCompensation {
		p.Undone += step + " "
		return
	}
	p.Done += step + " "
}

// planOf reads the definition's name in an id.
func planOf(id string) string {
	name, _, _ := strings.Cut(id, "-")
	return name
}
