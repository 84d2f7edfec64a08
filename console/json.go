package console

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/seosa-dev/saga"
)

// factsList is the list as JSON: the same facts as its page.
type factsList struct {
	Unknown        int              `json:"unknown"`                  // those that need attention as well included
	UnknownAtLeast bool             `json:"unknownAtLeast,omitempty"` // more are live than were looked through
	NeedsAttention int              `json:"needsAttention"`
	Total          int              `json:"total"`
	Counts         map[standing]int `json:"counts"`
	Transactions   []factsRow       `json:"transactions"`
	Older          string           `json:"older,omitempty"` // address of the next page
}

type factsRow struct {
	ID         string        `json:"id"`
	Href       string        `json:"href"`
	Definition string        `json:"definition"`
	Version    int           `json:"version"`
	Status     standing      `json:"status"`
	Reason     saga.Reason   `json:"reason,omitempty"`
	About      string        `json:"about,omitempty"`
	Step       string        `json:"step,omitempty"`
	Call       saga.CallKind `json:"call,omitempty"`
	Calls      int           `json:"calls,omitempty"` // made to the open step in this direction
	Back       bool          `json:"back,omitempty"`
	Started    time.Time     `json:"started"`
	Updated    time.Time     `json:"updated"`
	AgeMs      int64         `json:"ageMs"`
	Attempts   int           `json:"attempts"`
	Node       string        `json:"node,omitempty"`
	// Explanation is the engine's sentence, until it has ended.
	Explanation string      `json:"explanation,omitempty"`
	Allowed     []saga.Verb `json:"allowed,omitempty"` // what a person may do
	Hand        *saga.Hand  `json:"hand,omitempty"`    // the last thing that a person did
}

// factsStory is one instance as JSON.
type factsStory struct {
	factsRow
	Sentence  string          `json:"sentence"`
	Detail    string          `json:"detail,omitempty"`
	Since     time.Time       `json:"since"`
	Deadline  time.Time       `json:"deadline,omitzero"`
	Due       time.Time       `json:"due,omitzero"`
	TookMs    int64           `json:"tookMs"`
	UnknownMs int64           `json:"unknownMs"`
	Probes    int             `json:"probes"`
	Fences    int             `json:"fences"`
	Known     []string        `json:"known,omitempty"`
	NotKnown  []string        `json:"notKnown,omitempty"`
	Next      []string        `json:"next,omitempty"`
	Steps     []factsStep     `json:"steps"`
	State     json.RawMessage `json:"state,omitempty"`
	Unheard   []factsUnheard  `json:"unheard,omitempty"` // sent, and not in the history; the latest first
	History   []factsMoment   `json:"history"`
}

// factsUnheard is what was sent and moved nothing.
type factsUnheard struct {
	At      time.Time    `json:"at"`
	Verb    saga.Verb    `json:"verb"`
	Step    string       `json:"step,omitempty"` // that a reply is for
	Outcome saga.Outcome `json:"outcome,omitempty"`
	By      string       `json:"by,omitempty"`
	Reason  string       `json:"reason,omitempty"`
	State   unheard      `json:"state"` // waits, late, step (there is none of that name), moved or wrong
	Why     string       `json:"why"`
}

type factsStep struct {
	Name    string    `json:"name"`
	Mark    saga.Mark `json:"mark"`
	Round   int       `json:"round,omitempty"`
	Skipped bool      `json:"skipped,omitempty"` // by a person, whatever became of it since
	Open    bool      `json:"open,omitempty"`    // next or under way; several are in a parallel group
	Group   int       `json:"group,omitempty"`   // of parallel steps, from 1
	Branch  int       `json:"branch,omitempty"`  // of the group, from 0
	Kind    saga.Kind `json:"kind,omitempty"`    // "" where its definition cannot be read
	Expects bool      `json:"expects,omitempty"` // nobody is called; a fact is awaited
}

type factsMoment struct {
	Number   int             `json:"number"`
	Seq      int             `json:"seq"`
	Kind     momentKind      `json:"kind"`
	Began    time.Time       `json:"began"`
	At       time.Time       `json:"at"`
	Step     string          `json:"step,omitempty"`
	Call     saga.CallKind   `json:"call,omitempty"`
	Attempt  int             `json:"attempt,omitempty"`
	Outcome  saga.Outcome    `json:"outcome,omitempty"`
	Error    string          `json:"error,omitempty"`
	Key      string          `json:"key,omitempty"`
	TookMs   float64         `json:"tookMs,omitempty"`
	Hand     *saga.Hand      `json:"hand,omitempty"`
	Status   saga.Status     `json:"status"`
	Reason   saga.Reason     `json:"reason,omitempty"`
	Open     string          `json:"open,omitempty"`
	Due      time.Time       `json:"due,omitzero"`
	Changed  json.RawMessage `json:"changed,omitempty"`
	Sentence string          `json:"sentence"`
}

