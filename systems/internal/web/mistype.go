package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// inJSON says what is wrong with a value's type in the words of JSON: senders do not know the names of Go.
// Other errors stay as they are.
func inJSON(err error) error {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return err
	}
	place := "the body"
	if wrong.Field != "" {
		place = fmt.Sprintf("the member %q", wrong.Field)
	}
	return fmt.Errorf("%s must be %s and is %s", place, wanted(wrong.Type, wrong.Value), found(wrong.Value))
}

// wanted names a type. The bits of a number matter only to who sent a whole one that has too many.
func wanted(t reflect.Type, value string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	number, isNumber := strings.CutPrefix(value, "number ")
	whole := isNumber && !strings.ContainsAny(number, ".eE")
	switch {
	case whole && t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uintptr:
		return fmt.Sprintf("a whole number from 0, of at most %d bits", t.Bits())
	case whole && t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		return fmt.Sprintf("a whole number of at most %d bits", t.Bits())
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uintptr:
		return "a whole number"
	}
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return "an object"
}

// found names what was sent by what the decoder calls it: "string", "number 1.5", "array".
func found(value string) string {
	number, isNumber := strings.CutPrefix(value, "number ")
	switch {
	case isNumber && len(number) > 40:
		return fmt.Sprintf("a number of %d characters", len(number))
	case isNumber:
		return number
	case value == "array":
		return "a list"
	case value == "bool":
		return "true or false"
	case value == "object":
		return "an object"
	}
	return "a " + value
}
