package console

import (
	"time"

	"github.com/seosa-dev/saga"
)

// grouped is a sample trip: the flight beside the hotel, which takes two steps, then the charge.
func grouped(name, id string) *sample {
	s := sampleOf(name, id)
	s.in.Definition, s.in.Version = "trip", 1
	s.in.Steps = []saga.StepStatus{
		{Name: "flight", Mark: saga.NotStarted, Group: 1},
		{Name: "hotel.room", Mark: saga.NotStarted, Group: 1, Branch: 1},
		{Name: "hotel.meals", Mark: saga.NotStarted, Group: 1, Branch: 1},
		{Name: "charge", Mark: saga.NotStarted},
	}
	s.in.State, s.in.Step = []byte(`{"amount":840000,"customer":"kim","flight":"","room":""}`), "flight"
	s.events[0].Definition, s.events[0].Version = "trip", 1
	s.events[0].Open, s.events[0].Patch = "flight", s.in.State
	return s
}

// earlier lets the last call have begun earlier, beside others.
func (s *sample) earlier(d time.Duration) *sample {
	s.events[len(s.events)-1].Took += d
	return s
}

// sampleBranches has a branch in doubt while the other waits for its end.
func sampleBranches() *sample {
	s := grouped("branches", "so-1014").
		call("flight", saga.CallAction, 1, saga.Unknown, 210*ms, "no answer within 200 ms", "hotel.room").
		call("hotel.room", saga.CallAction, 1, saga.Succeeded, 30*ms, "", "flight").earlier(200*ms).
		call("hotel.meals", saga.CallAction, 1, saga.Succeeded, 24*ms, "", "flight").
		wait(240*ms).
		call("flight", saga.CallProbe, 2, saga.NotDone, 12*ms, "not done: no booking under this key so far", "flight").
		stands(saga.CallProbe, saga.MaybeDone, saga.InEffect, saga.InEffect).wait(90 * ms)
	s.in.Steps[0].Open = true
	return s
}

// sampleParted is a trip whose flight was refused: the hotel had time to answer, and is undone.
func sampleParted() *sample {
	return grouped("parted", "so-1015").
		call("hotel.room", saga.CallAction, 1, saga.Succeeded, 30*ms, "", "flight").
		turn("flight", saga.CallAction, 1, saga.Refused, 64*ms, "refused: the flight is full", "hotel.meals", saga.Compensating).earlier(35*ms).
		call("hotel.meals", saga.CallAction, 1, saga.Succeeded, 90*ms, "", "hotel.meals").earlier(70*ms).
		call("hotel.meals", saga.CallCompensation, 1, saga.Succeeded, 16*ms, "", "hotel.room").
		turn("hotel.room", saga.CallCompensation, 1, saga.Succeeded, 19*ms, "", "", saga.Compensated).
		stands("", saga.NeverDone, saga.TakenBack, saga.TakenBack, saga.NotStarted).wait(time.Second)
}
