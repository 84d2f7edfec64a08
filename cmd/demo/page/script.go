package page

import (
	"strings"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// script puts the steps of a row into sentences.
func (v reader) script(steps []scenario.Step) []string {
	all := make([]string, len(steps))
	for i := range steps {
		all[i] = v.step(&steps[i])
	}
	return all
}

func (v reader) step(s *scenario.Step) string {
	switch {
	case s.Arm != nil:
		return v.arming(*s.Arm)
	case s.Disarm != nil:
		return v.Say("step.disarm", "what", v.goesWrong(*s.Disarm))
	case s.Order != "":
		return v.Say("step.order", "amount", v.amount(s.Order))
	case s.Send != "":
		return v.Say("step.send", "amount", v.amount(s.Send))
	case s.Others != "":
		return v.Say("step.others", "amount", v.amount(s.Others))
	case s.Struck != "":
		return v.Say("step.struck", "at", v.place(s.Struck))
	case s.Wait != "":
		return v.Say("step.wait", "status", v.known("order."+s.Wait, s.Wait))
	}
	return v.plainStep(s)
}

// plainStep is a step that is nothing but its name.
func (v reader) plainStep(s *scenario.Step) string {
	switch {
	case s.Answer:
		return v.Say("step.answer")
	case s.Heal:
		return v.Say("step.heal")
	case s.Drain:
		return v.Say("step.drain")
	case s.Restart:
		return v.Say("step.restart")
	case s.Look:
		return v.Say("step.look")
	}
	return "–"
}

func (v reader) arming(f fault.Fault) string {
	key := "step.once"
	switch {
	case f.Times == always:
		key = "step.always"
	case f.Match != "":
		key = "step.second" // the only match that the table uses: the key of the second attempt
	}
	return v.Say(key, "what", v.goesWrong(f))
}

func (v reader) amount(a scenario.Amount) string {
	return v.known("amount."+strings.ReplaceAll(string(a), " ", "."), string(a))
}
