package participant

import (
	"errors"
	"fmt"
	"net/http"
)

// keyed is an error of an operation, and the key that it was about.
type keyed struct {
	key string
	err error
}

func (k *keyed) Error() string { return k.err.Error() }
func (k *keyed) Unwrap() error { return k.err }

func about(key string, err error) error {
	if err == nil {
		return nil
	}
	return &keyed{key, err}
}

// problemOf says to the caller what an error means, and to the log what the caller is not told.
func (s *Server) problemOf(r *http.Request, err error) *problem {
	p := meaning(err)
	if p.Status >= http.StatusInternalServerError {
		s.logger.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if k, ok := errors.AsType[*keyed](err); ok {
		p.Key = k.key
	}
	return p
}

func meaning(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	switch {
	case errors.Is(err, ErrInvalid):
		return newProblem(codeInvalid,
			err.Error()+". Nothing was recorded; correct the request and send it again.")
	case errors.Is(err, ErrKeyReused):
		return newProblem(codeReused,
			err.Error()+". What was decided under it stands. Use a key of its own for each effect.")
	}
	return newProblem(codeInternal,
		"It is not known what was done. Repeat the request with the same key, or ask with GET and ?key=.")
}

// refusalOf is the answer to a do after which the effect is not there.
func refusalOf(e Entry) error {
	var p *problem
	switch {
	case e.State == Refused && e.Refusal != nil:
		p = newProblem(codeRefused, e.Refusal.Detail)
		p.Code, p.Data = e.Refusal.Code, e.Refusal.Data
	case e.State == Cancelled:
		p = newProblem(codeCancelled, "An undo or a fence came first, so nothing was done, and nothing will be. Ask again under a new key.")
		p.Code = codeCancelled
	case e.State == Reverted:
		p = newProblem(codeReverted, "It was done and undone, and is not done again under this key. Ask again under a new key.")
		p.Code = codeReverted
	default:
		return fmt.Errorf("participant: after a do, the operation left the key in state %q", e.State)
	}
	p.State = e.State
	return p
}
