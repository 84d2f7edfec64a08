package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

func pageChecks() []check {
	return []check{
		{"Page/a-thousand", pageThousand},
		{"Page/equal-times", pageEqualTimes},
		{"Page/more", pageMore},
		{"Page/all-of-a-taken-row", pageTakenRow},
		{"Page/all-of-own-rows", func(e *env) {
			e.rows(later(heldBy("x", "s")), later(heldBy("x", "t")))
			e.send(several("s", 40)...)
			e.send(several("t", 40)...)
			got := e.claimAll(saga.Claim{Node: "x", Own: true, After: command("s/0010", "s"), Limit: 3})
			if len(got.Rows) != 2 || len(got.Commands) != 80 || got.More {
				e.Errorf("got %d rows, %d commands and More %v, want 2, 80 and false", len(got.Rows), len(got.Commands), got.More)
			}
		}},
		{"Page/hides-no-row", func(e *env) {
			e.rows(later(heldBy("x", "hangs")), later(sleeping("s")), later(sleeping("t")))
			e.send(several("hangs", 300)...)
			e.send(command("z", "s"), command("zz", "t")) // after all of these
			got := e.claimAll(saga.Claim{Node: "x", Limit: 5})
			rows := ids(got.Rows)
			slices.Sort(rows)
			if !slices.Equal(rows, []string{"s", "t"}) || len(got.Commands) != 7 || !got.More {
				e.Errorf("got rows %q, commands %q and More %v, want s and t, 5 commands before theirs, and true",
					rows, commandIDs(got.Commands), got.More)
			}
		}},
		{"Page/rows-of-many-commands", func(e *env) {
			e.rows(later(sleeping("s")), later(sleeping("t")), later(sleeping("u")))
			for _, id := range []string{"s", "t", "u"} {
				e.send(several(id, 50)...)
			}
			got := e.claimAll(saga.Claim{Node: "x", Limit: 2})
			if len(got.Rows) != 2 || len(got.Commands) != 100 || got.More {
				e.Errorf("got %d rows, %d commands and More %v, want 2, 100 and false", len(got.Rows), len(got.Commands), got.More)
			}
		}},
		{"Page/follows-its-row", pageFollows},
	}
}

// several makes n commands for an instance, all sent at noon.
func several(instance string, n int) (commands []saga.Command) {
	for i := range n {
		commands = append(commands, command(fmt.Sprintf("%s/%04d", instance, i), instance))
	}
	return commands
}

// sentAt is a command that was sent so many microseconds after noon.
func sentAt(c saga.Command, micros int) saga.Command {
	c.Sent = noon().Add(time.Duration(micros) * time.Microsecond)
	return c
}

// told makes a claim that has to take no row and to return exactly these commands.
func (e *env) told(c saga.Claim, more bool, want ...string) saga.Claimed {
	e.Helper()
	got := e.claimAll(c)
	if have := commandIDs(got.Commands); len(got.Rows) > 0 || !slices.Equal(have, append([]string{}, want...)) || got.More != more {
		e.Errorf("claim for %q after %q, at most %d: got rows %q, commands %q and More %v, want none, %q and %v",
			c.Node, c.After.ID, c.Limit, ids(got.Rows), have, got.More, want, more)
	}
	return got
}

// pageThousand goes through many commands that cannot be answered yet, as a node does whose
// instances hang in a call.
func pageThousand(e *env) {
	const total, limit = 1000, 64
	rows := []saga.Row{later(heldBy("other", "others"))}
	for i := range 20 {
		rows = append(rows, later(heldBy("x", fmt.Sprint("own ", i))), ended(fmt.Sprint("ended ", i)))
	}
	e.rows(rows...)
	var sent, want []saga.Command
	for i := range total {
		cmd := command(fmt.Sprintf("%04d", i*7919%total), rows[1+i%40].ID)
		cmd = sentAt(cmd, i/30)
		cmd.Ended = i%2 == 1
		want = append(want, cmd)
		sent = append(sent, cmd, sentAt(command(fmt.Sprint("other ", i), "others"), i/30), sentAt(command(fmt.Sprint("nobody's ", i), "unknown"), i/30))
	}
	slices.SortFunc(want, oldestFirst)
	e.send(sent...)
	var told []saga.Command
	for c := (saga.Claim{Node: "x", Due: noon(), Limit: limit}); ; {
		got := e.claimAll(c)
		told = append(told, got.Commands...)
		if full := len(got.Commands) == limit; full != got.More || len(got.Rows) > 0 || len(told) > total {
			e.Fatalf("after %d commands: got %d more, rows %q and More %v", len(told)-len(got.Commands), len(got.Commands), ids(got.Rows), got.More)
		}
		if !got.More {
			break
		}
		last := got.Commands[limit-1]
		c.After = saga.Command{ID: last.ID, Sent: last.Sent}
	}
	if !slices.EqualFunc(told, want, sameCommand) {
		e.Errorf("the pages have %d commands, want %d, each once and in order", len(told), total)
	}
}

