package participant

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/seosa-dev/saga"
)

const (
	jsonType    = "application/json"
	problemJSON = "application/problem+json"
	// problemType begins the type of every problem that a Server writes, and of nobody else's.
	problemType = "urn:problem-type:participant:"
)

// The codes that end a problem's type. A client tells the first five from the rest.
const (
	codeRefused    = "refused"
	codeCancelled  = "cancelled"
	codeReverted   = "reverted"
	codeInvalid    = "invalid-request"
	codeReused     = "key-reused"
	codeIncomplete = "incomplete-request"
	codeForbidden  = "forbidden"
	codeNoResource = "no-such-resource"
	codeMethod     = "method-not-allowed"
	codeTooLarge   = "too-large"
	codeMediaType  = "unsupported-media-type"
	codeInternal   = "internal"
)

// problem is an error as RFC 9457 writes it. Key, State, Code and Data extend it.
type problem struct {
	Type   string          `json:"type"`
	Title  string          `json:"title"`
	Status int             `json:"status"`
	Detail string          `json:"detail"`
	Key    string          `json:"key,omitempty"`
	State  State           `json:"state,omitempty"`
	Code   string          `json:"code,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// newProblem returns a problem with what is the same for all with its code.
func newProblem(code, detail string) *problem {
	p := &problem{Type: problemType + code, Detail: detail}
	switch code {
	case codeRefused:
		p.Status, p.Title = http.StatusConflict, "The participant refused"
	case codeCancelled:
		p.Status, p.Title = http.StatusConflict, "The key was cancelled"
	case codeReverted:
		p.Status, p.Title = http.StatusConflict, "The effect was undone"
	case codeInvalid:
		p.Status, p.Title = http.StatusBadRequest, "The request is not valid"
	case codeReused:
		p.Status, p.Title = http.StatusUnprocessableEntity, "The key stands for another request"
	case codeIncomplete:
		p.Status, p.Title = http.StatusBadRequest, "The request is not complete"
	case codeForbidden:
		p.Status, p.Title = http.StatusForbidden, "Not allowed"
	case codeNoResource:
		p.Status, p.Title = http.StatusNotFound, "There is nothing here"
	case codeMethod:
		p.Status, p.Title = http.StatusMethodNotAllowed, "The method is not allowed"
	case codeTooLarge:
		p.Status, p.Title = http.StatusRequestEntityTooLarge, "The body is too large"
	case codeMediaType:
		p.Status, p.Title = http.StatusUnsupportedMediaType, "The body is not JSON"
	default:
		p.Status, p.Title = http.StatusInternalServerError, "The participant failed"
	}
	return p
}

func (p *problem) Error() string { return p.name() + ": " + p.Detail }

func (p *problem) name() string { return strings.TrimPrefix(p.Type, problemType) }

// problemIn reads a problem if it is the participant's own. Others may come from something in
// between, which may have passed the request on before it answered.
func problemIn(x Exchange) (*problem, bool) {
	if x.Err != nil || x.Status < http.StatusBadRequest || x.Status >= http.StatusInternalServerError || !hasType(x, problemJSON) {
		return nil, false
	}
	var p problem
	if json.Unmarshal(x.Body, &p) != nil || !strings.HasPrefix(p.Type, problemType) {
		return nil, false
	}
	return &p, true
}

// judge says what a problem of the participant's own means for a do.
func (p *problem) judge() (Entry, error) {
	e := Entry{Key: p.Key, State: Refused, Refusal: &Refusal{Code: p.name(), Detail: p.Detail}}
	switch p.name() {
	case codeRefused:
		if p.Code != "" {
			e.Refusal.Code = p.Code
		}
		e.Refusal.Data = p.Data
	case codeCancelled:
		e.State = Cancelled
	case codeReverted:
		e.State = Reverted
	case codeInvalid:
	case codeReused: // not this request, but something stands under its key
		return Entry{}, fmt.Errorf("participant: the key stands for another request: %s", p.Detail)
	default:
		return Entry{}, fmt.Errorf("%w: the participant turned the call away: %.300s", saga.NotDone, p.Error())
	}
	return e, e.Refusal
}
