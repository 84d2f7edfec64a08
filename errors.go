package saga

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid marks input that can never be accepted as it is: a definition with mistakes, an
	// empty or overlong id, a state that JSON would lose. Change the input.
	ErrInvalid = errors.New("saga: invalid")
	// ErrConflict marks a start whose id belongs to an instance with another input or definition.
	// Use another id, or start again with the input that the instance has.
	ErrConflict = errors.New("saga: id is taken by another input")
	// ErrNotFound marks an id that no instance has.
	ErrNotFound = errors.New("saga: not found")
	// ErrTooLarge marks a state, or a reply's data, above [Config.StateLimit]. Keep references there, not
	// bodies.
	ErrTooLarge = errors.New("saga: state too large")
	// ErrLate marks a reply that settled nothing, because what it is about was settled before or is not
	// asked any more. It changes nothing; look whether it contradicts what is known.
	ErrLate = errors.New("saga: the reply came too late")
	// ErrSealed is a store's answer to a node that another node has taken over: nothing was
	// written, and nothing will be under that incarnation. The engine rejoins by itself.
	ErrSealed = errors.New("saga: node is sealed")
	// ErrClosed marks a call to an engine whose Run has returned. Nothing was started.
	ErrClosed = errors.New("saga: engine is not running")
	// ErrFormat marks data written by a version of this module that this one does not know.
	// Run the version that wrote it, or a later one.
	ErrFormat = errors.New("saga: unknown storage format")
)

// StatusError is what Wait returns for an instance that did not complete: find it with
// [errors.As]. The instance carries status, reason and steps.
type StatusError struct{ Instance Instance }

// Error says which instance ended how, and the last thing a participant said.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("saga %s %s: %s", e.Instance.Definition, e.Instance.ID, e.Instance.Status)
	if e.Instance.Reason != "" {
		text += " (" + string(e.Instance.Reason) + ")"
	}
	if e.Instance.Detail != "" {
		text += ": " + e.Instance.Detail
	}
	return text
}
