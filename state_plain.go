package saga

import (
	"encoding/json"
	"reflect"
	"strconv"
)

// decodeField reads the plain cases by hand: a state is read for every call, and most of its
// fields are short strings and numbers.
func decodeField(raw json.RawMessage, into reflect.Value) error {
	switch into.Type() {
	case reflect.TypeFor[string]():
		if text, ok := plainString(raw); ok {
			into.SetString(text)
			return nil
		}
	case reflect.TypeFor[int](), reflect.TypeFor[int64]():
		if n, ok := plainInt(raw); ok && !into.OverflowInt(n) {
			into.SetInt(n)
			return nil
		}
	}
	return json.Unmarshal(raw, into.Addr().Interface())
}

// encodeField writes the same cases by hand, as encoding/json does.
func encodeField(from reflect.Value) (json.RawMessage, error) {
	switch from.Type() {
	case reflect.TypeFor[string]():
		return appendText(make([]byte, 0, from.Len()+2), from.String()), nil
	case reflect.TypeFor[int](), reflect.TypeFor[int64]():
		return strconv.AppendInt(nil, from.Int(), 10), nil
	}
	return json.Marshal(from.Addr().Interface())
}

// plainString reads a JSON string that has nothing to unescape.
func plainString(raw json.RawMessage) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return "", false
	}
	text := raw[1 : len(raw)-1]
	for _, b := range text {
		if b < 0x20 || b == '"' || b == '\\' || b >= 0x80 {
			return "", false
		}
	}
	return string(text), true
}

// plainInt reads a JSON number of digits only.
func plainInt(raw json.RawMessage) (int64, bool) {
	digits := raw
	if len(raw) > 1 && raw[0] == '-' {
		digits = raw[1:]
	}
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '0' && len(raw) > 1 {
		return 0, false
	}
	for _, b := range digits {
		if b < '0' || b > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	return n, err == nil
}
