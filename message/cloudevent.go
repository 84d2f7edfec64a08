package message

import (
	"encoding/json"
	"mime"
	"time"
)

const specVersion, jsonType = "1.0", "application/json"

// wire is the order and the names of a CloudEvents event as it is written.
type wire struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Time        *time.Time      `json:"time,omitempty"`
	ContentType string          `json:"datacontenttype,omitempty"`
	Key         string          `json:"partitionkey"`
	Correlation string          `json:"correlationid,omitempty"`
	Causation   string          `json:"causationid,omitempty"`
	Trace       string          `json:"traceparent,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
}

// MarshalJSON writes m as a CloudEvents 1.0 event in structured mode (the JSON Event Format for
// CloudEvents). The error matches [ErrInvalid] if m does not pass [Message.Check].
func (m Message) MarshalJSON() ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	w := wire{
		SpecVersion: specVersion, ID: m.ID, Source: m.Source, Type: m.Type, Key: m.Key,
		Correlation: m.Correlation, Causation: m.Causation, Trace: m.Trace, Data: m.Data,
	}
	if !m.Time.IsZero() {
		at := m.Time.UTC()
		w.Time = &at
	}
	if len(m.Data) > 0 {
		w.ContentType = jsonType
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads a CloudEvents 1.0 event in structured mode whose data, if any, is JSON.
// Attributes that a [Message] has no field for are left out, and one that is null is as good as
// absent. The error matches [ErrInvalid] if the text is anything else, or if the message does not pass
// [Message.Check]; m is then as it was. Text that is not even JSON is refused by [json.Unmarshal]
// with an error of its own. Bound what you read: the text is not limited here, only what is kept.
func (m *Message) UnmarshalJSON(text []byte) error {
	var members map[string]json.RawMessage // a struct would take "ID" for "id"
	if err := json.Unmarshal(text, &members); err != nil {
		return invalid("no CloudEvents event: %v", err)
	}
	var read Message
	var version, contentType string
	for name, to := range map[string]*string{
		"specversion": &version, "datacontenttype": &contentType,
		"id": &read.ID, "source": &read.Source, "type": &read.Type, "partitionkey": &read.Key,
		"correlationid": &read.Correlation, "causationid": &read.Causation, "traceparent": &read.Trace,
	} {
		if err := member(members, name, to); err != nil {
			return err
		}
	}
	if err := member(members, "time", &read.Time); err != nil {
		return err
	}
	read.Time, read.Data = read.Time.UTC(), members["data"]
	if err := checkFormat(version, contentType, members); err != nil {
		return err
	}
	if err := read.Check(); err != nil {
		return err
	}
	*m = read
	return nil
}

// member reads one attribute; null leaves it empty.
func member(members map[string]json.RawMessage, name string, to any) error {
	raw, there := members[name]
	if !there {
		return nil
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return invalid("attribute %s: %v", name, err)
	}
	return nil
}

// checkFormat refuses events that are not of this version or whose data is not JSON.
func checkFormat(version, contentType string, members map[string]json.RawMessage) error {
	if version != specVersion {
		return invalid("specversion is %q; send a CloudEvents event of version %s", version, specVersion)
	}
	if _, there := members["data_base64"]; there {
		return invalid("the event has data_base64; send its data as JSON")
	}
	if contentType == "" {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(contentType); err != nil || kind != jsonType {
		return invalid("datacontenttype is %q; send data of type %s", contentType, jsonType)
	}
	return nil
}
