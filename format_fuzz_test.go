package saga

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"
)

// storedSeeds is one of each that a store holds.
var storedSeeds = []string{
	`{"v":1,"e":[{"i":"a/1","q":1,"t":"2026-01-02T03:04:05.000006Z","k":"started","v":{"x":"<","n":7},"b":{"f":"d","w":1,"e":"2026-01-02T04:04:05Z","h":"AAEC"},"g":{"s":"running","n":"2026-01-02T03:04:05Z","c":"action","m":".."}},` +
		`{"i":"a/1","q":2,"t":"2026-01-02T03:04:06Z","k":"answered","p":1,"c":"action","r":1,"a":2,"o":"refused","x":"no","d":15,"v":{"x":null},"g":{"s":"needs attention","r":"cannot finish","x":"no","n":"2026-01-02T03:04:06Z","d":"2026-01-02T03:04:09Z","b":true,"p":1,"c":"probe","a":3,"m":"s?","o":[0,2],"l":true}}]}`,
	`{"v":1,"e":[{"i":"a","q":3,"t":"2026-01-02T03:04:06Z","k":"operated","p":1,"g":{"s":"completed","n":"2026-01-02T03:04:06Z","z":true,"m":"sk","k":[1],"h":{"verb":"skip","step":"b","by":"kim","reason":"why","at":"2026-01-02T03:04:06Z"}}}]}`,
	`{"v":1,"e":[]}`, `{"v":2,"e":[]}`, `{"v":1}`, `{"v":1,"e":{}}`,
	`{"format":1,"i":"a","f":"d","w":1,"t":"2026-01-02T03:04:05Z","u":"2026-01-02T03:04:05Z","h":"AA==","q":4,"v":{"x":"y","n":{"m":[1e2]}},"s":"compensating","n":"2026-01-02T03:04:05Z","b":true,"p":1,"c":"compensation","a":1,"m":"ss","o":[0,1]}`,
	`{"format":1,"i":"a","q":1,"v":null,"s":"failed","m":"r."}`, `{"format":0}`, `{"format":1,"t":"2026-13-02"}`,
	`{"name":"d","version":1,"deadline":5,"leaveInDoubt":true,"steps":[{"name":"a","kind":"compensatable","compensation":true,"probe":true,"timeout":9,"retry":{"MaxAttempts":2,"Initial":1,"Max":2,"Factor":1.5},"replayable":true},{"name":"b","kind":"pivot","fence":true}]}`,
	`{"format":1,"verb":"resolve","outcome":"succeeded","set":{"x":1},"by":"kim","reason":"why","seen":"running||1|false|0|action|..|[]"}`,
	`{"format":1,"status":"compensating"}`, `{"format":1,"kind":"moved","text":"look again"}`, `{"format":1,"kind":"x"}`,
	``, `null`, `{`, `[]`, `{"v":1,"e":null,"format":1,"name":""}`,
}

// Whatever a store holds: it is read in full or refused with the documented error, and what was
// read is written so that every reader reads the same again.
func FuzzFormat(f *testing.F) {
	for _, seed := range storedSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		again(t, data, []error{ErrFormat}, unwrap, func(entries []entry) ([]byte, error) {
			var encoded [][]byte
			for i := range entries {
				raw, err := json.Marshal(&entries[i])
				if err != nil {
					return nil, err
				}
				encoded = append(encoded, raw)
			}
			return wrap(encoded), nil
		})
		again(t, data, []error{ErrFormat, errDamaged}, func(data []byte) (instance, error) {
			in, err := fromRow(Row{ID: "a", Data: data})
			if err != nil && !errors.Is(err, ErrFormat) {
				err = errDamaged
			}
			return in, err
		}, func(in instance) ([]byte, error) {
			row, err := in.row("", nil)
			return row.Data, err
		})
		again(t, data, []error{ErrFormat}, func(data []byte) (*Shape, error) {
			return readShape(StoredShape{Data: data}, &Config{})
		}, func(sh *Shape) ([]byte, error) { return json.Marshal(sh) })
		again(t, data, []error{ErrFormat, ErrInvalid}, func(data []byte) (order, error) {
			return readOrder(Command{Data: data})
		}, func(o order) ([]byte, error) { return json.Marshal(o) })
		if r := ResultOf("a", Answer{Data: data}); r.Err != nil && (r.Status != "" || !matches(r.Err, ErrFormat, ErrMoved, ErrInvalid)) {
			t.Fatalf("an answer is read as %+v", r)
		}
	})
}

// errDamaged stands for the error about a row that is not JSON, which has no name.
var errDamaged = errors.New("damaged")

func matches(err error, sentinels ...error) bool {
	for _, s := range sentinels {
		if errors.Is(err, s) {
			return true
		}
	}
	return false
}