func oldestFirst(a, b saga.Command) int {
	if c := a.Sent.Compare(b.Sent); c != 0 {
		return c
	}
	if a.ID < b.ID {
		return -1
	}
	return 1
}

// pageEqualTimes has commands that only their ids tell apart, and places that are no command's.
func pageEqualTimes(e *env) {
	e.join("x")
	e.rows(later(heldBy("x", "s")), ended("t"))
	e.send(command("d", "s"), command("b", "t"), command("a", "s"), command("c", "t"), command("e", "s"),
		sentAt(command("1", "s"), 1), sentAt(command("z", "t"), -1))
	ask := func(id string, micros, limit int) saga.Claim {
		return saga.Claim{Node: "x", Due: noon(), After: sentAt(saga.Command{ID: id}, micros), Limit: limit}
	}
	e.told(ask("", -9, 3), true, "z", "a", "b")
	e.told(ask("b", 0, 2), true, "c", "d")
	e.told(ask("d", 0, 2), false, "e", "1")
	e.told(ask("1", 1, 2), false)
	e.told(ask("bb", 0, 10), false, "c", "d", "e", "1")
	e.told(ask("", 1, 10), false, "1")
	e.answer("x", 1, answer("c", "done"))
	e.told(ask("c", 0, 10), false, "d", "e", "1")
	e.told(ask("b", 0, 1), true, "d")
}

// pageMore has exactly as many commands as the limit, one more, and some that do not count.
func pageMore(e *env) {
	e.rows(later(heldBy("x", "s")), ended("t"), later(heldBy("y", "other")))
	e.send(command("a", "s"), command("b", "t"))
	e.send(command("c", "other"), command("d", "unknown"))
	ask := saga.Claim{Node: "x", Due: noon(), Limit: 2}
	e.told(ask, false, "a", "b")
	e.rows(later(sleeping("u")))
	e.send(several("u", 3)...)
	got := e.claimAll(ask)
	if want := []string{"a", "b", "u/0000", "u/0001", "u/0002"}; !slices.Equal(commandIDs(got.Commands), want) || got.More {
		e.Errorf("got commands %q and More %v, want %q and false: none was left out", commandIDs(got.Commands), got.More, want)
	}
	e.told(ask, true, "a", "b")
	ask.Limit = 4
	e.told(ask, true, "a", "b", "u/0000", "u/0001")
	ask.Limit = 5
	e.told(ask, false, "a", "b", "u/0000", "u/0001", "u/0002")
}

// pageTakenRow wants every command of a row that a claim takes, also those before the page, and
// beside them a page of others.
func pageTakenRow(e *env) {
	rows := []saga.Row{later(heldBy("x", "own")), later(sleeping("s")), sleeping("now")}
	e.rows(rows...)
	var want []saga.Command
	for i := range 300 {
		want = append(want, sentAt(command(fmt.Sprintf("s %03d", i), "s"), i), sentAt(command(fmt.Sprintf("now %03d", i), "now"), i))
	}
	own := several("own", 30)
	e.send(want...)
	e.send(own...)
	want = append(want, own[21:25]...)
	slices.SortFunc(want, oldestFirst)
	got := e.claimAll(saga.Claim{Node: "x", Due: noon(), After: own[20], Limit: 4})
	if !slices.Equal(ids(got.Rows), []string{"now", "s"}) {
		e.Fatalf("got rows %q, want now and s", ids(got.Rows))
	}
	if !slices.EqualFunc(got.Commands, want, sameCommand) || !got.More {
		e.Errorf("got %d commands and More %v, want all 600 of the rows and 4 others, oldest first, and true", len(got.Commands), got.More)
	}
	if again := e.claimAll(saga.Claim{Node: "x", Due: noon(), Limit: 4}); len(again.Commands) != 4 || !again.More {
		e.Errorf("the claim after it: got %d commands and More %v, want 4 and true", len(again.Commands), again.More)
	}
}

// pageFollows moves a row from hand to hand; its commands come to whoever has it.
func pageFollows(e *env) {
	ask := func(node string) saga.Claim { return saga.Claim{Node: node, Due: noon(), Limit: 10} }
	e.send(command("c", "s"))
	e.rows(later(heldBy("x", "s")))
	e.send(command("d", "s"))
	e.told(ask("y"), false)
	e.told(ask("x"), false, "c", "d")
	e.rows(later(heldBy("y", "s")))
	e.told(ask("x"), false)
	e.told(ask("y"), false, "c", "d")
	e.rows(later(sleeping("s")))
	e.woke("z", 10, []string{"s"}, "c", "d")
	e.told(ask("y"), false)
	e.told(ask("z"), false, "c", "d")
	e.rows(ended("s"))
	for _, node := range []string{"x", "y", "z"} {
		for _, cmd := range e.told(ask(node), false, "c", "d").Commands {
			if !cmd.Ended {
				e.Errorf("command %s: its row is not live any more, and Ended is false", cmd.ID)
			}
		}
	}
}
