package saga

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
)

// What is written by hand is what encoding/json writes, for every member and awkward value.
func TestStoredFormIsThatOfEncodingJSON(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		in := randomInstance(rng)
		want, err := json.Marshal(rowData{format, in})
		if err != nil {
			t.Fatal(err)
		}
		if got := in.appendRow(nil); string(got) != string(want) {
			t.Fatalf("row:\ngot  %s\nwant %s", got, want)
		}
		e := randomEntry(rng, &in)
		if want, err = json.Marshal(&e); err != nil {
			t.Fatal(err)
		}
		if got := e.appendJSON(nil); string(got) != string(want) {
			t.Fatalf("entry:\ngot  %s\nwant %s", got, want)
		}
		if want, err = json.Marshal(in.State.asMap()); err != nil {
			t.Fatal(err)
		}
		if got := in.State.appendJSON(nil); string(got) != string(want) {
			t.Fatalf("fields:\ngot  %s\nwant %s", got, want)
		}
	}
}

// asMap is what encoding/json knows how to write.
func (f fields) asMap() map[string]json.RawMessage {
	if f == nil {
		return nil
	}
	return f.byNames()
}

func oneOf[T any](rng *rand.Rand, list ...T) T { return list[rng.IntN(len(list))] }

func randomText(rng *rand.Rand) string {
	return oneOf(rng, "", "a", "order/17", "a\"b", `\`, "<b>&", "사가", "\x7f", "\x00", "a\u2028b", "\xff broken", "é", "new\nline", "~ }")
}

func randomTime(rng *rand.Rand) time.Time {
	return oneOf(rng, time.Time{}, epoch, epoch.Add(time.Duration(rng.Int64N(1e15))).Truncate(time.Microsecond), epoch.Add(time.Nanosecond))
}

func randomBytes(rng *rand.Rand) []byte {
	return oneOf(rng, nil, []byte{}, []byte("a"), []byte{0, 255, 254, 62, 63})
}

func randomFields(rng *rand.Rand) fields {
	if rng.IntN(4) == 0 {
		return nil
	}
	f := map[string]json.RawMessage{}
	for range rng.IntN(20) {
		raw, err := json.Marshal(oneOf[any](rng, randomText(rng), 7, -1.5e9, nil, true, []int{1}, map[string]any{"x": "<"}))
		if err != nil {
			panic(err)
		}
		f[randomText(rng)] = raw
	}
	return fieldsOf(f)
}

func randomThread(rng *rand.Rand) thread {
	return thread{Step: rng.IntN(3), Call: oneOf(rng, "", CallAction), Calls: rng.IntN(3), Due: randomTime(rng), Still: rng.IntN(2) == 0,
		Waits: rng.IntN(2) == 0, Reason: oneOf(rng, "", InDoubt), Detail: randomText(rng)}
}

func randomInstance(rng *rand.Rand) instance {
	in := instance{ID: randomText(rng), Definition: randomText(rng), Version: rng.IntN(3), Started: randomTime(rng),
		Updated: randomTime(rng), Deadline: randomTime(rng), Hash: randomBytes(rng), Seq: rng.IntN(40), State: randomFields(rng)}
	in.progress = progress{
		Status: oneOf(rng, Running, NeedsAttention, ""), Since: randomTime(rng), Back: rng.IntN(2) == 0, thread: randomThread(rng),
		Others: oneOf(rng, nil, []thread{randomThread(rng)}), Turns: rng.IntN(2) == 0, Wrote: oneOf(rng, nil, map[string]int{randomText(rng): 1, "b": 2}),
		Early: oneOf(rng, nil, []kept{{ID: randomText(rng), By: randomText(rng)}}), Marks: randomText(rng),
		Rounds: oneOf(rng, nil, []int{}, []int{0, 2}), Skips: oneOf(rng, nil, []int{1}), Released: rng.IntN(2) == 0,
		Hand: oneOf(rng, nil, &Hand{Verb: Skip, By: randomText(rng), Reason: randomText(rng), At: randomTime(rng)}),
	}
	return in
}

func randomEntry(rng *rand.Rand, in *instance) entry {
	return entry{ID: in.ID, Seq: in.Seq, At: randomTime(rng), Kind: oneOf(rng, EventStarted, ""), Step: rng.IntN(3),
		Call: oneOf(rng, "", CallProbe), Round: rng.IntN(2), Number: rng.IntN(3), Outcome: oneOf(rng, "", Unknown),
		Said: randomText(rng), TookUS: rng.Int64N(3) * 1e6, Patch: randomFields(rng), Command: randomText(rng), By: randomText(rng),
		Begin:    oneOf(rng, nil, &begin{randomText(rng), rng.IntN(3), randomTime(rng), randomBytes(rng)}),
		Progress: &in.progress}
}
