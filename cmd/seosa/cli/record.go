package cli

import (
	"encoding/json"
	"time"

	"github.com/seosa-dev/saga"
)

// record is an instance as JSON. The names stay as they are; new ones may be added.
type record struct {
	ID          string          `json:"id"`
	Definition  string          `json:"definition"`
	Version     int             `json:"version"`
	Status      saga.Status     `json:"status"`
	Reason      saga.Reason     `json:"reason,omitempty"`
	Explanation string          `json:"explanation,omitempty"`
	Detail      string          `json:"detail,omitempty"`
	Since       time.Time       `json:"since"`
	Started     time.Time       `json:"started"`
	Updated     time.Time       `json:"updated"`
	Deadline    time.Time       `json:"deadline,omitzero"`
	Due         time.Time       `json:"due,omitzero"`
	Step        string          `json:"step,omitempty"`
	Call        saga.CallKind   `json:"call,omitempty"`
	Calls       int             `json:"calls"`
	Back        bool            `json:"back"`
	Steps       []stepRecord    `json:"steps"`
	State       json.RawMessage `json:"state,omitempty"`
	Seq         int             `json:"seq"`
	Node        string          `json:"node,omitempty"`
	Allowed     []saga.Verb     `json:"allowed"`
	Hand        *saga.Hand      `json:"hand,omitempty"` // the last intervention
}

type stepRecord struct {
	Name    string    `json:"name"`
	Mark    saga.Mark `json:"mark"`
	Round   int       `json:"round,omitempty"`
	Skipped bool      `json:"skipped,omitempty"`
	Open    bool      `json:"open,omitempty"`
	Group   int       `json:"group,omitempty"`  // of parallel steps, from 1
	Branch  int       `json:"branch,omitempty"` // of the group, from 0
	Kind    saga.Kind `json:"kind,omitempty"`
	Expects bool      `json:"expects,omitempty"` // nobody is called; a fact is awaited
}

func recordOf(in saga.Instance) record {
	r := record{
		ID: in.ID, Definition: in.Definition, Version: in.Version, Status: in.Status, Reason: in.Reason,
		Explanation: in.Explain(), Detail: in.Detail, Since: in.Since.UTC(), Started: in.Started.UTC(),
		Updated: in.Updated.UTC(), Deadline: in.Deadline.UTC(), Due: in.Due.UTC(), Step: in.Step, Call: in.Call,
		Calls: in.Calls, Back: in.Back, Steps: []stepRecord{}, State: valid(in.State), Seq: in.Seq, Node: in.Node,
		Allowed: append([]saga.Verb{}, in.Allowed...), Hand: in.Hand,
	}
	for _, s := range in.Steps {
		r.Steps = append(r.Steps, stepRecord{s.Name, s.Mark, s.Round, s.Skipped, s.Open, s.Group, s.Branch, s.Kind, s.Expects})
	}
	return r
}

// moment is a transition as JSON.
type moment struct {
	Seq     int             `json:"seq"`
	At      time.Time       `json:"at"`
	Kind    saga.EventKind  `json:"kind"`
	Step    string          `json:"step,omitempty"`
	Call    saga.CallKind   `json:"call,omitempty"`
	Attempt int             `json:"attempt,omitempty"`
	Key     string          `json:"key,omitempty"`
	Outcome saga.Outcome    `json:"outcome,omitempty"`
	Error   string          `json:"error,omitempty"`
	TookMs  float64         `json:"tookMs,omitempty"`
	SleepMs float64         `json:"sleepMs,omitempty"` // that a timer was set for
	By      string          `json:"by,omitempty"`      // who replied
	Hand    *saga.Hand      `json:"hand,omitempty"`
	Status  saga.Status     `json:"status"`
	Reason  saga.Reason     `json:"reason,omitempty"`
	Open    string          `json:"open,omitempty"`
	Due     time.Time       `json:"due,omitzero"`
	Changed json.RawMessage `json:"changed,omitempty"`
}

func momentOf(e saga.Event) moment {
	return moment{
		Seq: e.Seq, At: e.At.UTC(), Kind: e.Kind, Step: e.Step, Call: e.Call, Attempt: e.Number, Key: keyOf(e),
		Outcome: e.Outcome, Error: e.Error, TookMs: float64(e.Took.Microseconds()) / 1000,
		SleepMs: float64(e.Sleep.Microseconds()) / 1000, By: e.By, Hand: e.Hand,
		Status: e.Status, Reason: e.Reason, Open: e.Open, Due: e.Due.UTC(), Changed: valid(e.Patch),
	}
}

// keyOf is the key that an answered call carried; probes and fences ask about the action's.
func keyOf(e saga.Event) string {
	if e.Kind != saga.EventAnswered || e.Step == "" {
		return ""
	}
	return saga.Key{Instance: e.Instance, Step: e.Step, Undo: e.Call == saga.CallCompensation, Round: e.Round}.String()
}

// valid keeps what is JSON, so that one broken value does not take the whole answer away.
func valid(raw json.RawMessage) json.RawMessage {
	if !json.Valid(raw) {
		return nil
	}
	return raw
}
