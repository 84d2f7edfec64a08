package participant

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/seosa-dev/saga"
)

// Refusal is a recorded "no". A pointer to it is an error that matches [saga.Refused]: work returns
// one to refuse, and a [Remote] returns one to a step that was refused, where [errors.As] finds it.
type Refusal struct {
	// Code is for programs, such as "out-of-stock". An empty one is recorded as "refused".
	Code string `json:"code"`
	// Detail is for people: what was wrong and what to do next.
	Detail string `json:"detail"`
	// Data is what a program needs to act on the code. It may be absent.
	Data json.RawMessage `json:"data,omitempty"`
}

// Error says that it is a refusal, and why.
func (r *Refusal) Error() string { return "refused: " + r.Code + ": " + r.Detail }

// Unwrap returns [saga.Refused].
func (r *Refusal) Unwrap() error { return saga.Refused }

// refusalIn returns the refusal that an error of the work stands for, or nil if it is no refusal.
// An error that also claims another outcome contradicts itself and refuses nothing.
func refusalIn(err error) *Refusal {
	if saga.OutcomeOf(err) != saga.Refused {
		return nil
	}
	why := Refusal{Detail: strings.TrimPrefix(err.Error(), saga.Refused.Error()+": ")}
	if said, ok := errors.AsType[*Refusal](err); ok {
		why = *said
	}
	if why.Code == "" {
		why.Code = codeRefused
	}
	return &why
}
