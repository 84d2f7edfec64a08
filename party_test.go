package saga_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seosa-dev/saga"
)

// cart is the state of most sagas in these tests.
type cart struct {
	Customer string
	Total    int
	Items    []string
	Refs     map[string]string
}

// How a party answers one call. Those that act say what becomes true, whatever the caller hears.
const (
	works      = "works"
	refuses    = "refuses"     // for ever, and remembers it
	notYet     = "not yet"     // nothing happened, asking again is fine
	losesReply = "loses reply" // it took effect, and nobody hears of it
	losesOrder = "loses order" // it never arrived, and nobody knows
	panics     = "panics"      // before it took effect
)

var errReset = errors.New("connection reset by peer")

// party is a participant that applies each key at most once, undoes, and answers questions. It does
// as its script says and then works. It is safe for concurrent use.
type party struct {
	mu       sync.Mutex
	script   map[string][]string
	calls    []string // "action a" in the order of arrival
	attempts []saga.Attempt
	effects  []string // "a" and "undo a" as they became true
	applied  map[saga.Key]int
	refused  map[saga.Key]bool
}

func newParty() *party {
	return &party{script: map[string][]string{}, applied: map[saga.Key]int{}, refused: map[saga.Key]bool{}}
}

// says plans the answers to the next calls of one kind to a step.
func (p *party) says(kind saga.CallKind, step string, answers ...string) *party {
	p.script[string(kind)+" "+step] = answers
	return p
}

// answer takes one call.
func (p *party) answer(kind saga.CallKind, a saga.Attempt) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	call := string(kind) + " " + a.Key.Step
	p.calls = append(p.calls, call)
	p.attempts = append(p.attempts, a)
	how := works
	if left := p.script[call]; len(left) > 0 {
		how, p.script[call] = left[0], left[1:]
	}
	key := a.Key
	key.Undo = false
	switch how {
	case losesOrder:
		return errReset
	case losesReply:
		_ = p.do(kind, key)
		return errReset
	case notYet:
		return fmt.Errorf("%w: connection refused", saga.NotDone)
	case refuses:
		if kind != saga.CallCompensation && p.applied[key] > 0 {
			return nil // it keeps its word
		}
		p.refused[key] = true
		return fmt.Errorf("%w: sold out", saga.Refused)
	case panics:
		panic("nil map of " + a.Key.Step)
	}
	return p.do(kind, key)
}

// do is what a participant with a barrier does.
func (p *party) do(kind saga.CallKind, key saga.Key) error {
	switch {
	case kind == saga.CallCompensation:
		if p.applied[key] > 0 {
			p.applied[key]--
			p.effects = append(p.effects, "undo "+key.Step)
		}
		p.refused[key] = true
		return nil
	case p.applied[key] > 0:
		return nil
	case p.refused[key] || kind == saga.CallFence:
		p.refused[key] = true
		return fmt.Errorf("%w: recorded", saga.Refused)
	case kind == saga.CallProbe:
		return saga.NotDone
	}
	p.applied[key]++
	p.effects = append(p.effects, key.Step)
	return nil
}

func (p *party) call(kind saga.CallKind) saga.Func[cart] {
	return func(_ context.Context, _ *cart, a saga.Attempt) error { return p.answer(kind, a) }
}

// step is a compensatable step at the party, without probe and fence.
func (p *party) step(name string) saga.Step[cart] {
	return saga.Step[cart]{Name: name, Action: p.call(saga.CallAction), Compensation: p.call(saga.CallCompensation)}
}

// asked is a step with a probe.
func (p *party) asked(name string) saga.Step[cart] {
	st := p.step(name)
	st.Probe = p.call(saga.CallProbe)
	return st
}

// fenced is a step with probe and fence.
func (p *party) fenced(name string) saga.Step[cart] {
	st := p.asked(name)
	st.Fence = p.call(saga.CallFence)
	return st
}

// final makes a step one that is never undone.
func final(kind saga.Kind, st saga.Step[cart]) saga.Step[cart] {
	st.Kind, st.Compensation = kind, nil
	return st
}

func replayable(st saga.Step[cart]) saga.Step[cart] {
	st.Replayable = true
	return st
}

func (p *party) called() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

func (p *party) made() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.effects)
}

// wantCalls compares all calls so far with "action a, probe a".
func (p *party) wantCalls(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(p.called(), ", "); got != want {
		t.Errorf("calls: %s\n  want: %s", got, want)
	}
}

// wantEffects compares what became true with "a, undo a".
func (p *party) wantEffects(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(p.made(), ", "); got != want {
		t.Errorf("effects: %s\n  want: %s", got, want)
	}
}
