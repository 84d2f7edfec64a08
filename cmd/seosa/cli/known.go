package cli

import (
	"slices"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
	"github.com/seosa-dev/saga/cmd/seosa/query"
)

// symbol draws what is known of a step: solid if it is a fact, hollow if nobody knows.
func symbol(m saga.Mark) string {
	switch m {
	case saga.InEffect:
		return "●"
	case saga.MaybeDone:
		return "◇"
	case saga.NeverDone:
		return "■"
	case saga.TakenBack:
		return "◀"
	case saga.Awaited:
		return "◌"
	case saga.PassedOver:
		return "○"
	case saga.Skipped:
		return "▷"
	case saga.LeftBehind:
		return "◁"
	}
	return "·"
}

// unsure reports whether a mark says that nobody knows.
func unsure(m saga.Mark) bool {
	return m == saga.MaybeDone || m == saga.Skipped || m == saga.LeftBehind
}

// strip is what is known of all steps, a sign for each in their order.
func strip(steps []saga.StepStatus) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteString(symbol(s.Mark))
	}
	return b.String()
}

// inWords is the same as strip, in words.
func inWords(steps []saga.StepStatus) string {
	var parts []string
	for _, s := range steps {
		if s.Mark != saga.NotStarted {
			parts = append(parts, layout.Word(s.Name)+" "+string(s.Mark))
		}
	}
	if len(parts) == 0 {
		return "nothing done"
	}
	return strings.Join(parts, ", ")
}

// legend explains the signs that these instances show.
func legend(all []saga.Instance) string {
	var parts []string
	for _, m := range []saga.Mark{saga.InEffect, saga.MaybeDone, saga.NeverDone, saga.TakenBack, saga.Skipped,
		saga.LeftBehind, saga.PassedOver, saga.Awaited, saga.NotStarted} {
		shown := func(s saga.StepStatus) bool { return s.Mark == m }
		if slices.ContainsFunc(all, func(in saga.Instance) bool { return slices.ContainsFunc(in.Steps, shown) }) {
			parts = append(parts, symbol(m)+" "+string(m))
		}
	}
	return strings.Join(parts, "   ")
}

// isUnknown reports whether a live instance has a step of which nobody knows whether it took effect.
func isUnknown(in saga.Instance) bool {
	return !in.Status.Ended() && slices.ContainsFunc(in.Steps, func(s saga.StepStatus) bool { return s.Mark == saga.MaybeDone })
}

// standing is status and reason in the words of the filters.
func standing(status saga.Status, reason saga.Reason) string {
	if status == saga.NeedsAttention && reason != "" {
		return "attention: " + string(reason)
	}
	return string(status)
}

// landing is where an intervention leads, in the same words.
func landing(verb saga.Verb, to saga.Status) string {
	if to == saga.NeedsAttention && verb == saga.Stop {
		return standing(to, saga.Stopped)
	}
	return query.Word(to)
}
