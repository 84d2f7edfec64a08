package event

import (
	"encoding/json"
	"fmt"

	"github.com/seosa-dev/saga/message"
)

// Source is a service as the sender of messages.
func Source(service string) string { return "/ticketing/" + service }

// New returns a message of a saga, which is its key and its correlation id.
func New(service, typ, sagaID string, data any) (message.Message, error) {
	m, err := message.New(Source(service), typ, sagaID, data)
	m.Correlation = sagaID
	return m, err
}

// Because returns m as a consequence of another message.
func Because(cause, m message.Message) message.Message {
	m.Causation, m.Trace = cause.ID, cause.Trace
	return m
}

// Read decodes the data of a message. The error matches [message.ErrPoison]: no repeat can help.
func Read(m message.Message, into any) error {
	if err := json.Unmarshal(m.Data, into); err != nil {
		return fmt.Errorf("%w: the data of %s %s cannot be read: %w", message.ErrPoison, m.Type, m.ID, err)
	}
	return nil
}
