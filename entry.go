package saga

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// format is the version of everything this module stores: journal rows, instance rows, history.
const format = 1

// entry is one transition as it is journalled: what happened, and the progress that resulted.
// Folding an entry copies; it never decides.
type entry struct {
	ID       string    `json:"i"`
	Seq      int       `json:"q"`
	At       time.Time `json:"t"`
	Kind     EventKind `json:"k"`
	Step     int       `json:"p,omitempty"`
	Call     CallKind  `json:"c,omitempty"`
	Round    int       `json:"r,omitempty"`
	Number   int       `json:"a,omitempty"`
	Outcome  Outcome   `json:"o,omitempty"`
	Said     string    `json:"x,omitempty"`
	TookUS   int64     `json:"d,omitempty"`
	SleepUS  int64     `json:"z,omitempty"` // that a timer was set for
	Patch    fields    `json:"v,omitempty"`
	Command  string    `json:"m,omitempty"` // whose intervention or reply this is
	By       string    `json:"y,omitempty"` // who replied
	Begin    *begin    `json:"b,omitempty"`
	Progress *progress `json:"g"`
}

// begin is what only a start's entry says.
type begin struct {
	Definition string    `json:"f"`
	Version    int       `json:"w"`
	Deadline   time.Time `json:"e,omitzero"`
	Hash       []byte    `json:"h"`
}

// record makes the entry of a decision that led from before, at the step it is about, to after.
func record(before, after *instance, h happened) entry {
	e := entry{ID: after.ID, Seq: after.Seq, At: h.at, Kind: h.kind, Progress: &after.progress}
	switch h.kind {
	case EventStarted:
		e.Patch = after.State
		e.Begin = &begin{Definition: after.Definition, Version: after.Version, Deadline: after.Deadline, Hash: after.Hash}
	case EventAnswered:
		e.Step, e.Call, e.Round, e.Number = before.Step, before.Call, before.round(before.Step), before.Calls+1
		e.Outcome, e.Said, e.TookUS, e.Patch = h.outcome, h.said, h.took.Microseconds(), h.patch
		if h.timer {
			e.Call, e.SleepUS = "", h.sleep.Microseconds()
		}
	case EventReplied:
		e.Step, e.Call, e.Round, e.Number = before.Step, h.call, before.round(before.Step), before.Calls
		e.Outcome, e.Said, e.Patch, e.Command, e.By = h.outcome, h.said, h.patch, h.command, h.by
	case EventKept:
		e.Step, e.Call, e.Round, e.Outcome, e.Said = h.reply.Step, h.reply.Call, h.reply.Round, h.reply.Outcome, h.reply.Reason
		e.Command, e.By = h.reply.ID, h.reply.By
	case EventExpired:
		e.Step, e.Call, e.Round, e.Number = before.Step, before.Call, before.round(before.Step), before.Calls
		e.Outcome = Unknown
		if before.Call == CallAction && after.mark(before.Step) == markEffect { // a timer's
			e.Call, e.Outcome = "", Succeeded
		}
	case EventOperated:
		e.Step, e.Patch, e.Command = before.Step, h.patch, h.command
	}
	return e
}

// fold lays an entry over the instance that it followed.
func (in instance) fold(e *entry) (instance, error) {
	if e.Seq != in.Seq+1 {
		return in, fmt.Errorf("instance %s: entry %d after %d", e.ID, e.Seq, in.Seq)
	}
	if e.Begin != nil {
		in = instance{ID: e.ID, Definition: e.Begin.Definition, Version: e.Begin.Version,
			Started: e.At, Deadline: e.Begin.Deadline, Hash: e.Begin.Hash}
	}
	in.Seq, in.Updated, in.progress = e.Seq, e.At, *e.Progress
	in.State = in.State.with(e.Patch)
	return in, nil
}

