package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/seosa-dev/saga"
)

// found is what a contestant's file says after a case.
type found struct {
	counts  map[string]int // by status, of everything in the file
	records []record       // of the sagas that were started
}

// record is one saga in a file.
type record struct {
	id, status string
	effects    int // steps in effect at its end
	state      []byte
}

// end is what the workload makes of every saga.
func (w workload) end() (status string, effects int, calls tally) {
	if w.refuses < steps {
		return string(saga.Compensated), 0, tally{actions: w.refuses + 1, undos: w.refuses}
	}
	return string(saga.Completed), steps, tally{actions: steps}
}

// check compares what the participant saw and what the file says with what was started. It returns
// nil only if every saga came to the right end exactly once.
func check(w workload, ids []string, f found, calls map[string]tally) error {
	status, effects, want := w.end()
	if n := len(ids); !maps.Equal(f.counts, map[string]int{status: n}) {
		return fmt.Errorf("wrong outcome: %d sagas were started and should be %s, but the file counts %v", n, status, f.counts)
	}
	records := make(map[string]record, len(f.records))
	for _, r := range f.records {
		if _, twice := records[r.id]; twice {
			return fmt.Errorf("wrong outcome: saga %s is in the file twice", r.id)
		}
		records[r.id] = r
	}
	for _, id := range ids {
		r, there := records[id]
		switch {
		case !there:
			return fmt.Errorf("wrong outcome: saga %s was started and is not in the file", id)
		case r.status != status || r.effects != effects:
			return fmt.Errorf("wrong outcome: saga %s is %s with %d steps in effect, not %s with %d", id, r.status, r.effects, status, effects)
		case calls[id] != want:
			return fmt.Errorf("wrong outcome: saga %s had %+v, not %+v", id, calls[id], want)
		}
		if err := checkState(r); err != nil {
			return fmt.Errorf("wrong outcome: saga %s: %w", id, err)
		}
	}
	if len(calls) != len(ids) || len(records) != len(ids) {
		return fmt.Errorf("wrong outcome: %d sagas were started, %d were seen by the participant, %d are in the file",
			len(ids), len(calls), len(records))
	}
	return nil
}

func checkState(r record) error {
	var have order
	if err := json.Unmarshal(r.state, &have); err != nil {
		return fmt.Errorf("its state cannot be read: %w", err)
	}
	if have != newOrder(r.id) {
		return errors.New("its state is not what it was started with")
	}
	return nil
}
