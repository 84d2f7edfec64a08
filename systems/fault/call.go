package fault

import (
	"bytes"
	"encoding/json"
	"slices"
)

// The outcomes of a call.
const (
	ok      = "OK"
	no      = "NO"
	unknown = "?"
)

// mostCalls is how many calls are remembered, the newest.
const mostCalls = 1000

// Call is one call that passed a watched place.
type Call struct {
	Seq     int    `json:"seq"` // 1 for the first to begin since the last Forget
	At      string `json:"at"`
	Key     string `json:"key,omitempty"`
	Outcome string `json:"outcome"`          // as its caller sees it: "OK", "NO" or "?", which it also is while under way
	Fault   Kind   `json:"fault,omitempty"`  // what struck it; empty: nothing so far
	Status  int    `json:"status,omitempty"` // of HTTP; 0: no answer reached the caller, or it was not HTTP
	Late    bool   `json:"late,omitempty"`   // the arrival of a delayed call, whose outcome its caller never sees
}

// begin notes a call under way.
func (f *Faults) begin(c Call) *Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seq++
	c.Seq, c.Outcome = f.seq, unknown
	if len(f.calls) == mostCalls {
		f.calls = slices.Delete(f.calls, 0, 1)
	}
	f.calls = append(f.calls, &c)
	return &c
}

// end notes what its caller is about to see.
func (f *Faults) end(c *Call, status int, outcome string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.Status, c.Outcome = status, outcome
}

// Calls lists the calls of watched places in the order in which they began, the newest 1,000 since
// the last Forget. A call that has been answered is recorded before its caller has the answer.
func (f *Faults) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]Call, len(f.calls))
	for i, c := range f.calls {
		all[i] = *c
	}
	return all
}

// Forget drops the recorded calls and sets the counts of Counts and Struck to nothing.
func (f *Faults) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls, f.seq = nil, 0
	clear(f.struck)
	clear(f.counts)
}

// judge is the default of [Config.Judge].
func judge(_ string, status int, body []byte) string {
	switch {
	case status >= 400 && status < 500:
		return no
	case status < 200 || status >= 300:
		return unknown
	}
	var answer struct{ State *string }
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || json.Unmarshal(body, &answer) != nil || answer.State == nil {
		return ok
	}
	if *answer.State == "APPLIED" || *answer.State == "REVERTED" {
		return ok
	}
	return no
}
