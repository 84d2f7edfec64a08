package saga

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
)

// However the batch is cut into rows, each row holds what was cut off, and no text changes later.
func TestAPageIsWhatWasAdded(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 0))
		var p page
		var batch [][]byte
		was := map[string]string{} // the text that each entry had when it was added
		check := func(text []byte) string {
			var e struct{ I string }
			if err := json.Unmarshal(text, &e); err != nil || was[e.I] != string(text) {
				t.Fatalf("seed %d: %s became %s, %v", seed, was[e.I], text, err)
			}
			return e.I
		}
		next, taken := 0, 0
		for range 60 {
			for range rng.IntN(5) {
				e := entry{ID: fmt.Sprint(next), Seq: 1, Kind: EventStarted, Progress: &progress{}}
				next++
				text := p.add(&e)
				was[e.ID] = string(text)
				batch = append(batch, text)
			}
			end := len(batch)
			if rng.IntN(3) == 0 {
				end = rng.IntN(len(batch) + 1)
			}
			row := p.take(batch[:end], len(batch)-end)
			if !bytes.Equal(row, wrap(batch[:end])) {
				t.Fatalf("seed %d: the row is %s", seed, row)
			}
			for _, text := range batch[:end] {
				if id := check(text); id != fmt.Sprint(taken) {
					t.Fatalf("seed %d: %s came instead of %d", seed, id, taken)
				}
				taken++
			}
			batch = batch[end:]
		}
	}
}
