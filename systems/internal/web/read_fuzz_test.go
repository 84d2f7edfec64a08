package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// wish is a body with all that a service's bodies have.
type wish struct {
	Name  string   `json:"name"`
	Count int64    `json:"count"`
	Sure  bool     `json:"sure,omitempty"`
	Note  *string  `json:"note"`
	Tags  []string `json:"tags"`
	Lines []struct {
		Item     string `json:"item"`
		Quantity int64  `json:"quantity"`
	} `json:"lines"`
}

// What is read is what was sent, to the last member, and what is not read is answered with a
// problem that says why.
func FuzzReadJSON(f *testing.F) {
	for _, body := range []string{
		`{"name":"a","count":7,"sure":true,"note":"x","tags":["b",""],"lines":[{"item":"EST-1","quantity":-1}]}`,
		`{"Name":"a"}`, `{"name":"a","name":"b"}`, `{"lines":[{"item":"a","quantity":1,"item":"b"}]}`, `{"name":null,"count":1e2}`,
		`{"item":"a"}`, `{}{}`, `[]`, `null`, ` {"lines":[null]} `, `{"name":"\ud800\u0000<"}`, `{"n\u0061me":"a"}`,
	} {
		f.Add("application/json", []byte(body), uint16(0))
	}
	f.Add("Application/JSON; charset=UTF-8", []byte(`{}`), uint16(64<<10-2))
	f.Add("application/json", []byte(`{}`), uint16(64<<10-1)) // one byte too many
	f.Add("application/json; charset=latin1", []byte(`{}`), uint16(0))
	f.Add("text/plain; =", []byte(`[[[[[[[[`), uint16(1))
	f.Fuzz(func(t *testing.T, kind string, body []byte, spaces uint16) {
		body = slices.Concat(body, bytes.Repeat([]byte(" "), int(spaces)))
		var read, again wish
		err := readJSON(kind, body, &read)
		if err != nil {
			wantProblem(t, err, kind)
			return
		}
		if len(body) > 64<<10 {
			t.Fatalf("%d bytes were read", len(body))
		}
		if sent := oneValue(t, body); !keeps(sent, reflect.ValueOf(read)) {
			t.Fatalf("%q was read as %+v", body, read)
		}
		written, err := json.Marshal(read)
		if err == nil && len(written) <= 64<<10 { // escapes may make it longer
			err = readJSON("application/json", written, &again)
		}
		if err != nil || len(written) <= 64<<10 && !reflect.DeepEqual(empty(again), empty(read)) {
			t.Fatalf("%+v is written %s and read %+v, error %v", read, written, again, err)
		}
	})
}

func readJSON(kind string, body []byte, into any) error {
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header["Content-Type"] = []string{kind}
	return web.ReadJSON(httptest.NewRecorder(), r, prefix, "{…}", into)
}

func wantProblem(t *testing.T, err error, kind string) {
	t.Helper()
	p, ok := errors.AsType[*web.Problem](err)
	status := map[string]int{"unsupported-media-type": 415, "too-large": 413, "invalid-request": 400}
	switch {
	case !ok:
		t.Fatalf("%T %v", err, err)
	case p.Status == 0 || p.Status != status[strings.TrimPrefix(p.Type, prefix)] || p.Title == "" || !strings.HasPrefix(p.Detail, "Nothing was done; "):
		t.Fatalf("%+v", p)
	case p.Status == 415 && kind == "application/json", p.Status == 400 && !strings.Contains(p.Detail, "{…}"):
		t.Fatalf("%q: %+v", kind, p)
	}
}

// oneValue reads the one value that a body must be, without any type.
func oneValue(t *testing.T, body []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%q was read, and is no JSON: %v", body, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		t.Fatalf("%q was read, and is more than one value", body)
	}
	names := 0
	countNames(v, &names)
	if colons := strings.Count(outsideStrings(body), ":"); colons != names {
		t.Fatalf("%q was read; it has %d members, of which %d are left", body, colons, names)
	}
	return v
}

func countNames(v any, n *int) {
	switch v := v.(type) {
	case map[string]any:
		*n += len(v)
		for _, part := range v {
			countNames(part, n)
		}
	case []any:
		for _, part := range v {
			countNames(part, n)
		}
	}
}

// outsideStrings is JSON without its strings.
func outsideStrings(body []byte) string {
	var b strings.Builder
	inside := false
	for i := 0; i < len(body); i++ {
		switch {
		case inside && body[i] == '\\':
			i++
		case body[i] == '"':
			inside = !inside
		case !inside:
			b.WriteByte(body[i])
		}
	}
	return b.String()
}

// keeps reports whether a value has all that was sent; null is nothing.
func keeps(sent any, got reflect.Value) bool {
	switch sent := sent.(type) {
	case nil:
		return got.IsZero()
	case string:
		return reflect.Indirect(got).Interface() == sent
	case bool:
		return got.Interface() == sent
	case json.Number:
		n, err := strconv.ParseInt(sent.String(), 10, 64)
		return err == nil && got.Interface() == n
	case []any:
		if got.Kind() != reflect.Slice || got.Len() != len(sent) {
			return false
		}
		for i, part := range sent {
			if !keeps(part, got.Index(i)) {
				return false
			}
		}
		return true
	case map[string]any:
		return got.Kind() == reflect.Struct && keepsMembers(sent, got)
	}
	return false
}

func keepsMembers(sent map[string]any, got reflect.Value) bool {
	fields := map[string]reflect.Value{}
	for i := range got.NumField() {
		name, _, _ := strings.Cut(got.Type().Field(i).Tag.Get("json"), ",")
		fields[name] = got.Field(i)
	}
	for name, part := range sent {
		if field, ok := fields[name]; !ok || !keeps(part, field) {
			return false
		}
	}
	return true
}

// empty makes lists that are missing lists of nothing.
func empty(w wish) wish {
	if w.Tags == nil {
		w.Tags = []string{}
	}
	if len(w.Lines) == 0 {
		w.Lines = nil
	}
	return w
}
