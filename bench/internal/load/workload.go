package load

import (
	"context"
	"errors"
)

// Steps is how many steps the sagas of all workloads have.
const Steps = 4

// ErrRefused is a participant's answer that it has not done its step and never will.
var ErrRefused = errors.New("none left")

// Workload says what the steps answer and, from that, how every saga must end.
type Workload struct {
	Name, Title string
	Refuses     int  // the step that refuses, from 0; Steps if none
	Remote      bool // the steps are HTTP requests to another process
}

// W1 is the workload whose steps all succeed.
func W1() Workload {
	return Workload{Name: "W1", Title: "four no-op steps succeed", Refuses: Steps}
}

// W2 is W1 over HTTP.
func W2() Workload {
	return Workload{Name: "W2", Title: "four HTTP requests to a no-op participant succeed", Refuses: Steps, Remote: true}
}

// W3 is the workload whose sagas turn back at their last step.
func W3() Workload {
	return Workload{Name: "W3", Title: "the fourth step refuses, three are undone", Refuses: Steps - 1}
}

// Ends is what becomes of every saga: its status in the engine's words, the steps that stay in
// effect, and how often its steps are called.
func (w Workload) Ends() (status string, effects int, calls Tally) {
	if w.Refuses < Steps {
		return "compensated", 0, Tally{Actions: w.Refuses + 1, Undos: w.Refuses}
	}
	return "completed", Steps, Tally{Actions: Steps}
}

// Order is the state of a saga, about 100 bytes as JSON.
type Order struct {
	Customer string `json:"customer"`
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
	Price    int64  `json:"price"`
	Note     string `json:"note"`
}

// NewOrder differs by id, so that one saga's state cannot pass for another's.
func NewOrder(id string) Order {
	return Order{Customer: "customer-" + id, Item: "EST-14", Quantity: 2, Price: 2997, Note: "ring twice, third floor"}
}

// Participant is the other side of all steps: it does nothing, and counts.
type Participant interface {
	// Act is the action of a step, counted from 0. It is [ErrRefused] if the workload says so.
	Act(ctx context.Context, id string, step int) error
	// Undo is the compensation of a step.
	Undo(ctx context.Context, id string, step int) error
}

// Tally is how often one saga's steps were called.
type Tally struct{ Actions, Undos int }