func (v viewer) factsRow(s *story) factsRow {
	in := s.In
	f := factsRow{ID: in.ID, Href: v.transaction(in.ID), Definition: in.Definition, Version: in.Version,
		Status: standingOf(in), Reason: in.Reason, Step: in.Step, Call: in.Call, Back: in.Back, Started: in.Started,
		Updated: in.Updated, AgeMs: s.age().Milliseconds(), Node: in.Node,
		Attempts: s.calls(saga.CallAction, saga.CallCompensation), Explanation: v.explain(in), Allowed: in.Allowed, Hand: in.Hand}
	if !in.Status.Ended() {
		f.Calls = in.Calls
	}
	if v.describe != nil {
		f.About = v.describe(in, v.Lang)
	}
	return f
}

func (c *Console) listJSON(w http.ResponseWriter, v viewer, q listQuery, n counts, rows []row, l listed) {
	f := factsList{Unknown: n.Doubt, UnknownAtLeast: n.More, NeedsAttention: n.By[attention], Total: n.Total,
		Counts: n.By, Transactions: []factsRow{}}
	for _, r := range rows {
		f.Transactions = append(f.Transactions, v.factsRow(r.story))
	}
	if !l.Older.IsZero() {
		q.Before = l.Older
		f.Older = v.link("transactions", append(q.pairs(), "as", "json")...)
	}
	c.writeJSON(w, f)
}

func (c *Console) storyJSON(w http.ResponseWriter, v viewer, s *story) {
	f := factsStory{factsRow: v.factsRow(s), Sentence: s.lede(v.speaker), Detail: s.In.Detail, Since: s.In.Since,
		Deadline: s.In.Deadline, Due: s.In.Due, TookMs: s.took().Milliseconds(), UnknownMs: s.unknownFor().Milliseconds(),
		Probes: s.calls(saga.CallProbe), Fences: s.calls(saga.CallFence), State: valid(s.In.State)}
	if k := s.kno(v.speaker); k != nil {
		f.Known, f.NotKnown, f.Next = k.Known, k.NotKnown, k.Next
	}
	for _, st := range s.In.Steps {
		f.Steps = append(f.Steps, factsStep{st.Name, st.Mark, st.Round, st.Skipped, st.Open, st.Group, st.Branch, st.Kind, st.Expects})
	}
	for _, m := range s.Unheard {
		f.Unheard = append(f.Unheard, factsUnheard{m.At, m.Verb, m.Step, m.Outcome, m.By, m.Reason, s.unheard(m), cause(m.Result.Err)})
	}
	for i := range s.Moments {
		f.History = append(f.History, s.factsMoment(&s.Moments[i], v.speaker))
	}
	c.writeJSON(w, f)
}

func (s *story) factsMoment(m *moment, say speaker) factsMoment {
	e := m.Event
	f := factsMoment{Number: m.Number, Seq: e.Seq, Kind: m.Kind, Began: m.Start, At: m.End, Status: e.Status,
		Reason: e.Reason, Open: e.Open, Due: e.Due, Sentence: s.why(m, say)}
	if m.Kind == momentOperated {
		f.Hand = e.Hand
	}
	if m.Kind == momentCall {
		f.Step, f.Call, f.Attempt, f.Outcome, f.Error = e.Step, e.Call, e.Number, e.Outcome, e.Error
		f.Key, f.TookMs = keyOf(e).String(), float64(e.Took.Microseconds())/1000
	}
	if m.Kind == momentCall || m.Kind == momentStarted {
		f.Changed = valid(e.Patch)
	}
	return f
}

// valid keeps what is JSON, so that one broken value does not take the whole answer away.
func valid(raw json.RawMessage) json.RawMessage {
	if !json.Valid(raw) {
		return nil
	}
	return raw
}

func (c *Console) writeJSON(w http.ResponseWriter, facts any) {
	body, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		c.config.Logger.Error("console: facts could not be written", "error", err)
		http.Error(w, "The facts could not be written; the log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(body, '\n'))
}
