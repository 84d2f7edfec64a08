package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

func commandChecks() []check {
	return []check{
		{"Command/wakes-a-sleeping-row", commandWakes},
		{"Command/not-of-another-nodes-row", commandOfOthers},
		{"Command/of-a-drained-nodes-row", func(e *env) {
			e.drained("gone")
			e.rows(later(heldBy("gone", "s")))
			e.send(command("c", "s"))
			e.woke("x", 10, []string{"s"}, "c")
		}},
		{"Command/of-an-ended-row", func(e *env) {
			mine := ended("mine")
			mine.Owner = "x"
			e.rows(ended("s"), mine)
			e.send(command("c", "s"), command("d", "mine"))
			for _, node := range []string{"x", "y"} { // nobody owns them
				for _, cmd := range e.woke(node, 10, nil, "c", "d") {
					if !cmd.Ended {
						e.Errorf("command %s: its row is not live, and Ended is false", cmd.ID)
					}
				}
			}
		}},
		{"Command/waits-for-its-row", func(e *env) {
			e.join("x")
			e.append("x", 1, "s starts", start("s"))
			e.send(command("c", "s"), command("d", "unknown"))
			e.woke("x", 10, nil)
			e.checkpoint(saga.Checkpoint{Node: "x", From: 0, To: 1, Rows: []saga.Row{heldBy("x", "s")}})
			e.woke("x", 10, nil, "c")
		}},
		{"Command/several-for-a-row", func(e *env) {
			e.rows(later(sleeping("s")))
			e.send(command("b", "s"), command("a", "s"))
			e.woke("x", 10, []string{"s"}, "a", "b")
		}},
		{"Command/for-a-due-row", func(e *env) {
			e.rows(sleeping("s"), heldBy("x", "own"))
			e.send(command("c", "s"), command("d", "own"))
			got := e.claimAll(saga.Claim{Node: "x", Due: noon(), Own: true, Limit: 10})
			rows := ids(got.Rows)
			slices.Sort(rows)
			if !slices.Equal(rows, []string{"own", "s"}) || !slices.Equal(commandIDs(got.Commands), []string{"c", "d"}) {
				e.Errorf("got rows %q and commands %q, want each once", rows, commandIDs(got.Commands))
			}
		}},
		{"Command/of-a-row-claimed-by-id", commandByID},
		{"Command/only-wanted-rows", commandWanted},
		{"Command/order-and-limit", commandLimit},
		{"Command/limit-of-rows", commandRowLimit},
		{"Command/claimed-at-once", commandsAtOnce},
	}
}

// command is one that was sent at noon.
func command(id, instance string) saga.Command {
	return saga.Command{ID: id, Instance: instance, Sent: noon(), Data: []byte("data of " + id)}
}

// later is a row that is not due for a long time.
func later(r saga.Row) saga.Row {
	r.Due = noon().AddDate(1, 0, 0)
	return r
}

func commandIDs(commands []saga.Command) []string {
	list := []string{}
	for _, c := range commands {
		list = append(list, c.ID)
	}
	return list
}

func (e *env) send(commands ...saga.Command) {
	e.Helper()
	e.must(e.store.Instances().Send(e.ctx, commands), "send")
}

// woke makes a claim that has to return exactly these rows, in any order, and commands, in this
// order, which it returns.
func (e *env) woke(node string, limit int, rows []string, commands ...string) []saga.Command {
	e.Helper()
	got := e.claimAll(saga.Claim{Node: node, Due: noon(), Limit: limit})
	have := ids(got.Rows)
	slices.Sort(have)
	if !slices.Equal(have, rows) {
		e.Errorf("claim for %q: got rows %q, want %q", node, have, rows)
	}
	if have := commandIDs(got.Commands); !slices.Equal(have, commands) {
		e.Errorf("claim for %q: got commands %q, want %q", node, have, commands)
	}
	return got.Commands
}

