package order

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"strings"

	"github.com/seosa-dev/saga"
)

// catalogProblem starts the type of every problem that the catalog writes itself.
const catalogProblem = "urn:problem-type:shop:"

// Answer is what the catalog says about a key.
type Answer struct {
	Key     string   `json:"key"`
	State   string   `json:"state"`
	Lines   []Line   `json:"lines"`
	Refusal *Refusal `json:"refusal"`
}

// The states of a key, in the catalog's words.
const (
	stateNone      = "NONE"
	stateApplied   = "APPLIED"
	stateReverted  = "REVERTED"
	stateRefused   = "REFUSED"
	stateCancelled = "CANCELLED"
)

// Classify says what one exchange with the catalog proves about the effect that was asked for. A
// nil error means that the answer can be read; what it says is in its State. Otherwise the error
// wraps [saga.Refused] (the answer carries the refusal), [saga.NotDone], or neither: nobody can
// tell. See the package documentation for the reasons.
func Classify(x Exchange) (Answer, error) {
	switch {
	case x.Err != nil && x.Status == 0 && notSent(x.Err):
		return Answer{}, fmt.Errorf("%w: the catalog cannot be reached: %w", saga.NotDone, x.Err)
	case x.Err != nil: // %v: whatever it wraps is not the catalog's word
		return Answer{}, fmt.Errorf("order: no complete reply from the catalog: %v", x.Err) //nolint:errorlint // see above
	case x.Status == http.StatusOK:
		return readAnswer(x)
	case x.Status >= 400 && x.Status < 500:
		return readProblem(x)
	}
	return Answer{}, fmt.Errorf("order: the catalog answered %d", x.Status)
}

// ask is Classify for a question about a key, where only an answer counts: that a question was
// refused or never sent says nothing about what it asks for.
func ask(x Exchange, key string) (Answer, error) {
	answer, err := Classify(x)
	if err != nil {
		return Answer{}, fmt.Errorf("order: the catalog was asked about %s: %v", key, err) //nolint:errorlint // wrapping would pass its outcome on
	}
	return answer, nil
}

// notSent reports whether the connection failed before it was made. An expired ctx is not among
// these: it does not say how far the request had come.
func notSent(err error) bool {
	dial, ok := errors.AsType[*net.OpError](err)
	return ok && dial.Op == "dial"
}

func readAnswer(x Exchange) (Answer, error) {
	var answer Answer
	if !hasType(x, "application/json") {
		return Answer{}, fmt.Errorf("order: the catalog's answer is %.60q instead of JSON", x.ContentType)
	}
	if err := json.Unmarshal(x.Body, &answer); err != nil {
		return Answer{}, fmt.Errorf("order: the catalog's answer cannot be read: %w", err)
	}
	switch answer.State {
	case stateNone, stateApplied, stateReverted, stateRefused, stateCancelled:
		return answer, nil
	}
	return Answer{}, fmt.Errorf("order: the catalog's answer has no state that is known here: %.60q", answer.State)
}

func readProblem(x Exchange) (Answer, error) {
	var problem struct{ Type, Detail, Item string }
	if !hasType(x, "application/problem+json") || json.Unmarshal(x.Body, &problem) != nil ||
		!strings.HasPrefix(problem.Type, catalogProblem) {
		return Answer{}, fmt.Errorf("order: answered %d, and not by the catalog itself", x.Status)
	}
	code := strings.TrimPrefix(problem.Type, catalogProblem)
	switch code {
	case "out-of-stock", "unknown-item", "cancelled", "reverted", "invalid-request":
		answer := Answer{State: stateRefused, Refusal: &Refusal{Code: code, Item: problem.Item, Detail: problem.Detail}}
		return answer, fmt.Errorf("%w: %s: %s", saga.Refused, code, problem.Detail)
	case "key-reused": // not this order's lines, but something stands under its key
		return Answer{}, fmt.Errorf("order: the catalog knows the key with other lines")
	}
	return Answer{}, fmt.Errorf("%w: the catalog turned the call away: %.60s: %s", saga.NotDone, code, problem.Detail)
}

func hasType(x Exchange, want string) bool {
	kind, _, err := mime.ParseMediaType(x.ContentType)
	return err == nil && kind == want
}
