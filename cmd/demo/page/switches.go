package page

import (
	"slices"
	"strings"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// always is how a switch arms its fault: until it is cleared.
const always = -1

// group is the switches of one place.
type group struct {
	At    string
	Kinds []fault.Kind
}

// groups is every switch of the page: what makes sense to leave on while a person orders. What
// kills a process or needs a script around it is left to the rows.
func groups() []group {
	http := []fault.Kind{fault.DropRequest, fault.DropReply, fault.Delay, fault.Duplicate, fault.FailBefore, fault.FailAfter, fault.Refuse}
	return []group{
		{scenario.Decrement, http},
		{scenario.Check, http},
		{scenario.Compensation, []fault.Kind{fault.Off, fault.Duplicate, fault.DropReply}},
		{scenario.Insert, []fault.Kind{fault.Reject}},
	}
}

// switchOf finds a switch.
func switchOf(at string, kind fault.Kind) (fault.Fault, bool) {
	for _, g := range groups() {
		if g.At == at && slices.Contains(g.Kinds, kind) {
			return fault.Fault{At: at, Kind: kind, Times: always}, true
		}
	}
	return fault.Fault{}, false
}

// isSwitch reports whether an armed fault is what a switch arms.
func isSwitch(f fault.Fault) bool {
	_, ok := switchOf(f.At, f.Kind)
	return ok && f.Times == always && f.Match == ""
}

func isOn(armed []fault.Fault, at string, kind fault.Kind) bool {
	return slices.ContainsFunc(armed, func(f fault.Fault) bool { return f.At == at && f.Kind == kind && isSwitch(f) })
}

// switchView is one switch.
type switchView struct {
	reader
	HTMLID, At, Kind, Means string
	Label                   string // of the button, for who does not see what is around it
	On                      bool
	Sign                    sign
}

// groupView is the switches of one place.
type groupView struct {
	At, Means string
	Switches  []switchView
}

// faultsView is the line over the switches.
type faultsView struct {
	reader
	Unread bool
	On     int
	Other  string
}

func (v reader) groups(f *facts) []groupView {
	var all []groupView
	for _, g := range groups() {
		view := groupView{At: v.place(g.At), Means: v.Say("place." + g.At)}
		for _, kind := range g.Kinds {
			view.Switches = append(view.Switches, v.switchView(f, g.At, kind))
		}
		all = append(all, view)
	}
	return all
}

func (v reader) switchView(f *facts, at string, kind fault.Kind) switchView {
	s := switchView{reader: v, HTMLID: "f-" + at + "-" + string(kind), At: at, Kind: string(kind),
		Means: v.goesWrong(fault.Fault{At: at, Kind: kind}), On: isOn(f.Armed, at, kind)}
	verb := "faults.switch.on"
	switch {
	case f.ArmedErr != nil:
		s.Sign = sign{Symbol: "unknown", Word: v.Say("faults.unknown")}
	case s.On:
		s.Sign, verb = sign{Symbol: "start", Word: v.Say("faults.on"), Strong: true}, "faults.switch.off"
	default:
		s.Sign = sign{Symbol: "todo", Word: v.Say("faults.off")}
	}
	s.Label = v.Say("faults.switch.label", "verb", v.Say(verb), "at", v.place(at), "kind", kind)
	return s
}

func (v reader) faultsView(f *facts) faultsView {
	view := faultsView{reader: v, Unread: f.ArmedErr != nil}
	var other []string
	for _, armed := range f.Armed {
		if isSwitch(armed) {
			continue
		}
		times := v.Say("faults.times.always")
		if armed.Times != always {
			times = v.Count("faults.times", max(armed.Times, 1))
		}
		other = append(other, v.place(armed.At)+" "+string(armed.Kind)+" ("+times+")")
	}
	for _, g := range groups() {
		for _, kind := range g.Kinds {
			if isOn(f.Armed, g.At, kind) {
				view.On++
			}
		}
	}
	view.Other = strings.Join(other, ", ")
	return view
}
