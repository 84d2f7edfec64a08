package participant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// MaxKey bounds a key in bytes.
const MaxKey = 300

func checkKey(key string) error {
	if key == "" || len(key) > MaxKey {
		return fmt.Errorf("%w: the key has %d characters; send 1 to %d", ErrInvalid, len(key), MaxKey)
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return fmt.Errorf("%w: the key has a character that is not visible ASCII; leave it out", ErrInvalid)
		}
	}
	return nil
}

// compact returns JSON without space between its parts and changes nothing else: an undo must read
// from it what the do read.
func compact(text json.RawMessage) (json.RawMessage, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8")
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return nil, err
	}
	return b.Bytes(), unique(json.NewDecoder(bytes.NewReader(text)))
}

// unique refuses a member that comes twice in one object: readers differ in which of the two they
// take (RFC 8259, section 4).
func unique(d *json.Decoder) error {
	start, err := d.Token()
	if err != nil {
		return err
	}
	delim, nested := start.(json.Delim)
	if !nested {
		return nil
	}
	seen := map[any]bool{}
	for d.More() {
		if delim == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if seen[name] {
				return fmt.Errorf("the member %q comes twice", name)
			}
			seen[name] = true
		}
		if err := unique(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

func (r *Refusal) compact() error {
	if len(r.Data) == 0 {
		r.Data = nil
		return nil
	}
	data, err := compact(r.Data)
	if err != nil {
		return fmt.Errorf("participant: the data of the refusal %s is not JSON: %w", r.Code, err)
	}
	r.Data = data
	return nil
}

// same reports whether two compact texts are the same JSON value.
func same(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, err := sorted(a)
	y, bad := sorted(b)
	return err == nil && bad == nil && bytes.Equal(x, y)
}

// sorted writes the members of objects in the order of their names, and numbers as they were.
func sorted(text json.RawMessage) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}
