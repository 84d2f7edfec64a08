package saga

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
)

// The list is a map: whatever is laid over what, each name is there once, and the later value counts.
func TestFieldsAreAMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		under, over := randomFields(rng), randomFields(rng)
		want := under.byNames()
		for _, f := range over {
			want[f.name] = f.raw
		}
		got := under.with(over)
		if len(got) != len(want) || !reflect.DeepEqual(got.byNames(), want) {
			t.Fatalf("%s under %s is %s", under.object(), over.object(), got.object())
		}
		for name, raw := range want {
			if string(got.get(name)) != string(raw) {
				t.Fatalf("%q is %s, want %s", name, got.get(name), raw)
			}
		}
	}
	var read struct{ V fields }
	for text, want := range map[string]fields{
		`{"V":null}`:            nil,
		`{"V":{}}`:              {},
		`{"V":{"b":1,"a":[ ]}}`: {{"a", json.RawMessage(`[ ]`)}, {"b", json.RawMessage(`1`)}},
		`{"V":{"a":1,"a":2}}`:   {{"a", json.RawMessage(`2`)}},
	} {
		read.V = fields{{"old", nil}}
		if err := json.Unmarshal([]byte(text), &read); err != nil || !reflect.DeepEqual(read.V, want) {
			t.Errorf("%s is read as %#v, %v", text, read.V, err)
		}
	}
}