// event shows an entry to users.
func (e *entry) event(in *instance, sh *Shape) Event {
	out := Event{
		Instance: e.ID, Definition: in.Definition, Version: in.Version,
		Seq: e.Seq, At: e.At, Kind: e.Kind, Call: e.Call, Round: e.Round, Number: e.Number,
		Outcome: e.Outcome, Error: e.Said, Took: time.Duration(e.TookUS) * time.Microsecond,
		By: e.By, Sleep: time.Duration(e.SleepUS) * time.Microsecond, Status: e.Progress.Status, Reason: e.Progress.Reason, Due: e.Progress.Due,
	}
	if e.Kind == EventOperated {
		out.Hand = e.Progress.Hand
	}
	if e.Patch != nil {
		out.Patch = e.Patch.object()
	}
	if sh == nil || len(sh.Steps) != len(e.Progress.Marks) { // unknown here
		return out
	}
	switch e.Kind {
	case EventAnswered, EventOperated, EventReplied, EventKept, EventExpired:
		out.Step = sh.Steps[e.Step].Name
	}
	if !e.Progress.Status.Ended() {
		out.Open = sh.Steps[e.Progress.Step].Name
	}
	return out
}

// wrap joins encoded entries into what a journal row or a history chunk holds.
func wrap(encoded [][]byte) []byte {
	return appendWrapped(make([]byte, 0, wrapSize(encoded)), encoded)
}

func wrapSize(encoded [][]byte) int {
	size := 16
	for _, e := range encoded {
		size += len(e) + 1
	}
	return size
}

func appendWrapped(b []byte, encoded [][]byte) []byte {
	b = appendHead(b)
	for i, e := range encoded {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, e...)
	}
	return append(b, wrapEnd...)
}

const wrapEnd = "]}"

func appendHead(to []byte) []byte {
	to = strconv.AppendInt(append(to, `{"v":`...), format, 10)
	return append(to, `,"e":[`...)
}

// unwrap reads what wrap joined. The error matches ErrFormat if another version wrote it.
func unwrap(data []byte) ([]entry, error) {
	if len(data) == 0 {
		return nil, nil
	}
	var head struct {
		Version int             `json:"v"`
		Entries json.RawMessage `json:"e"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("%w: journal row: %w", ErrFormat, err)
	}
	if head.Version != format {
		return nil, fmt.Errorf("%w %d in a journal row; this program reads %d", ErrFormat, head.Version, format)
	}
	var entries []entry
	if err := json.Unmarshal(head.Entries, &entries); err != nil {
		return nil, fmt.Errorf("%w: journal row: %w", ErrFormat, err)
	}
	for i := range entries {
		e := &entries[i]
		if e.Progress == nil {
			e.Progress = &progress{}
		}
		why := e.Progress.fault()
		if why == "" && e.Step >= 0 && e.Step < len(e.Progress.Marks) && e.Seq > 0 {
			continue
		}
		return nil, fmt.Errorf("%w: journal row: entry %d of instance %q is of step %d and has %s", ErrFormat, e.Seq, e.ID, e.Step, cmp.Or(why, "no fault"))
	}
	return entries, nil
}

// rowData is an instance as a row holds it.
type rowData struct {
	Format int `json:"format"`
	instance
}

// row makes an instance's row.
func (in *instance) row(owner string, sh *Shape) Row {
	r := in.columns(owner, sh)
	r.Data = in.appendRow(make([]byte, 0, 300+in.State.size()))
	return r
}

// columns makes a row without its data.
func (in *instance) columns(owner string, sh *Shape) Row {
	r := Row{
		ID: in.ID, Definition: in.Definition, Version: in.Version, Status: in.Status, Live: in.live(),
		Started: in.Started, Updated: in.Updated, Since: in.Since, Reason: in.Reason,
	}
	if !r.Live {
		return r
	}
	if sh != nil && in.Step < len(sh.Steps) {
		r.Step = sh.Steps[in.Step].Name
	}
	if !in.Released {
		r.Owner = owner
	}
	if due, ever := in.wakes(); ever {
		r.Due = due
		if r.Due.IsZero() {
			r.Due = in.Updated
		}
	}
	return r
}

// fromRow reads an instance's row.
func fromRow(r Row) (*instance, error) {
	var data rowData
	if err := json.Unmarshal(r.Data, &data); err != nil {
		return nil, fmt.Errorf("saga: the row of %s is damaged: %w; restore it from a backup", r.ID, err)
	}
	if data.Format != format {
		return nil, fmt.Errorf("%w %d in the row of %s; this program reads %d", ErrFormat, data.Format, r.ID, format)
	}
	if why := data.fault(); why != "" || data.ID != r.ID {
		return nil, fmt.Errorf("saga: the row of %s is damaged: it is of %q and has %s; restore it from a backup", r.ID, data.ID, cmp.Or(why, "no fault"))
	}
	return &data.instance, nil
}