// again reads data, writes what was read, reads that and compares.
func again[T any](t *testing.T, data []byte, refusals []error, read func([]byte) (T, error), write func(T) ([]byte, error)) {
	t.Helper()
	first, err := read(data)
	if err != nil {
		if !matches(err, refusals...) {
			t.Fatalf("%T: refused with %v", first, err)
		}
		return
	}
	written, err := write(first)
	if err != nil {
		t.Fatalf("%T: %+v was read, and cannot be written: %v", first, first, err)
	}
	second, err := read(written)
	if err != nil {
		t.Fatalf("%T: written as %s, and not read again: %v", first, written, err)
	}
	rewritten, err := write(second)
	if err != nil || string(rewritten) != string(written) {
		t.Fatalf("%T: written as %s, then as %s, error %v", first, written, rewritten, err)
	}
}

// states has a field of each kind that a state's fields may have.
type fuzzState struct {
	Text  string             `json:"text"`
	Count int64              `json:"count"`
	Sure  bool               `json:"sure"`
	Ratio float64            `json:"ratio"`
	At    time.Time          `json:"at"`
	Pair  [2]uint8           `json:"pair"`
	Lines []fuzzLine         `json:"lines"`
	By    map[string]int     `json:"by"`
	Note  *string            `json:"note,omitempty"`
	Any   any                `json:"any"`
	Raw   json.RawMessage    `json:"raw"`
	Deep  struct{ X, Y int } `json:"deep"`
}

type fuzzLine struct {
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
}

// Whatever the recorded fields of a state are: what this program's type can read of them comes back
// as it was, a step that touches nothing changes nothing, and one that changes a field changes
// that field alone.
func FuzzState(f *testing.F) {
	for _, seed := range []string{
		`{"text":"a","count":7,"sure":true,"ratio":1e-7,"at":"2026-01-02T03:04:05+09:00","pair":[1,2],"lines":[{"item":"b","quantity":1}],"by":{"x":1},"note":"n","any":[1.5,null],"raw":{"a":[1]},"deep":{"X":1,"Y":2}}`,
		`{"text":"<\u2028\ud800>","extra":{"kept":1},"by":null,"lines":null,"any":12345678901234567890,"raw":null}`,
		`{"lines":[{"item":"b","quantity":1,"price":9}],"deep":{"X":1,"Z":3},"pair":[1,2,3],"note":null,"TEXT":"other"}`,
		`{"text":"","count":-0,"any":{"b":1,"a":{}},"raw":1.0}`, `{"text":7}`, `{"at":"0000-01-01T00:00:00Z"}`, `{}`,
	} {
		f.Add([]byte(seed), "new")
	}
	c, err := newCodec(reflect.TypeFor[fuzzState]())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		var recorded fields
		if json.Unmarshal(data, &recorded) != nil {
			return // fields are JSON already when a state is read from them
		}
		before, after, err := c.twice(recorded)
		if err != nil {
			return
		}
		wantNoChange(t, c, recorded, before, after)
		wantSameAgain(t, c, before)
		after.(*fuzzState).Text = text
		patch, err := c.diff(recorded, before, after)
		if err != nil {
			t.Fatal(err)
		}
		changed := before.(*fuzzState).Text != text
		if _, ok := patch["text"]; ok != changed && string(recorded["text"]) != "null" || len(patch) > 1 {
			t.Fatalf("text from %q to %q is the patch %s", before.(*fuzzState).Text, text, patch.object())
		}
		merged := recorded.with(patch)
		for name, value := range recorded {
			if name != "text" && string(merged[name]) != string(value) {
				t.Fatalf("%s was %s and is %s", name, value, merged[name])
			}
		}
	})
}

// wantNoChange holds that a step that touches nothing leaves no trace.
func wantNoChange(t *testing.T, c *codec, recorded fields, before, after any) {
	t.Helper()
	if !reflect.DeepEqual(before, after) {
		t.Fatalf("two readings differ: %+v and %+v", before, after)
	}
	if patch, err := c.diff(recorded, before, after); err != nil || len(patch) > 0 {
		t.Fatalf("nothing was changed in %s, and the patch is %s, error %v", recorded.object(), patch.object(), err)
	}
}

// wantSameAgain holds that a state is written so that it, and its hash, are the same again.
func wantSameAgain(t *testing.T, c *codec, state any) {
	t.Helper()
	written, err := c.encode(state)
	if err != nil {
		t.Fatalf("%+v was read, and cannot be written: %v", state, err)
	}
	back, err := c.decode(written)
	if err != nil {
		t.Fatalf("%s was written, and cannot be read: %v", written.object(), err)
	}
	rewritten, err := c.encode(back)
	if err != nil || string(rewritten.object()) != string(written.object()) {
		t.Fatalf("%s comes back as %s, error %v", written.object(), rewritten.object(), err)
	}
	hash, err := inputHash("d", written)
	grown, bad := inputHash("d", written.with(fields{"later": json.RawMessage(`{"n":0,"s":"","l":[]}`)}))
	if err != nil || bad != nil || string(hash) != string(grown) {
		t.Fatalf("%s: a new field that is empty changes the hash from %x to %x, errors %v, %v", written.object(), hash, grown, err, bad)
	}
	if limit := written.size(); len(written.object()) > limit {
		t.Fatalf("%s has %d bytes, and counts as %d", written.object(), len(written.object()), limit)
	}
}
