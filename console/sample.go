package console

import (
	"encoding/json"
	"time"

	"github.com/seosa-dev/saga"
)

// sample is an instance of the specimen page: a state that a real one can be in.
type sample struct {
	name   string
	in     saga.Instance
	events []saga.Event
	sent   []saga.Sent // that moved nothing, the latest first
	now    time.Time
}

// sampleOf starts a sample order of three steps.
func sampleOf(name, id string) *sample {
	at := time.Date(2026, time.November, 22, 5, 27, 31, 204_000_000, time.UTC)
	s := &sample{name: name, now: at}
	s.in = saga.Instance{ID: id, Definition: "shop.order", Version: 2, Status: saga.Running, Since: at, Started: at, Updated: at,
		Node: "node-4f1c", Step: "STOCK", Call: saga.CallAction,
		Steps: []saga.StepStatus{{Name: "STOCK", Mark: saga.NotStarted}, {Name: "PAYMENT", Mark: saga.NotStarted}, {Name: "ORDER", Mark: saga.NotStarted}},
		State: json.RawMessage(`{"item":"EST-1","order":0,"quantity":2,"user":"j2ee"}`)}
	return s.add(saga.Event{Kind: saga.EventStarted, Open: "STOCK", Patch: s.in.State}, 0)
}

// add records what happened some time after the last event.
func (s *sample) add(e saga.Event, after time.Duration) *sample {
	s.now = s.now.Add(after)
	e.Instance, e.Definition, e.Version = s.in.ID, s.in.Definition, s.in.Version
	e.Seq, e.At = len(s.events)+1, s.now
	if e.Status == "" {
		e.Status = s.in.Status
	}
	if e.Status != s.in.Status {
		s.in.Since = s.now
	}
	s.in.Status, s.in.Reason, s.in.Seq, s.in.Updated = e.Status, e.Reason, e.Seq, s.now
	switch {
	case e.Kind == saga.EventAnswered && e.Open == e.Step:
		s.in.Calls = e.Number
	case e.Reason != saga.Stopped:
		s.in.Calls = 0
	}
	s.in.Step, s.in.Due = e.Open, e.Due
	s.events = append(s.events, e)
	return s
}

// call records an answered call; open is the step that is open after it.
func (s *sample) call(step string, kind saga.CallKind, n int, o saga.Outcome, took time.Duration, said, open string) *sample {
	return s.turn(step, kind, n, o, took, said, open, s.in.Status)
}

func (s *sample) turn(step string, kind saga.CallKind, n int, o saga.Outcome, took time.Duration, said, open string, to saga.Status) *sample {
	e := saga.Event{Kind: saga.EventAnswered, Step: step, Call: kind, Number: n, Outcome: o, Took: took, Error: said, Open: open, Status: to}
	if o == saga.Unknown || o == saga.NotDone {
		e.Due = s.now.Add(took + 6*time.Millisecond + time.Duration(n)*500*time.Millisecond)
	}
	if said != "" {
		s.in.Detail = said
	}
	return s.add(e, took+6*time.Millisecond)
}

// hand records what a person did some time after the last event.
func (s *sample) hand(h saga.Hand, after time.Duration, open string, to saga.Status) *sample {
	h.At = s.now.Add(after)
	e := saga.Event{Kind: saga.EventOperated, Hand: &h, Open: open, Status: to}
	if h.Verb == saga.Stop {
		e.Reason = saga.Stopped
	}
	s.in.Hand = &h
	if h.Verb != saga.Stop {
		s.in.Detail = ""
	}
	return s.add(e, after)
}

// needs sets why the last event left the instance to a person, and when it is called again.
func (s *sample) needs(why saga.Reason, due time.Duration) *sample {
	s.in.Reason, s.events[len(s.events)-1].Reason = why, why
	s.in.Due, s.events[len(s.events)-1].Due = time.Time{}, time.Time{}
	if due > 0 {
		s.in.Due = s.now.Add(due)
	}
	return s
}

// stands sets where the instance stands now.
func (s *sample) stands(call saga.CallKind, marks ...saga.Mark) *sample {
	s.in.Call, s.in.Back = call, s.in.Status == saga.Compensating || call == saga.CallCompensation
	s.in.Allowed = s.allowed()
	for i, m := range marks {
		s.in.Steps[i].Mark = m
	}
	return s
}

// allowed is what a person may do to the sample.
func (s *sample) allowed() []saga.Verb {
	switch {
	case s.in.Status.Ended():
		return nil
	case s.in.Reason == saga.Stopped:
		return []saga.Verb{saga.Retry, saga.Compensate, saga.Resolve, saga.Skip}
	case s.in.Status == saga.NeedsAttention:
		return []saga.Verb{saga.Retry, saga.Resolve, saga.Skip, saga.Stop}
	case s.in.Calls > 0 || s.in.Call == saga.CallProbe:
		return []saga.Verb{saga.Resolve, saga.Skip, saga.Stop}
	case s.in.Back:
		return []saga.Verb{saga.Skip, saga.Stop}
	}
	return []saga.Verb{saga.Compensate, saga.Skip, saga.Stop}
}

// wait lets time pass; later is the state as it is then.
func (s *sample) wait(d time.Duration) *sample {
	s.now = s.now.Add(d)
	return s
}

func (s *sample) state(later string) *sample {
	s.in.State = json.RawMessage(later)
	return s
}
