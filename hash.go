package saga

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// inputHash identifies the input of a start: the definition's name and the state as canonical JSON,
// keys sorted and fields of zero value left out at every depth, so that a repeat matches after a
// deploy that added a field. The version is no part of it. It is SHA-256 cut to 128 bits.
func inputHash(definition string, input fields) ([]byte, error) {
	text := append(appendText(append(make([]byte, 0, 100+input.size()), '['), definition), ",{"...)
	first := true
	for _, f := range input {
		part, err := canonicalPart(f.raw)
		if err != nil {
			return nil, fmt.Errorf("%w: state field %s: %w", ErrInvalid, f.name, err)
		}
		if part == nil {
			continue
		}
		if !first {
			text = append(text, ',')
		}
		first = false
		text = append(append(appendText(text, f.name), ':'), part...)
	}
	text = append(text, "}]"...)
	sum := sha256.Sum256(text)
	return sum[:16], nil
}

// canonicalPart returns nil if nothing is left.
func canonicalPart(raw json.RawMessage) (json.RawMessage, error) {
	if text, ok := plainString(raw); ok {
		if text == "" || text == "0001-01-01T00:00:00Z" {
			return nil, nil
		}
		return appendText(nil, text), nil
	}
	if n, ok := plainInt(raw); ok {
		if n == 0 {
			return nil, nil
		}
		return raw, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	if value = trimmed(value); value == nil {
		return nil, nil
	}
	return json.Marshal(value)
}

// trimmed returns the value without its zero parts, or nil if nothing is left. Elements of lists
// keep their places.
func trimmed(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, part := range v {
			if part = trimmed(part); part == nil {
				delete(v, name)
			} else {
				v[name] = part
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
		for i, part := range v {
			v[i] = trimmed(part)
		}
	case string:
		if v == "" || v == "0001-01-01T00:00:00Z" {
			return nil
		}
	case json.Number:
		if f, err := v.Float64(); err == nil && f == 0 {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	}
	return value
}
