package saga

import (
	"encoding/json"
	"slices"
	"strings"
)

// fields is a state as JSON by top-level field, in order of name. It is never changed in place, so
// that copies of an instance may share it. Fields that this program's type lacks are kept: another
// version wrote them. It is a list and no map because it is read and written for every transition
// and seldom searched.
type fields []field

type field struct {
	name string
	raw  json.RawMessage
}

func byName(f field, name string) int { return strings.Compare(f.name, name) }

// fieldsOf takes the fields of a map.
func fieldsOf(m map[string]json.RawMessage) fields {
	if m == nil {
		return nil
	}
	f := make(fields, 0, len(m))
	for name, raw := range m {
		f = append(f, field{name, raw})
	}
	f.sort()
	return f
}

// byNames returns the fields as a map.
func (f fields) byNames() map[string]json.RawMessage {
	m := make(map[string]json.RawMessage, len(f))
	for i := range f {
		m[f[i].name] = f[i].raw
	}
	return m
}

func (f fields) sort() {
	slices.SortFunc(f, func(a, b field) int { return strings.Compare(a.name, b.name) })
}

// get returns a field's value; nil if there is no such field.
func (f fields) get(name string) json.RawMessage {
	if i, there := slices.BinarySearchFunc(f, name, byName); there {
		return f[i].raw
	}
	return nil
}

func (f fields) names() []string {
	names := make([]string, len(f))
	for i := range f {
		names[i] = f[i].name
	}
	return names
}

// with returns the fields with the patch laid over them.
func (f fields) with(patch fields) fields {
	if len(patch) == 0 {
		return f
	}
	merged := make(fields, 0, len(f)+len(patch))
	for len(f) > 0 && len(patch) > 0 {
		switch c := strings.Compare(f[0].name, patch[0].name); {
		case c < 0:
			merged, f = append(merged, f[0]), f[1:]
		case c == 0:
			f = f[1:]
		default:
			merged, patch = append(merged, patch[0]), patch[1:]
		}
	}
	return append(append(merged, f...), patch...)
}

// size is how many bytes the fields take as one JSON object, or a few more.
func (f fields) size() int {
	n := 2
	for i := range f {
		n += len(f[i].name) + len(f[i].raw) + 4
	}
	return n
}

// appendJSON writes the fields. Their values are JSON that was written by encoding/json once.
func (f fields) appendJSON(b []byte) []byte {
	if f == nil {
		return append(b, `null`...)
	}
	b = append(b, '{')
	for i := range f {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, f[i].name), ':')
		if len(f[i].raw) == 0 {
			b = append(b, `null`...)
		}
		b = append(b, f[i].raw...)
	}
	return append(b, '}')
}

// object writes the fields as one JSON object.
func (f fields) object() json.RawMessage {
	if f == nil {
		return json.RawMessage("{}")
	}
	return f.appendJSON(make([]byte, 0, f.size()+len(f)))
}

// MarshalJSON is what a map of the same fields is written as.
func (f fields) MarshalJSON() ([]byte, error) { return f.appendJSON(nil), nil }

// UnmarshalJSON reads an object; of a name that comes twice the last counts, as in a map.
func (f *fields) UnmarshalJSON(data []byte) error {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	*f = fieldsOf(m)
	return nil
}
