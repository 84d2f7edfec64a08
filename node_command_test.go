package saga

import (
	"testing"
	"time"
)

// A command that is refused must not leave the instance lying that it was taken in for.
func TestRefusedCommandLeavesNothingLying(t *testing.T) {
	n := alone()
	sh := simShapes()[0]
	key := shapeKey{sh.Name, 1}
	n.shapes[key], n.runs[key] = sh, true
	in, err := decide(sh, &instance{ID: "i", Definition: sh.Name, Version: 1, Hash: []byte("h")}, happened{kind: EventStarted, at: epoch})
	if err != nil {
		t.Fatal(err)
	}
	row := in.row("", sh)
	word := &order{Format: format, Verb: Compensate, By: "kim", Reason: "r", Seen: "otherwise"}
	p := Preview{Intervention: Intervention{Verb: word.Verb, By: word.By, Reason: word.Reason},
		Effects: []Effect{{Instance: Instance{ID: "i"}, seen: word.Seen}}}
	commands, err := p.Commands(epoch, func(string) string { return "c" })
	if err != nil {
		t.Fatal(err)
	}
	n.tick(epoch)
	n.claimed(Claim{Node: n.id, Limit: 10}, Claimed{Rows: []Row{row}, Commands: commands}, epoch)
	effects := n.pump(epoch)
	if calls := only[callStep](effects); len(calls) != 1 {
		t.Errorf("%d calls, want the open step's", len(calls))
	}
	if rows := only[appendRow](effects); len(rows) != 1 || len(rows[0].Answers) != 1 {
		t.Errorf("appends %+v, want one with the answer", rows)
	}
	n.appended(nil, epoch.Add(time.Millisecond))
	if n.commands["c"] != commandAnswered {
		t.Errorf("the command is %v, want answered", n.commands["c"])
	}
}

// A node that leaves makes no intervention any more: whoever claims the instance next hears of it.
func TestLeavingNodeLeavesTheCommand(t *testing.T) {
	n := alone()
	sh := simShapes()[0]
	key := shapeKey{sh.Name, 1}
	n.shapes[key], n.runs[key] = sh, true
	n.start(&startRequest{ID: "i", Key: key, Hash: []byte("h"), State: fields{}}, epoch)
	n.pump(epoch)
	n.appended(nil, epoch)
	call := only[callStep](n.pump(epoch))[0]
	p := Preview{Intervention: Intervention{Verb: Stop, By: "kim", Reason: "r"}, Effects: []Effect{{Instance: Instance{ID: "i"}}}}
	commands, err := p.Commands(epoch, func(string) string { return "c" })
	if err != nil {
		t.Fatal(err)
	}
	n.claimed(Claim{Node: n.id, Limit: 10}, Claimed{Commands: commands}, epoch)
	n.quit(epoch, epoch.Add(time.Second))
	n.answered("i", call.Serial, happened{at: epoch, outcome: Succeeded})
	for _, row := range only[appendRow](n.pump(epoch)) {
		if len(row.Answers) > 0 {
			t.Errorf("it answered %s", row.Answers)
		}
	}
}

// A reply whose sender gave up while it was being appended has a row by then, and the row is answered.
func TestAReplyThatWasGivenARowAfterAllIsAnswered(t *testing.T) {
	n := alone()
	sh := simShapes()[4]
	key := shapeKey{sh.Name, 1}
	n.shapes[key], n.runs[key] = sh, true
	n.start(&startRequest{ID: "i", Key: key, Hash: []byte("h"), State: fields{}}, epoch)
	n.pump(epoch)
	n.appended(nil, epoch)
	call := only[callStep](n.pump(epoch))[0]
	n.answered("i", call.Serial, happened{at: epoch, outcome: Pending})
	n.pump(epoch)
	n.appended(nil, epoch)
	r := Reply{Key: Key{Instance: "i", Step: sh.Steps[0].Name}, Outcome: Succeeded}
	c, err := r.command("c", epoch, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if _, taken := n.takeReplies([]Command{c}, epoch); len(taken) != 1 {
		t.Fatal("the node holds the instance, and does not take the reply")
	}
	fold := only[callStep](n.pump(epoch))[0]
	n.answered("i", fold.Serial, happened{at: epoch, outcome: Succeeded})
	if rows := only[appendRow](n.pump(epoch)); len(rows) != 1 || len(rows[0].Answers) != 0 {
		t.Fatalf("appends %+v, want one without an answer", rows)
	}
	delete(n.direct, "c") // as its sender does, who then stores it
	n.appended(nil, epoch)
	n.handed([]Command{c}, epoch)
	for _, row := range only[appendRow](n.pump(epoch)) {
		if len(row.Answers) == 1 && row.Answers[0].ID == "c" {
			return
		}
	}
	t.Errorf("the row is never answered; the command is %v", n.commands["c"])
}
