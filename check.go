package saga

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxSteps   = 100
	maxIDBytes = 200
)

// check returns every mistake of a shape, each with what to change.
func (s *Shape) check() (m mistakes) {
	bad := m.at(wholeDefinition)
	if !validID(s.Name) {
		bad("the name needs 1 to %d bytes of UTF-8 without control characters or space at an end", maxIDBytes)
	}
	if s.Version < 1 {
		bad("version is %d; count from 1", s.Version)
	}
	if s.Deadline < 0 {
		bad("the deadline is negative")
	}
	if len(s.Steps) == 0 || len(s.Steps) > maxSteps {
		bad("%d steps; use 1 to %d", len(s.Steps), maxSteps)
	}
	s.checkOrder(&m)
	seen := map[string]bool{}
	for i := range s.Steps {
		name := s.Steps[i].Name
		bad := func(format string, args ...any) { m.at(i)("step %q: "+format, append([]any{name}, args...)...) }
		s.Steps[i].check(bad)
		if seen[name] {
			bad("the name stands twice; keys would collide")
		}
		seen[name] = true
	}
	return m
}

// checkOrder holds the rule of the kinds: compensatable steps, at most one pivot, retriable steps.
func (s *Shape) checkOrder(m *mistakes) {
	last := ""
	for i := range s.Steps {
		st, bad := &s.Steps[i], m.at(i)
		joins := i > 0 && st.Group != 0 && s.Steps[i-1].Group == st.Group
		switch {
		case st.Kind == Pivot && st.Group != 0:
			bad("step %q: a pivot in a parallel group; whether there is a way back must not depend on which branch is faster", st.Name)
		case st.Kind == Retriable && joins && last == "":
			bad("step %q: a retriable step beside others that may be refused; let it follow the group", st.Name)
		case st.Kind == Compensatable && st.Group != 0 && st.Reply && !st.Fence && !st.Probe && !st.Replayable:
			bad("step %q: it waits for a reply in a parallel group; give it a Fence or a Probe, which tells what became of it when a branch beside it is refused", st.Name)
		case st.Kind == Pivot && last != "":
			bad("step %q: a pivot after %s; only retriable steps may follow it", st.Name, last)
		case (st.Kind == Compensatable || st.Kind == ReadOnly && !st.Sleep) && last != "":
			bad("step %q: it may be refused after %s, when nothing can be undone; make it retriable or move it before", st.Name, last)
		}
		if st.Kind == Pivot || st.Kind == Retriable {
			last = fmt.Sprintf("the %s step %q", st.Kind, st.Name)
		}
	}
}

func (st *StepShape) check(bad func(string, ...any)) {
	if !validID(st.Name) || strings.ContainsAny(st.Name, "/~") {
		bad("the name needs 1 to %d bytes of UTF-8 without control characters or space at an end, / and ~", maxIDBytes)
	}
	if st.Sleep {
		if st.Kind != ReadOnly || st.Compensation || st.Probe || st.Fence || st.Reply || st.Replayable {
			bad("a step with Sleep is a timer and calls nobody; move its other functions to a step of their own and leave its kind empty")
		}
	} else {
		st.checkKind(bad)
	}
	if st.Expects && !st.Fence && (st.Kind == Compensatable || st.Kind == Pivot) {
		bad("it has no Action, so it may take effect at any time, also after the saga turned back; it needs a Fence")
	}
	if st.Reply && !st.Sleep && st.ReplyTimeout <= 0 {
		bad("a step with a Reply needs a ReplyTimeout; without one, a reply that is lost would be waited for for ever")
	}
	if !st.Reply && st.ReplyTimeout != 0 {
		bad("a ReplyTimeout without a Reply bounds nothing; add the Reply or remove it")
	}
	if st.Timeout < 0 {
		bad("the timeout is negative")
	}
	for _, why := range st.Retry.faults() {
		bad("%s", why)
	}
}

func (st *StepShape) checkKind(bad func(string, ...any)) {
	switch st.Kind {
	case Compensatable:
		if !st.Compensation {
			bad("a compensatable step needs a Compensation; if it cannot be undone, make it the pivot")
		}
	case Pivot, Retriable:
		if st.Compensation {
			bad("a %s step is never undone; remove its Compensation or make it compensatable", st.Kind)
		}
	case ReadOnly:
		if st.Compensation || st.Fence {
			bad("a read-only step changes nothing; remove its Compensation and its Fence or make it compensatable")
		}
	default:
		bad("unknown kind %q; use Compensatable, Pivot, Retriable or ReadOnly", st.Kind)
	}
}

// check reports a policy that would not retry as its author thinks.
func (p RetryPolicy) check() error {
	if all := p.faults(); len(all) > 0 {
		return errors.New(strings.Join(all, "; "))
	}
	return nil
}

func (p RetryPolicy) faults() (all []string) {
	if p.MaxAttempts < 0 || p.MaxAttempts > 10_000 {
		all = append(all, fmt.Sprintf("RetryPolicy.MaxAttempts is %d; use 1 to 10000, or 0 for the default", p.MaxAttempts))
	}
	if p.Initial < 0 || p.Max < 0 || p.Initial > 24*time.Hour || p.Max > 24*time.Hour {
		all = append(all, "RetryPolicy.Initial and Max must lie between 0 and 24h")
	} else if p.Max > 0 && p.Initial > p.Max {
		all = append(all, fmt.Sprintf("RetryPolicy.Initial %v is longer than Max %v", p.Initial, p.Max))
	}
	if p.Factor != 0 && !(p.Factor >= 1 && p.Factor <= 100) {
		all = append(all, fmt.Sprintf("RetryPolicy.Factor is %v; use 1 to 100, or 0 for the default", p.Factor))
	}
	return all
}

// checkBudget notes times that the deadline always cuts short. Those of steps which must finish are none
// of them: by then the deadline does not apply. Nor is a wait that bounds the reply to an undo, a fence
// or a probe as well, which the way back may ask for after the deadline. base is what a zero timeout stands for; zero if that is
// not known.
func (s *Shape) checkBudget(m *mistakes, base time.Duration) {
	if s.Deadline <= 0 {
		return
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		if st.Kind == Retriable || st.Sleep {
			continue
		}
		switch {
		case st.Timeout > s.Deadline:
			m.at(i)("step %q: its timeout %v is longer than the deadline %v of the whole; shorten the Timeout or lengthen the Deadline",
				st.Name, st.Timeout, s.Deadline)
		case st.Timeout == 0 && base > s.Deadline:
			m.at(i)("step %q: its timeout is that of Config.Timeout, %v, and longer than the deadline %v of the whole; give the step a shorter Timeout or lengthen the Deadline",
				st.Name, base, s.Deadline)
		}
		if st.ReplyTimeout > s.Deadline && (st.Kind == ReadOnly || !st.Compensation && !st.Fence && !st.Probe) {
			m.at(i)("step %q: its ReplyTimeout %v is longer than the deadline %v, which ends that wait and turns the saga back; shorten the ReplyTimeout or lengthen the Deadline",
				st.Name, st.ReplyTimeout, s.Deadline)
		}
	}
}

// validID accepts what every store and every header can carry. Space at an end is lost in headers,
// and two instances would share their keys.
func validID(id string) bool {
	if id == "" || len(id) > maxIDBytes || !utf8.ValidString(id) || strings.TrimSpace(id) != id {
		return false
	}
	for _, r := range id {
		if r < 0x20 || r == 0x7f {
			return false
		}
	}
	return true
}
