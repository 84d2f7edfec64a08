package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// decode reads one JSON value strictly.
func decode(body []byte, into any) error {
	names := map[string]bool{}
	if open := namesOf(reflect.TypeOf(into), names); !open {
		if err := checkNames(json.NewDecoder(bytes.NewReader(body)), names); err != nil {
			return err
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, more := decoder.Token(); more != io.EOF {
		return errors.Join(errors.New("there is more after the JSON value"), more)
	}
	return nil
}

// namesOf collects the members that a type and the types within it have; open says that it may have
// any.
func namesOf(t reflect.Type, names map[string]bool) (open bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return t.Elem().Kind() == reflect.Uint8 || namesOf(t.Elem(), names) // bytes are raw JSON
	case reflect.Map, reflect.Interface:
		return true
	case reflect.Struct:
		for field := range t.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if field.IsExported() {
				names[cmp.Or(name, strings.ToLower(field.Name))] = true
			}
			open = namesOf(field.Type, names) || open
		}
	}
	return open
}

// checkNames reads one value and refuses members that come twice in an object or are not written
// exactly as they should be. What else is wrong, the decoder says.
func checkNames(d *json.Decoder, names map[string]bool) error {
	start, err := d.Token()
	if err != nil {
		return err
	}
	delim, nested := start.(json.Delim)
	if !nested {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if delim == '{' {
			token, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := token.(string) // the decoder gives names as strings
			switch {
			case !names[name]:
				return fmt.Errorf("unknown member %q", name)
			case seen[name]:
				return fmt.Errorf("the member %q comes twice", name)
			}
			seen[name] = true
		}
		if err := checkNames(d, names); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
