package web

import (
	"encoding"
	"encoding/json"
	"reflect"
	"time"
)

// schemas describes Go types as encoding/json writes them: JSON Schema 2020-12, which OpenAPI 3.1
// builds on. Named structs become components, so that a type may contain itself.
type schemas struct {
	components object
	names      map[reflect.Type]string
}

// of returns the schema of a type, or a reference to it.
func (s *schemas) of(t reflect.Type) object {
	if t.Kind() == reflect.Pointer {
		return s.of(t.Elem())
	}
	if described, ok := wellKnown(t); ok {
		return described
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.structure(t)
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return object{"type": "string", "contentEncoding": "base64"}
		}
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Array:
		return object{"type": "array", "items": s.of(t.Elem()), "minItems": t.Len(), "maxItems": t.Len()}
	}
	return scalar(t)
}

// wellKnown describes types that write themselves: times, text, and what may be anything.
func wellKnown(t reflect.Type) (object, bool) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}, true
	case t == reflect.TypeFor[Problem]():
		return nil, false
	case t.Kind() == reflect.Interface, reflect.PointerTo(t).Implements(reflect.TypeFor[json.Marshaler]()):
		return anything(), true
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return object{"type": "string"}, true
	}
	return nil, false
}

// anything names all types, null among them, because some readers take the empty schema for one
// that does not allow null.
func anything() object {
	return object{"type": []string{"array", "boolean", "null", "number", "object", "string"}}
}

func scalar(t reflect.Type) object {
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer", "format": "int64"}
	case reflect.Int8, reflect.Int16, reflect.Int32:
		return object{"type": "integer", "format": "int32"}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	}
	panic("web: JSON has no " + t.String() + "; document another type")
}
