package participant

import "errors"

var (
	// ErrInvalid marks a request or a key that can never be accepted: no JSON, a member that the
	// operation does not have, a key that is empty, too long or not visible ASCII. Nothing was
	// recorded under the key, and nothing was before. Work may wrap it for the same reason. Correct
	// the request and send it again.
	ErrInvalid = errors.New("participant: invalid")
	// ErrKeyReused marks a key that stands for something else: it was decided for another request
	// or by another operation, and that decision stands. Use a key of its own for each effect.
	ErrKeyReused = errors.New("participant: the key stands for another request")
)
