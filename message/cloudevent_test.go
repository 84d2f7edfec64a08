package message_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/message"
)

// The form is the one of the JSON Event Format for CloudEvents 1.0, section 3.
const event = `{"specversion":"1.0","id":"1","source":"/shop/order","type":"OrderFailed",` +
	`"time":"2026-01-02T03:04:05.000678Z","datacontenttype":"application/json","partitionkey":"order-1",` +
	`"correlationid":"saga-1","causationid":"0","traceparent":"` + trace + `","data":{"lines":[1,2]}}`

func TestAMessageIsACloudEvent(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(valid())
	if err != nil || string(got) != event {
		t.Errorf("got  %s\nwant %s\nerror %v", got, event, err)
	}
	var read message.Message
	if err := json.Unmarshal([]byte(event), &read); err != nil || !reflect.DeepEqual(read, valid()) {
		t.Errorf("read %+v, want %+v; error %v", read, valid(), err)
	}
}

func TestWhatIsNotSaidIsLeftOut(t *testing.T) {
	t.Parallel()
	const least = `{"specversion":"1.0","id":"1","source":"a","type":"B","partitionkey":"c"}`
	m := message.Message{ID: "1", Source: "a", Type: "B", Key: "c"}
	if got, err := json.Marshal(m); err != nil || string(got) != least {
		t.Errorf("got %s, want %s; error %v", got, least, err)
	}
	for name, text := range map[string]string{
		"absent":        least,
		"null":          with(least, `"time":null,"traceparent":null,"datacontenttype":null`),
		"of others":     with(least, `"subject":"x","dataschema":"y","other":{"a":[1]}`),
		"in upper case": with(least, `"CAUSATIONID":"x"`),
	} {
		var read message.Message
		if err := json.Unmarshal([]byte(text), &read); err != nil || !reflect.DeepEqual(read, m) {
			t.Errorf("%s: read %+v, want %+v; error %v", name, read, m, err)
		}
	}
}

func TestOtherEventsAreRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"null":            `null`,
		"a list":          `[]`,
		"a text":          `"1.0"`,
		"empty":           `{}`,
		"version 0.3":     strings.Replace(event, `"1.0"`, `"0.3"`, 1),
		"no version":      strings.Replace(event, `"specversion":"1.0",`, ``, 1),
		"a number":        strings.Replace(event, `"id":"1"`, `"id":1`, 1),
		"upper case":      strings.Replace(event, `"id"`, `"ID"`, 1),
		"no id":           strings.Replace(event, `"id":"1",`, ``, 1),
		"no key":          strings.Replace(event, `"partitionkey":"order-1",`, ``, 1),
		"a bad time":      strings.Replace(event, `2026-01-02T`, `yesterday `, 1),
		"before year 1":   strings.Replace(event, `2026-01-02T03:04:05.000678Z`, `0001-01-01T00:00:00+01:00`, 1),
		"XML":             strings.Replace(event, `application/json`, `application/xml`, 1),
		"no media type":   strings.Replace(event, `application/json`, `/;`, 1),
		"binary data":     with(event, `"data_base64":"AAAA"`),
		"a bad trace":     strings.Replace(event, trace, `00-1`, 1),
		"large data":      strings.Replace(event, `[1,2]`, `"`+strings.Repeat("x", message.MaxData)+`"`, 1),
		"a long relation": strings.Replace(event, `saga-1`, strings.Repeat("x", message.MaxAttribute+1), 1),
	} {
		read := valid()
		if err := json.Unmarshal([]byte(text), &read); !errors.Is(err, message.ErrInvalid) {
			t.Errorf("%s: the error is %v", name, err)
		}
		if !reflect.DeepEqual(read, valid()) {
			t.Errorf("%s: the message was changed to %+v", name, read)
		}
	}
	var read message.Message
	if err := json.Unmarshal([]byte(event[:40]), &read); err == nil {
		t.Error("half an event was read")
	}
}

// with adds members to a text that is an object.
func with(object, members string) string {
	return strings.TrimSuffix(object, "}") + "," + members + "}"
}

// What is read is a message by all rules, and writing it and reading it again changes nothing.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(event))
	f.Add([]byte(with(event, `"data":"<\u2028>","time":"2026-01-02T03:04:05.123456789+09:00"`)))
	f.Add([]byte(`{"specversion":"1.0","id":"1","source":"a","type":"B","partitionkey":"c","data":null}`))
	f.Add([]byte(`{"specversion":"1.0","id":"\ud800","source":"//[::1]","type":"\u0000","time":"0000-01-01T00:00:00+23:59"}`))
	f.Add([]byte(`{"data":` + strings.Repeat("[", 10_000)))
	f.Add([]byte(`nul`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var direct, m, again message.Message
		_ = direct.UnmarshalJSON(text) // whatever it is: no panic
		if err := json.Unmarshal(text, &m); err != nil {
			if !reflect.DeepEqual(m, message.Message{}) {
				t.Errorf("refused with %v, and read %+v", err, m)
			}
			return
		}
		if err := m.Check(); err != nil {
			t.Errorf("read, and not valid: %v", err)
		}
		written, err := json.Marshal(m)
		if err != nil {
			t.Fatalf("read, and cannot be written: %v", err)
		}
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatalf("written as %s, and cannot be read: %v", written, err)
		}
		if !reflect.DeepEqual(content(t, m.Data), content(t, again.Data)) {
			t.Errorf("data %s came back as %s", m.Data, again.Data)
		}
		m.Data, again.Data = nil, nil
		if !reflect.DeepEqual(m, again) {
			t.Errorf("%+v came back as %+v", m, again)
		}
	})
}

// content is what JSON says, whatever its spaces and escapes.
func content(t *testing.T, data json.RawMessage) any {
	t.Helper()
	if len(data) == 0 {
		return "nothing at all"
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return []any{v}
}
