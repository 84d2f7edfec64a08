package saga

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// rewriters read what stands in a store, each one kind of it, and write what they read.
func rewriters() map[string]func(data []byte) (written []byte, err error) {
	return map[string]func([]byte) ([]byte, error){
		"entries": func(data []byte) ([]byte, error) {
			entries, err := unwrap(data)
			encoded := make([][]byte, len(entries))
			for i := range entries {
				raw, bad := json.Marshal(&entries[i])
				encoded[i], err = raw, errors.Join(err, bad)
			}
			return wrap(encoded), err
		},
		"row": func(data []byte) ([]byte, error) {
			in, err := fromRow(Row{ID: "a", Data: data})
			if err != nil {
				return nil, err
			}
			return in.row("", nil).Data, nil
		},
		"shape": func(data []byte) ([]byte, error) {
			sh, err := readShape(StoredShape{Data: data}, &Config{})
			if err != nil {
				return nil, err
			}
			return json.Marshal(sh)
		},
		"command": func(data []byte) ([]byte, error) {
			o, err := readOrder(Command{Instance: "a", Data: data})
			if err != nil {
				return nil, err
			}
			return json.Marshal(o)
		},
	}
}

// storedForms is what this version writes, with every member at least once.
func storedForms() map[string][]string {
	const started, later = `"2026-01-02T03:04:05.000006Z"`, `"2026-01-02T03:04:06Z"`
	return map[string][]string{
		"entries": {
			`{"v":1,"e":[{"i":"a/1","q":1,"t":` + started + `,"k":"started","v":{"n":7,"x":"y"},"b":{"f":"d","w":1,"e":` + later + `,"h":"AAEC"},"g":{"s":"running","n":` + started + `,"c":"action","m":".."}},` +
				`{"i":"a/1","q":2,"t":` + later + `,"k":"answered","p":1,"c":"action","r":1,"a":2,"o":"refused","x":"no","d":15,"v":{"x":null},"g":{"s":"needs attention","n":` + later + `,"p":1,"c":"probe","a":3,"d":` + later + `,"r":"cannot finish","x":"no","b":true,"m":"s?","o":[0,2],"l":true}}]}`,
			`{"v":1,"e":[{"i":"a","q":3,"t":` + later + `,"k":"operated","p":1,"g":{"s":"completed","n":` + later + `,"z":true,"m":"sk","k":[1],"y":{"verb":"skip","step":"b","by":"kim","reason":"why","at":` + later + `}}}]}`,
			`{"v":1,"e":[{"i":"a","q":3,"t":` + later + `,"k":"replied","p":1,"c":"action","a":1,"o":"refused","x":"no","m":"c1","y":"lee","g":{"s":"running","n":` + later + `,"p":1,"c":"action","a":1,"d":` + later + `,"g":true,"m":"s.","j":[{"i":"c2","p":1,"c":"compensation","r":1,"n":2,"o":"succeeded","v":{"n":1},"b":"lee","x":"why"}]}}]}`,
			`{"v":1,"e":[]}`,
		},
		"row": {
			`{"format":1,"i":"a","f":"d","w":1,"t":` + started + `,"u":` + later + `,"e":` + later + `,"h":"AA==","q":4,"v":{"n":{"m":[1e2]},"x":"y"},"s":"compensating","n":` + later + `,"p":1,"c":"compensation","a":1,"d":` + later + `,"z":true,"r":"in doubt","x":"no","b":true,"m":"su","o":[0,1],"k":[0],"y":{"verb":"resolve","step":"b","outcome":"refused","by":"kim","reason":"why","at":` + later + `},"l":true}`,
			`{"format":1,"i":"a","f":"d","w":1,"t":` + started + `,"u":` + later + `,"h":"AA==","q":4,"v":{"x":"y"},"s":"running","n":` + later + `,"c":"action","a":1,"d":` + later + `,"g":true,"m":"..","j":[{"i":"c2","p":1,"c":"action","o":"refused","b":"lee","x":"why"}]}`,
			`{"format":1,"i":"a","f":"d","w":1,"t":` + started + `,"u":` + later + `,"h":"AA==","q":4,"v":{"x":"y"},"s":"compensating","n":` + later + `,"c":"action","b":true,"m":"...","th":[{"p":1,"c":"probe","a":1,"d":` + later + `,"z":true,"g":true,"r":"in doubt","x":"no"},{"p":2}],"tu":true,"wr":{"x":1}}`,
		},
		"shape": {
			`{"name":"d","version":1,"deadline":5,"leaveInDoubt":true,"steps":[{"name":"a","kind":"compensatable","compensation":true,"probe":true,"timeout":9,"retry":{"MaxAttempts":2,"Initial":1,"Max":2,"Factor":1.5},"replayable":true},{"name":"b","kind":"pivot","fence":true,"reply":true,"replyTimeout":7},{"name":"c","kind":"read-only","when":true,"sleep":true,"expects":true,"group":1,"branch":2}]}`,
		},
		"command": {
			`{"format":1,"verb":"resolve","outcome":"succeeded","set":{"x":1},"by":"kim","reason":"why","seen":"running||1|false|0|action|..|[]"}`,
			`{"format":1,"verb":"reply","outcome":"refused","by":"lee","reason":"why","step":"b","call":"compensation","round":2,"number":3,"data":{"n":1}}`,
		},
	}
}

