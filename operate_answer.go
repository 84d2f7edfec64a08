package saga

import (
	"encoding/json"
	"fmt"
)

// answerData is an answer as it is stored.
type answerData struct {
	Format int    `json:"format"`
	Status Status `json:"status,omitempty"` // right after the intervention, if it was made
	Kind   string `json:"kind,omitempty"`   // why it was not
	Text   string `json:"text,omitempty"`
}

const (
	answerMoved   = "moved"
	answerLate    = "late"
	answerInvalid = "invalid"
)

func (d answerData) bytes() []byte {
	raw, err := json.Marshal(d)
	if err != nil {
		return nil // a struct of strings
	}
	return raw
}

// refusal is an error that was told by another node: its text, and what it matches.
type refusal struct {
	text string
	kind error
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.kind }

// ResultOf reads what a node answered to a command for an instance.
func ResultOf(instance string, a Answer) Result {
	out := Result{ID: instance}
	var d answerData
	err := json.Unmarshal(a.Data, &d)
	switch {
	case err != nil:
		out.Err = fmt.Errorf("%w: answer %s: %w", ErrFormat, a.ID, err)
	case d.Format != format:
		out.Err = fmt.Errorf("%w %d in answer %s; this program reads %d", ErrFormat, d.Format, a.ID, format)
	case d.Kind == answerMoved:
		out.Err = &refusal{d.Text, ErrMoved}
	case d.Kind == answerLate:
		out.Err = &refusal{d.Text, ErrLate}
	case d.Kind != "":
		out.Err = &refusal{d.Text, ErrInvalid}
	default:
		out.Status = d.Status
	}
	return out
}
