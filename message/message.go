package message

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"
)

// Message is an event: something that happened at Source, told to whoever wants to know. Its JSON is
// that of a CloudEvents 1.0 event. It is a plain value; copies share Data, which nobody changes.
//
// The zero value is not a message: ID, Source, Type and Key are required, see [Message.Check].
type Message struct {
	// ID names the message. Source and ID together are unique for ever; a repeat has the same.
	ID string
	// Source is the service that speaks, as a URI reference: "/shop/order".
	Source string
	// Type is what happened, in the past tense: "OrderFailed"; or what is asked for: "payment.do".
	// Receivers choose by it.
	Type string
	// Key is what the message is about: "order-1". Messages of one key are delivered in the order
	// in which they were committed.
	Key string
	// Time is when it happened. Zero: not said. The outbox keeps microseconds.
	Time time.Time
	// Data is the content as JSON. Empty: none.
	Data json.RawMessage
	// Correlation names the whole that the message is part of, such as a saga's id. May be empty.
	Correlation string
	// Causation is the ID of the message that caused this one. May be empty.
	Causation string
	// Trace is a traceparent of W3C Trace Context. May be empty.
	Trace string
}

// New returns a message that happens now, with an ID of its own (130 random bits) and data as JSON;
// nil is no data. Set the other fields on the result. The error matches [ErrInvalid] if the message
// would not pass [Message.Check].
func New(source, typ, key string, data any) (Message, error) {
	m := Message{
		ID: rand.Text(), Source: source, Type: typ, Key: key,
		Time: time.Now().UTC().Truncate(time.Microsecond), // as precise as it is stored
	}
	if data != nil {
		encoded, err := json.Marshal(data)
		if err != nil {
			return Message{}, fmt.Errorf("%w: data of %s: %w", ErrInvalid, typ, err)
		}
		m.Data = encoded
	}
	if err := m.Check(); err != nil {
		return Message{}, err
	}
	return m, nil
}
