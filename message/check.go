package message

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The limits of a message.
const (
	MaxData      = 256 << 10 // bytes of Data as json.Marshal writes them
	MaxAttribute = 256       // bytes of every other field
)

// traceparent is the format of W3C Trace Context, level 1: version, trace id, parent id and flags in
// lower-case hexadecimal. A later version may say more behind them.
var traceparent = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$`)

// Check reports what keeps m from being a message; the error matches [ErrInvalid] and names the
// field. ID, Source, Type and Key must be there. No field but Data is longer than [MaxAttribute]
// bytes, and none has control characters (CloudEvents 1.0, section 2.2). Source is a URI reference
// (RFC 3986), Data is JSON in UTF-8 of at most [MaxData] bytes, and Trace has the format of W3C
// Trace Context. Time lies in the years 1 to 9999.
func (m Message) Check() error {
	for _, a := range []struct {
		name, value string
		required    bool
	}{
		{"ID", m.ID, true}, {"Source", m.Source, true}, {"Type", m.Type, true}, {"Key", m.Key, true},
		{"Correlation", m.Correlation, false}, {"Causation", m.Causation, false}, {"Trace", m.Trace, false},
	} {
		if err := checkText(a.name, a.value, a.required); err != nil {
			return err
		}
	}
	if strings.ContainsFunc(m.Source, notInURI) {
		return invalid("Source %q is no URI reference; use one such as /shop/order", m.Source)
	}
	if _, err := url.Parse(m.Source); err != nil {
		return invalid("Source is no URI reference; use one such as /shop/order: %v", err)
	}
	if year := m.Time.UTC().Year(); year < 1 || year > 9999 {
		return invalid("Time is in the year %d; use one from 1 to 9999, or leave it out", year)
	}
	if m.Trace != "" && !validTrace(m.Trace) {
		return invalid("Trace %q is no traceparent of W3C Trace Context; leave it empty if there is none", m.Trace)
	}
	return checkData(m.Data)
}

func checkText(name, value string, required bool) error {
	switch {
	case value == "" && required:
		return invalid("%s is empty; every message has one", name)
	case len(value) > MaxAttribute:
		return invalid("%s has %d bytes; use at most %d and put the rest into Data", name, len(value), MaxAttribute)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, forbidden):
		return invalid("%s %q has control characters or is not UTF-8; leave them out", name, value)
	}
	return nil
}

// forbidden are the characters that a CloudEvents string must not contain.
func forbidden(r rune) bool {
	return r < 0x20 || r >= 0x7f && r <= 0x9f || r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
}

func notInURI(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
}

func validTrace(s string) bool {
	parts := traceparent.FindStringSubmatch(s)
	if parts == nil || parts[1] == "ff" || parts[1] == "00" && parts[4] != "" {
		return false
	}
	return strings.Trim(parts[2], "0") != "" && strings.Trim(parts[3], "0") != ""
}

// checkData measures the data as it will be on the wire, where json.Marshal makes some characters
// longer: what one side accepts must not be too large for the other.
func checkData(data json.RawMessage) error {
	if len(data) == 0 {
		return nil
	}
	if !utf8.Valid(data) || !json.Valid(data) {
		return invalid("Data is not JSON in UTF-8; encode it, or leave it out")
	}
	var wire bytes.Buffer
	json.HTMLEscape(&wire, data)
	if wire.Len() > MaxData {
		return invalid("Data has %d bytes; use at most %d and send a reference instead", wire.Len(), MaxData)
	}
	return nil
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)
}
