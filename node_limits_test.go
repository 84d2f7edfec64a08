package saga

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// alone is a node with one definition of two replayable steps, driven by hand.
func alone() *node {
	c := (*Config)(nil).withDefaults()
	n := newNode("n1", defaultRules(&c), epoch)
	step := StepShape{Kind: Compensatable, Compensation: true, Replayable: true}
	a, b := step, step
	a.Name, b.Name = "a", "b"
	n.shapes[shapeKey{"d", 1}] = Shape{Name: "d", Version: 1, Steps: []StepShape{a, b}}.withDefaults(&c)
	n.runs[shapeKey{"d", 1}] = true
	return n
}

func (n *node) startOf(id string, state int, at time.Time) {
	text, _ := json.Marshal(strings.Repeat("x", state))
	n.start(&startRequest{ID: id, Key: shapeKey{"d", 1}, Hash: []byte(id), State: fields{{"s", text}}}, at)
}

// only returns the effects of one type.
func only[E effect](effects []effect) []E {
	var out []E
	for _, e := range effects {
		if e, ok := e.(E); ok {
			out = append(out, e)
		}
	}
	return out
}

// Journal rule 14: what is not checkpointed yet is bounded; starts and claims wait for it.
func TestStartsAndClaimsWaitForTheCheckpoint(t *testing.T) {
	n := alone()
	n.rules.behindBytes = 2000
	n.startOf("big", 3000, epoch)
	n.pump(epoch)
	n.appended(nil, epoch)
	first, second := epoch.Add(100*time.Millisecond), epoch.Add(1200*time.Millisecond)
	n.tick(first)
	if writes := only[writeRows](n.pump(first)); len(writes) != 1 {
		t.Fatalf("%d checkpoints, want one at once", len(writes))
	}
	n.claimed(Claim{}, Claimed{}, first)
	// The checkpoint is out; more piles up behind it.
	n.startOf("more", 3000, first)
	n.pump(first)
	n.appended(nil, first)
	n.pump(first)
	n.startOf("held", 10, second)
	n.tick(second) // past the next poll
	effects := n.pump(second)
	if a := only[appendRow](effects); len(a) > 0 {
		t.Fatalf("behind by %d bytes, and still %d appends", n.behind, len(a))
	}
	if c := only[claimRows](effects); len(c) != 1 || !c[0].Wanted {
		t.Fatalf("behind by %d bytes, it claims %+v; want only what people want", n.behind, c)
	}
	var appends []appendRow
	for range 2 { // of the first, and of what piled up behind it
		n.checkpointed(second)
		appends = append(appends, only[appendRow](n.pump(second))...)
	}
	if len(appends) != 1 || len(appends[0].Starts) != 1 || appends[0].Starts[0].ID != "held" {
		t.Errorf("after the checkpoint the held start is not appended: %+v", appends)
	}
}

// It hears what people want all the same.
func TestFullNodeClaimsNothingThatIsOnlyDue(t *testing.T) {
	n := alone()
	n.rules.maxResidents = 1
	n.startOf("i", 10, epoch)
	n.pump(epoch)
	n.appended(nil, epoch)
	n.tick(epoch.Add(2 * time.Second))
	if c := only[claimRows](n.pump(epoch.Add(2 * time.Second))); len(c) != 1 || !c[0].Wanted {
		t.Errorf("a node that is full claims %+v; want only what people want", c)
	}
}

// A row of the journal stays small, its starts are sorted, and nothing is left out.
func TestAppendsAreCutAndSorted(t *testing.T) {
	n := alone()
	n.rules.rowBytes = 3000
	for i := range 20 {
		n.startOf(fmt.Sprintf("i-%02d", (i*7)%20), 500, epoch)
	}
	var ids []string
	for len(ids) < 20 {
		rows := only[appendRow](n.pump(epoch))
		if len(rows) != 1 {
			t.Fatalf("%d appends at once", len(rows))
		}
		if len(rows[0].Entries) > 4000 {
			t.Errorf("a row of %d bytes", len(rows[0].Entries))
		}
		var here []string
		for _, k := range rows[0].Starts {
			here = append(here, k.ID)
		}
		if !slices.IsSorted(here) {
			t.Errorf("starts out of order: %q", here)
		}
		ids = append(ids, here...)
		n.appended(nil, epoch)
	}
}

// An outcome that nothing waits for shares the next append, but not for longer than a moment.
func TestLazyOutcomesAreAppendedSoon(t *testing.T) {
	n := alone()
	n.tick(epoch)
	n.startOf("i", 10, epoch)
	n.pump(epoch)
	n.appended(nil, epoch)
	call := only[callStep](n.pump(epoch))[0]
	n.answered("i", call.Serial, happened{at: epoch, outcome: Succeeded})
	effects := n.pump(epoch)
	if len(only[appendRow](effects)) > 0 || len(only[callStep](effects)) != 1 {
		t.Fatalf("the next replayable step does not run ahead of its append: %v", effects)
	}
	at := n.nextTick()
	if at.Sub(epoch) > 10*time.Millisecond {
		t.Fatalf("the node looks again after %v", at.Sub(epoch))
	}
	n.tick(at)
	if len(only[appendRow](n.pump(at))) != 1 {
		t.Error("it is never appended")
	}
}

// A start that is not durable yet may find its id taken; a leaving node must write nothing after it.
func TestLeavingNodeWritesNothingOfATakenStart(t *testing.T) {
	n := alone()
	n.startOf("theirs", 10, epoch)
	n.pump(epoch)
	n.quit(epoch, epoch.Add(time.Second))
	n.pump(epoch)
	n.appended([]string{"theirs"}, epoch)
	n.found("theirs", &StartKey{ID: "theirs", Definition: "d", Hash: []byte("theirs"), Node: "n0"}, nil, nil, epoch)
	for _, e := range n.pump(epoch) {
		switch e := e.(type) {
		case appendRow:
			t.Errorf("it appends %s", e.Entries)
		case sealSelf:
			if rows := e.words().Rows; len(rows) > 0 {
				t.Errorf("it writes the row of another's instance: %+v", rows)
			}
		}
	}
}