func commandWakes(e *env) {
	never := sleeping("s")
	never.Due = time.Time{}
	e.rows(never, later(sleeping("t")), later(sleeping("u")))
	first, second := command("c", "s"), command("d", "t")
	second.Sent = noon().Add(time.Microsecond).In(time.FixedZone("far east", 9*3600))
	e.send(first, second)
	told := e.woke("x", 10, []string{"s", "t"}, "c", "d")
	for i, want := range []saga.Command{first, second} {
		if i < len(told) && !sameCommand(told[i], want) {
			e.Errorf("got command %+v, want %+v", told[i], want)
		}
	}
	for _, id := range []string{"s", "t"} {
		if owner := e.find(saga.Filter{IDs: []string{id}})[0].Owner; owner != "x" {
			e.Errorf("%s was claimed by x and is owned by %q", id, owner)
		}
	}
	e.woke("x", 10, nil, "c", "d") // until they are answered
	e.woke("y", 10, nil)
}

// sameCommand compares two commands that were not answered, times to the microsecond.
func sameCommand(a, b saga.Command) bool {
	return a.ID == b.ID && a.Instance == b.Instance && string(a.Data) == string(b.Data) && a.Ended == b.Ended &&
		a.Sent.UnixMicro() == b.Sent.UnixMicro() && a.Sent.Location() == time.UTC
}

func commandOfOthers(e *env) {
	e.join("live")
	e.filled("sealed", 1)
	e.seal("sealed")
	e.rows(later(heldBy("live", "a")), later(heldBy("sealed", "b")), heldBy("never joined", "c"))
	e.send(command("1", "a"), command("2", "b"), command("3", "c"))
	e.woke("x", 10, nil)
	e.woke("live", 10, nil, "1")
	e.woke("x", 10, nil)
	e.checkpoint(saga.Checkpoint{Node: "sealed", From: 0, To: 1, Drain: true})
	e.woke("x", 10, []string{"b"}, "2")
}

func commandLimit(e *env) {
	var rows []saga.Row
	for i := range 6 {
		rows = append(rows, later(heldBy("x", fmt.Sprint(i))))
	}
	e.join("x")
	e.rows(append(rows, later(heldBy("other", "o")))...)
	for _, c := range []struct {
		id, instance string
		seconds      int
	}{{"z", "1", 0}, {"old", "2", -5}, {"a", "3", 0}, {"others", "o", -9}, {"new", "1", 9}, {"m", "5", 0}} {
		cmd := command(c.id, c.instance)
		cmd.Sent = noon().Add(time.Duration(c.seconds) * time.Second)
		e.send(cmd)
	}
	e.woke("x", 10, nil, "old", "a", "m", "z", "new")
	e.woke("x", 2, nil, "old", "a")
	e.answer("x", 1, answer("old", "done"), answer("m", "done"))
	e.woke("x", 2, nil, "a", "z")
	e.woke("x", 3, nil, "a", "z", "new")
}

// commandByID wants the commands of the rows that a claim names, and wakes no others.
func commandByID(e *env) {
	e.rows(later(sleeping("s")), later(sleeping("t")))
	e.send(several("s", 20)...)
	e.send(command("t", "t"))
	got := e.claimAll(saga.Claim{Node: "x", IDs: []string{"s"}, Limit: 1})
	if !slices.Equal(ids(got.Rows), []string{"s"}) || !slices.EqualFunc(got.Commands, several("s", 20), sameCommand) || got.More {
		e.Errorf("got rows %q, commands %q and More %v, want s, all of its commands and false", ids(got.Rows), commandIDs(got.Commands), got.More)
	}
	e.woke("x", 20, []string{"t"}, append(commandIDs(got.Commands), "t")...)
}

