package load

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// Check compares what the participant saw and what was found with what was started. It returns nil
// only if every saga came to the right end exactly once and nothing is there besides these and the
// completed ones that were put there before.
func Check(w Workload, ids []string, preloaded int, f Found, calls map[string]Tally) error {
	if err := checkCalls(w, ids, calls); err != nil {
		return err
	}
	status, effects, _ := w.Ends()
	counts := map[string]int{status: len(ids)}
	if preloaded > 0 {
		counts["completed"] += preloaded
	}
	if !maps.Equal(f.Counts, counts) {
		return fmt.Errorf("wrong outcome: %d sagas were started and should be %s, %d were there before, but the store counts %v",
			len(ids), status, preloaded, f.Counts)
	}
	records := make(map[string]Record, len(f.Records))
	for _, r := range f.Records {
		if _, twice := records[r.ID]; twice {
			return fmt.Errorf("wrong outcome: saga %s is in the store twice", r.ID)
		}
		records[r.ID] = r
	}
	for _, id := range ids {
		r, there := records[id]
		switch {
		case !there:
			return fmt.Errorf("wrong outcome: saga %s was started and is not in the store", id)
		case r.Status != status || r.Effects != effects:
			return fmt.Errorf("wrong outcome: saga %s is %s with %d steps in effect, not %s with %d", id, r.Status, r.Effects, status, effects)
		}
		if err := checkState(r); err != nil {
			return fmt.Errorf("wrong outcome: saga %s: %w", id, err)
		}
	}
	if len(records) != len(ids) {
		return fmt.Errorf("wrong outcome: %d sagas were started, %d are in the store", len(ids), len(records))
	}
	return nil
}

// checkCalls wants every step of every saga called exactly once, and nothing else.
func checkCalls(w Workload, ids []string, calls map[string]Tally) error {
	_, _, want := w.Ends()
	for _, id := range ids {
		if calls[id] != want {
			return fmt.Errorf("wrong outcome: saga %s had %+v, not %+v", id, calls[id], want)
		}
	}
	if len(calls) != len(ids) {
		return fmt.Errorf("wrong outcome: %d sagas were started, %d were seen by the participant", len(ids), len(calls))
	}
	return nil
}

func checkState(r Record) error {
	var have Order
	if err := json.Unmarshal(r.State, &have); err != nil {
		return fmt.Errorf("its state cannot be read: %w", err)
	}
	if have != NewOrder(r.ID) {
		return errors.New("its state is not what it was started with")
	}
	return nil
}
