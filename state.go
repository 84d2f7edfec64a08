package saga

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
)

// codec turns states of one Go type into fields and back. It is made once per definition, so that
// a call pays for its changed fields only.
type codec struct {
	typ    reflect.Type
	fields []codecField // in order of name
	flat   bool         // all fields are
}

type codecField struct {
	name  string
	index int
	flat  bool // comparable by value: no pointer inside can be changed behind a copy
}

// newCodec plans for a struct type, and reports fields that JSON would lose.
func newCodec(typ reflect.Type) (*codec, error) {
	if typ.Kind() != reflect.Struct {
		return nil, fmt.Errorf("the state is %v; use a struct", typ)
	}
	c := &codec{typ: typ, flat: flat(typ)}
	var lost []string
	seen := map[string]bool{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if f.Anonymous || !f.IsExported() || f.Tag.Get("json") == "-" || seen[strings.ToLower(name)] || !encodable(f.Type, 0) {
			lost = append(lost, f.Name)
			continue
		}
		seen[strings.ToLower(name)] = true // encoding/json matches names without regard to case
		c.fields = append(c.fields, codecField{name: name, index: i, flat: flat(f.Type)})
	}
	if len(lost) > 0 {
		return nil, fmt.Errorf("the state %v would lose %s in JSON: use exported, named fields of types that encoding/json keeps",
			typ, strings.Join(lost, ", "))
	}
	slices.SortFunc(c.fields, func(a, b codecField) int { return strings.Compare(a.name, b.name) })
	return c, nil
}

// flat reports whether a copy by assignment shares nothing that a step could change.
func flat(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if !flat(t.Field(i).Type) {
				return false
			}
		}
		return true
	case reflect.Array:
		return flat(t.Elem())
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return false
	}
	return t.Comparable()
}

// encodable is false for types that encoding/json cannot write or would not read back.
func encodable(t reflect.Type, depth int) bool {
	if depth > 16 {
		return true
	}
	into := t
	if t.Kind() != reflect.Pointer {
		into = reflect.PointerTo(t)
	}
	switch {
	case t.Kind() == reflect.Interface:
		return t.NumMethod() == 0
	case into.Implements(reflect.TypeFor[json.Marshaler]()):
		return into.Implements(reflect.TypeFor[json.Unmarshaler]())
	case into.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return into.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128, reflect.Uintptr:
		return false
	case reflect.Interface:
		return t.NumMethod() == 0
	case reflect.Map:
		return encodableKey(t.Key()) && encodable(t.Elem(), depth+1)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return encodable(t.Elem(), depth+1)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if (f.PkgPath != "" && !f.Anonymous) || f.Tag.Get("json") == "-" || !encodable(f.Type, depth+1) {
				return false
			}
		}
	}
	return true
}

// encode writes a whole state; it is what a start records.
func (c *codec) encode(state any) (fields, error) {
	v := reflect.ValueOf(state).Elem()
	out := make(fields, 0, len(c.fields))
	for _, f := range c.fields {
		raw, err := encodeField(v.Field(f.index))
		if err != nil {
			return nil, fmt.Errorf("%w: state field %s: %w", ErrInvalid, f.name, err)
		}
		out = append(out, field{f.name, raw})
	}
	return out, nil
}

// decode makes a fresh state, a pointer to the struct, that shares nothing with any other.
func (c *codec) decode(from fields) (state any, err error) {
	defer func() { // the type's own UnmarshalJSON is users' code
		if v := recover(); v != nil {
			state, err = nil, fmt.Errorf("%w: reading the state panicked: %v", ErrInvalid, v)
		}
	}()
	p := reflect.New(c.typ)
	for _, f := range c.fields {
		raw := from.get(f.name)
		if raw == nil {
			continue
		}
		if err := decodeField(raw, p.Elem().Field(f.index)); err != nil {
			return nil, fmt.Errorf("state field %s: %w", f.name, err)
		}
	}
	return p.Interface(), nil
}

// stateMemo keeps the decoding of one state for the calls that see the same. Two may use it at once:
// a call that outlived its timeout, and the one after it. Nil keeps nothing.
type stateMemo struct{ decoded atomic.Value }

// twice decodes a state for a step to change, and one to compare it with.
func (c *codec) twice(from fields, memo *stateMemo) (before, after any, err error) {
	if memo != nil {
		before = memo.decoded.Load()
	}
	if before == nil {
		if before, err = c.decode(from); err != nil {
			return nil, nil, err
		}
		if memo != nil {
			memo.decoded.Store(before)
		}
	}
	if c.flat {
		p := reflect.New(c.typ)
		p.Elem().Set(reflect.ValueOf(before).Elem())
		return before, p.Interface(), nil
	}
	after, err = c.decode(from)
	return before, after, err
}

// diff returns the fields in which after differs from what was recorded. before is a decoding of
// recorded that no step has seen.
func (c *codec) diff(recorded fields, before, after any) (fields, error) {
	b, a := reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	var patch fields
	for _, f := range c.fields {
		if f.flat && b.Field(f.index).Equal(a.Field(f.index)) {
			continue
		}
		raw, err := encodeField(a.Field(f.index))
		if err != nil {
			return nil, fmt.Errorf("state field %s: %w", f.name, err)
		}
		if bytes.Equal(raw, recorded.get(f.name)) {
			continue
		}
		// What this program's type cannot hold of a field stays as long as no step touches the field.
		if was, err := encodeField(b.Field(f.index)); err == nil && bytes.Equal(raw, was) {
			continue
		}
		patch = append(patch, field{f.name, raw})
	}
	return patch, nil
}

func encodableKey(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
