package saga

import (
	"fmt"
	"slices"
	"strings"
)

// fault says what no transition can have led to; "" if there is nothing.
func (in *instance) fault() string {
	switch {
	case in.Seq < 1:
		return "no start"
	case in.Calls < 0:
		return "less than no calls"
	}
	return in.progress.fault()
}

// fault says in which way no instance can stand; "" if it can.
func (p *progress) fault() string {
	outside := func(step int) bool { return step < 0 || step >= len(p.Marks) }
	switch {
	case !slices.Contains([]Status{Running, Compensating, Completed, Compensated, Failed, NeedsAttention}, p.Status):
		return fmt.Sprintf("the status %q", p.Status)
	case outside(p.Step):
		return fmt.Sprintf("step %d of %d open", p.Step, len(p.Marks))
	case len(p.Rounds) > len(p.Marks) || slices.ContainsFunc(p.Rounds, func(n int) bool { return n < 0 }):
		return "rounds of steps that it does not have"
	case slices.ContainsFunc(p.Skips, outside):
		return "skipped a step that it does not have"
	case slices.ContainsFunc(p.Others, func(t thread) bool { return outside(t.Step) || t.Step == p.Step }):
		return "a step open that it does not have, or one twice"
	case len(p.Early) > mostKept || slices.ContainsFunc(p.Early, func(k kept) bool { return outside(k.Step) }):
		return "replies for steps that it does not have"
	case strings.Trim(p.Marks, string([]byte{markNone, markEffect, markMaybe, markNever, markUndone, markPassed, markSkipped, markLeft})) != "":
		return "marks that mean nothing"
	case !slices.Contains([]CallKind{"", CallAction, CallProbe, CallFence, CallCompensation}, p.Call):
		return fmt.Sprintf("the call %q", p.Call)
	}
	return ""
}

// broken shows an instance whose row cannot be read, as far as its columns tell.
func (r *Row) broken(why error) Instance {
	return Instance{
		ID: r.ID, Definition: r.Definition, Version: r.Version, Status: r.Status, Reason: r.Reason, Since: r.Since,
		Started: r.Started, Updated: r.Updated, Due: r.Due, Step: r.Step, Node: r.Owner, Detail: why.Error(),
	}
}
