package message

import "errors"

var (
	// ErrInvalid marks a message that can never be accepted as it is: an attribute is missing, too
	// long or malformed, or the data is no JSON. Nothing was written or sent. Change the message.
	ErrInvalid = errors.New("message: invalid")
	// ErrPoison marks a message that its receiver will never be able to handle, however often it
	// comes: a type that nobody knows, data that does not fit. It becomes a dead letter at once;
	// mend the receiver and redrive it, or discard it.
	ErrPoison = errors.New("message: cannot be handled")
	// ErrUnavailable marks a publish that reached nobody, because the broker or the other side as a
	// whole is away. It says nothing about the message, which keeps its attempts; the relay pauses
	// and tries again by itself. A single receiver in trouble returns an ordinary error instead.
	ErrUnavailable = errors.New("message: nobody is there to take it")
)
