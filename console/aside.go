package console

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// asideView stands beside the history: the steps as they are now, and the state.
type asideView struct {
	speaker
	HTMLID string
	ID     string
	Read   time.Time
	Steps  []stepView
	State  []field
}

type stepView struct {
	Name   string
	Status statusView
	Round  int // shown from the second on
	// Skipped says that a person skipped it, where its mark does not say so.
	Skipped bool
}

// field is a top-level field of the state: as it was at the start, and as it is.
type field struct {
	Name, Was, Is string
	Changed       bool
}

// maxField bounds a value on the page; the JSON has it whole.
const maxField = 240

func (s *story) aside(v viewer, prefix string) asideView {
	a := asideView{speaker: v.speaker, HTMLID: prefix + "beside", ID: s.In.ID, Read: s.In.Updated, State: s.state()}
	for _, st := range s.In.Steps {
		view := stepView{Name: st.Name, Status: v.Status(stepMark(st.Mark, s.In.Status.Ended()), false)}
		view.Skipped = st.Skipped && st.Mark != saga.Skipped && st.Mark != saga.LeftBehind
		if st.Round > 0 {
			view.Round = st.Round + 1
		}
		a.Steps = append(a.Steps, view)
	}
	return a
}

// state compares the state with what the start recorded.
func (s *story) state() []field {
	is, was := members(s.In.State), map[string]json.RawMessage{}
	if len(s.Moments) > 0 && s.Moments[0].Event.Kind == saga.EventStarted {
		was = members(s.Moments[0].Event.Patch)
	}
	fields := make([]field, 0, len(is))
	for name, value := range is {
		f := field{Name: name, Is: plainValue(value)}
		if old, had := was[name]; had && !bytes.Equal(old, value) {
			f.Was, f.Changed = plainValue(old), true
		}
		fields = append(fields, f)
	}
	slices.SortFunc(fields, func(a, b field) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return fields
}

func members(raw json.RawMessage) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	if json.Unmarshal(raw, &m) != nil {
		return nil // no object: there is nothing to compare
	}
	return m
}

// plainValue writes a JSON value for people: a string without its quotes, nothing as a dash.
func plainValue(raw json.RawMessage) string {
	var text string
	switch {
	case json.Unmarshal(raw, &text) != nil:
		text = string(raw)
	case text == "":
		text = "–"
	}
	if runes := []rune(text); len(runes) > maxField {
		text = string(runes[:maxField]) + "…"
	}
	return text
}