// What lies in stores for years is read in full: nothing of it is lost on the way through.
func TestStoredFormsStay(t *testing.T) {
	for kind, forms := range storedForms() {
		for _, form := range forms {
			if written, err := rewriters()[kind]([]byte(form)); err != nil || string(written) != form {
				t.Errorf("%s\n%s\nis written\n%s\nerror %v", kind, form, written, err)
			}
		}
	}
}

// Whatever a store holds: it is read or refused with the documented error, and what was read is
// written so that every reader reads the same again.
func FuzzFormat(f *testing.F) {
	for _, forms := range storedForms() {
		for _, form := range forms {
			f.Add([]byte(form))
		}
	}
	for _, odd := range []string{
		`{"v":2,"e":[]}`, `{"v":1}`, `{"v":1,"e":{}}`, `{"format":1,"i":"a","q":1,"v":null,"s":"failed","m":"r."}`, `{"format":0}`,
		`{"format":1,"t":"2026-13-02"}`, `{"format":1,"status":"compensating"}`, `{"format":1,"kind":"moved","text":"look again"}`, `{"format":1,"kind":"late","text":"settled"}`,
		`{"format":1,"kind":"x"}`, ``, `null`, `{`, `[]`, `{"v":1,"e":null,"format":1,"name":""}`,
	} {
		f.Add([]byte(odd))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for kind, rewrite := range rewriters() {
			again(t, kind, data, rewrite)
		}
		if r := ResultOf("a", Answer{Data: data}); r.Err != nil && (r.Status != "" || !matches(r.Err, ErrFormat, ErrMoved, ErrLate, ErrInvalid)) {
			t.Fatalf("an answer is read as %+v", r)
		}
	})
}

// again rewrites data, and what was written, and compares.
func again(t *testing.T, kind string, data []byte, rewrite func([]byte) ([]byte, error)) {
	t.Helper()
	written, err := rewrite(data)
	switch {
	case err != nil && (matches(err, ErrFormat) || kind == "command" && matches(err, ErrInvalid)):
		return
	case err != nil && kind == "row" && strings.Contains(err.Error(), "restore it from a backup"):
		return
	case err != nil:
		t.Fatalf("%s: %v", kind, err)
	}
	if rewritten, err := rewrite(written); err != nil || string(rewritten) != string(written) {
		t.Fatalf("%s: written as %s, then as %s, error %v", kind, written, rewritten, err)
	}
}

func matches(err error, sentinels ...error) bool {
	return slices.ContainsFunc(sentinels, func(s error) bool { return errors.Is(err, s) })
}

// fuzzState has a field of each kind that a state's fields may have.
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
		before, after, err := c.twice(recorded, nil)
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
		if there := patch.get("text") != nil; there != changed && string(recorded.get("text")) != "null" || len(patch) > 1 {
			t.Fatalf("text from %q to %q is the patch %s", before.(*fuzzState).Text, text, patch.object())
		}
		merged := recorded.with(patch)
		for _, f := range recorded {
			if now := merged.get(f.name); f.name != "text" && string(now) != string(f.raw) {
				t.Fatalf("%s was %s and is %s", f.name, f.raw, now)
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
	grown, bad := inputHash("d", written.with(fields{{"later", json.RawMessage(`{"n":0,"s":"","l":[]}`)}}))
	if err != nil || bad != nil || string(hash) != string(grown) {
		t.Fatalf("%s: a new field that is empty changes the hash from %x to %x, errors %v, %v", written.object(), hash, grown, err, bad)
	}
	if limit := written.size(); len(written.object()) > limit {
		t.Fatalf("%s has %d bytes, and counts as %d", written.object(), len(written.object()), limit)
	}
}