// commandWanted wants claims that take nothing for being due.
func commandWanted(e *env) {
	e.rows(due("due", -9), due("due and wanted", -5), later(sleeping("wanted")), later(sleeping("sleeps")),
		later(heldBy("x", "own")), later(heldBy("other", "others")))
	e.send(command("1", "wanted"), command("2", "due and wanted"), command("3", "own"), command("4", "others"))
	e.claimed(saga.Claim{Node: "x", Due: noon(), IDs: []string{"sleeps"}, Wanted: true, Limit: 10}, "sleeps")
	wanted := saga.Claim{Node: "x", Due: noon(), Wanted: true, Limit: 10}
	got := e.claimAll(wanted)
	if rows := ids(got.Rows); !slices.Equal(rows, []string{"due and wanted", "wanted"}) {
		e.Errorf("got rows %q, want those for which a command waits", rows)
	}
	if told := commandIDs(got.Commands); !slices.Equal(told, []string{"1", "2", "3"}) || got.More {
		e.Errorf("got commands %q and More %v, want 1 to 3 and false", told, got.More)
	}
	e.told(wanted, false, "1", "2", "3")
	wanted.Own = true
	own := ids(e.claim(wanted))
	slices.Sort(own)
	if want := []string{"due and wanted", "own", "sleeps", "wanted"}; !slices.Equal(own, want) {
		e.Errorf("with its own rows: got %q, want %q", own, want)
	}
	e.claimed(saga.Claim{Node: "x", Due: noon(), Limit: 10}, "due")
}

// commandRowLimit wants due rows before those that only a command woke, and no command without its
// row.
func commandRowLimit(e *env) {
	e.rows(later(sleeping("a")), later(sleeping("b")), due("now", 0), due("before", -5))
	e.send(command("1", "a"), command("2", "b"))
	e.woke("x", 2, []string{"before", "now"})
	got := e.claimAll(saga.Claim{Node: "x", Due: noon(), Limit: 1})
	if len(got.Rows) != 1 || len(got.Commands) != 1 || got.Commands[0].Instance != got.Rows[0].ID {
		e.Fatalf("got rows %q and commands %+v, want one row and its command", ids(got.Rows), got.Commands)
	}
	if n := len(e.claimAll(saga.Claim{Node: "x", Due: noon(), Limit: 10}).Commands); n != 2 {
		e.Errorf("got %d commands after all rows were claimed, want 2", n)
	}
}

// commandsAtOnce lets several nodes claim rows that only commands wake. Each command is for the one
// that got the row, and for nobody else.
func commandsAtOnce(e *env) {
	const total, nodes = 60, 5
	var rows []saga.Row
	var commands []saga.Command
	for i := range total {
		id := fmt.Sprintf("%04d", i)
		rows = append(rows, later(sleeping(id)))
		commands = append(commands, command("c"+id, id), command("d"+id, id))
	}
	e.rows(rows...)
	e.send(commands...)
	got := make([][]saga.Row, nodes)
	told := make([][]saga.Command, nodes)
	e.together(nodes, func(i int) error {
		for {
			claimed, err := e.store.Instances().Claim(e.ctx, saga.Claim{Node: fmt.Sprint(i), Due: noon(), Limit: 2 * total})
			got[i], told[i] = append(got[i], claimed.Rows...), append(told[i], claimed.Commands...)
			if err != nil || len(claimed.Rows) == 0 {
				return err
			}
		}
	})
	owner := map[string]int{}
	for i := range got {
		for _, r := range got[i] {
			if first, twice := owner[r.ID]; twice {
				e.Errorf("%s was claimed by %d and by %d", r.ID, first, i)
			}
			owner[r.ID] = i
		}
	}
	heard := map[string]bool{}
	for i := range told {
		for _, c := range told[i] {
			heard[c.ID] = true
			if have, ok := owner[c.Instance]; !ok || have != i {
				e.Errorf("node %d was told of command %s for %s, which %d got", i, c.ID, c.Instance, have)
			}
		}
	}
	if len(owner) != total || len(heard) != len(commands) {
		e.Errorf("%d rows and %d commands came, want %d and %d", len(owner), len(heard), total, len(commands))
	}
}
