package main

import (
	"fmt"
	"sync"

	"github.com/seosa-dev/saga"
)

// steps is how many steps the sagas of all workloads have.
const steps = 4

// workload says what the steps answer and, from that, how every saga must end.
type workload struct {
	name, title string
	refuses     int // the step that refuses, from 0; steps if none
}

func w1() workload {
	return workload{name: "W1", title: "four no-op steps succeed", refuses: steps}
}

func w3() workload {
	return workload{name: "W3", title: "the fourth step refuses, three are undone", refuses: steps - 1}
}

// order is the state of a saga, about 100 bytes as JSON.
type order struct {
	Customer string `json:"customer"`
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
	Price    int64  `json:"price"`
	Note     string `json:"note"`
}

// newOrder differs by id, so that one saga's state cannot pass for another's.
func newOrder(id string) order {
	return order{Customer: "customer-" + id, Item: "EST-14", Quantity: 2, Price: 2997, Note: "ring twice, third floor"}
}

// participant is the other side of all steps: it does nothing, and counts.
type participant struct {
	refuses int

	mu    sync.Mutex
	calls map[string]tally // by saga
}

// tally is how often one saga's steps were called.
type tally struct{ actions, undos int }

func newParticipant(w workload) *participant {
	return &participant{refuses: w.refuses, calls: map[string]tally{}}
}

// act is the action of a step. Its error is a refusal.
func (p *participant) act(id string, step int) error {
	p.mu.Lock()
	t := p.calls[id]
	t.actions++
	p.calls[id] = t
	p.mu.Unlock()
	if step == p.refuses {
		return fmt.Errorf("%w: none left", saga.Refused)
	}
	return nil
}

// undo is the compensation of a step.
func (p *participant) undo(id string) error {
	p.mu.Lock()
	t := p.calls[id]
	t.undos++
	p.calls[id] = t
	p.mu.Unlock()
	return nil
}
