package saga

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Many large states, and a checkpoint that does not come back: nothing is appended that would make
// the next one larger than a store can write, and the node still shows that it lives.
func TestACheckpointStaysWritable(t *testing.T) {
	n := watcher(epoch)
	n.rules.rowsBytes = 1 << 20
	sh := &Shape{Name: "d", Version: 1, Steps: []StepShape{{Name: "a", Kind: Compensatable, Timeout: time.Hour}}}
	n.shapes[shapeKey{"d", 1}], n.runs[shapeKey{"d", 1}] = sh.withDefaults(&Config{Timeout: time.Hour}), true
	state := fields{{"text", json.RawMessage(`"` + strings.Repeat("x", 100<<10) + `"`)}}
	for i := range 200 { // twenty times what a checkpoint may have
		n.start(&startRequest{ID: fmt.Sprint(i), Key: shapeKey{"d", 1}, Hash: []byte("h"), State: state}, epoch)
	}
	at, rows, largest, beats := epoch, 0, 0, 0
	var stuck *Checkpoint
	for step := 0; rows < 200 && step < 10_000; step++ {
		for _, e := range n.pump(at) {
			switch e := e.(type) {
			case appendRow:
				if len(n.flight) == 0 {
					beats++
				}
				n.appended(nil, at)
			case writeRows:
				size := 0
				c := e.words()
				for i := range c.Rows {
					size += len(c.Rows[i].Data) + len(c.History[i].Entries)
				}
				largest, rows = max(largest, size), rows+len(c.Rows)
				stuck = &c
			}
		}
		at = at.Add(50 * time.Millisecond)
		n.tick(at)
		if stuck != nil && step%200 == 199 { // each takes ten seconds
			stuck = nil
			n.checkpointed(at)
		}
	}
	if rows != 200 || largest > 5<<20 {
		t.Errorf("%d of 200 rows were written, the largest checkpoint has %d bytes; want all, and at most 5 MiB", rows, largest)
	}
	if beats == 0 {
		t.Error("while it waited for the checkpoint, the node appended nothing and looked dead")
	}
}

// An append that begins before the last one was counted is no way around what a checkpoint may have:
// twice as much, and what one row of the journal brings.
func TestManyAppendsAtOnceStayWithinACheckpoint(t *testing.T) {
	n := alone()
	n.rules.rowsBytes = 100_000
	state := fields{{"text", json.RawMessage(`"` + strings.Repeat("x", 1_500) + `"`)}}
	at, largest, made := epoch, 0, 0
	var row, checkpoint bool
	for round := range 400 {
		for range 60 {
			made++
			n.start(&startRequest{ID: fmt.Sprint(made), Key: shapeKey{"d", 1}, Hash: []byte("h"), State: state, answer: make(chan startAnswer, 1)}, at)
		}
		if row {
			row = false
			n.appended(nil, at)
		}
		if checkpoint && round%7 == 6 {
			checkpoint = false
			n.checkpointed(at)
		}
		for _, e := range n.pump(at) {
			switch e := e.(type) {
			case appendRow:
				row = true
			case writeRows:
				size := 0
				for c, i := e.words(), 0; i < len(c.Rows); i++ {
					size += len(c.Rows[i].Data) + len(c.History[i].Entries)
				}
				largest, checkpoint = max(largest, size), true
			}
		}
		at = at.Add(50 * time.Millisecond)
		n.tick(at)
	}
	if limit := n.rules.rowsBytes; largest < limit || largest > 5*limit/2 {
		t.Errorf("the largest checkpoint has %d bytes, with %d for it and as much for the append that comes last", largest, limit)
	}
}
