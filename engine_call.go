package saga

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// maxSaid bounds what is kept of an error's text.
const maxSaid = 500

// call makes one attempt when one of the slots is free, and returns what follows.
func (s *server) call(e callStep) []effect {
	select {
	case s.slots <- struct{}{}:
	default:
		if !s.waitForSlot(e.Serial) {
			s.steps.Done()
			return s.tell(func(n *node, at time.Time) {
				delete(s.queued, e.Serial)
				n.withdrawn(e.In.ID, e.Serial, at)
			})
		}
	}
	return s.attempt(s.plans[shapeKey{e.In.Definition, e.In.Version}], e)
}

// waitForSlot is false if the call is not to be made.
func (s *server) waitForSlot(serial int64) bool {
	s.mu.Lock()
	if s.queued[serial] == s.heldBack {
		s.mu.Unlock()
		return false
	}
	withdraw := make(chan struct{})
	s.queued[serial] = withdraw
	s.mu.Unlock()
	select {
	case s.slots <- struct{}{}:
		return true
	case <-withdraw:
	case <-s.calls.Done():
	}
	return false
}

// attempt is one call of a step's function. It reports exactly once: when the function returns, or
// when it has ignored the end of its ctx for a while. A function that never returns keeps its slot,
// not its instance.
type attempt struct {
	*server
	callStep
	ctx      context.Context
	began    time.Time
	timeout  time.Duration
	reported atomic.Bool
}

func (s *server) attempt(p *plan, e callStep) (later []effect) {
	a := &attempt{server: s, callStep: e, began: time.Now(), timeout: e.Shape.Steps[e.In.Step].Timeout}
	ctx, cancel := context.WithTimeout(s.calls, a.timeout)
	a.ctx = ctx
	late := time.AfterFunc(a.timeout+a.timeout/10+10*time.Millisecond, a.late)
	returned := false
	defer func() {
		late.Stop()
		if !returned { // the function ended its goroutine
			s.beside(a.report(nil, fmt.Errorf("%w: the step's function ended its goroutine", Unknown)))
		}
		cancel()
		<-s.slots
		s.steps.Done()
	}()
	patch, err := p.attempt(ctx, e, e.Memo)
	returned = true
	return a.report(patch, err)
}

func (a *attempt) late() {
	a.perform(a.report(nil, fmt.Errorf("%w: the step's function did not return %v after its timeout", Unknown, a.timeout/10)))
}

func (a *attempt) report(patch fields, err error) []effect {
	if a.reported.Swap(true) {
		return nil
	}
	h := happened{said: said(err, a.ctx, a.timeout), took: time.Since(a.began), patch: patch}
	h.heard(err) // what is not the participant's has no text
	return a.tell(func(n *node, at time.Time) {
		delete(a.queued, a.Serial)
		h.at = at
		n.answered(a.In.ID, a.Serial, h)
	})
}

// said is the text that the history keeps of a call that did not succeed.
func said(err error, ctx context.Context, timeout time.Duration) string {
	if err == nil {
		return ""
	}
	text := textOf(err)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		text = fmt.Sprintf("no answer within %v: %s", timeout, text)
	}
	if len(text) > maxSaid {
		text = strings.ToValidUTF8(text[:maxSaid-len("…")], "") + "…"
	}
	return text
}

func textOf(err error) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = fmt.Sprintf("%T, whose Error panicked: %v", err, v)
		}
	}()
	return err.Error()
}
