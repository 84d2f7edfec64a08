package conformance

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

func answerChecks() []check {
	return []check{
		{"Answer/ends-a-command", func(e *env) {
			e.join("x")
			e.rows(heldBy("x", "s"))
			e.send(command("c", "s"), command("d", "s"))
			e.answered(map[string]string{}, "c", "d")
			e.answer("x", 1, answer("c", "done"))
			e.answered(map[string]string{"c": "done"}, "c", "d", "unknown")
			e.answered(map[string]string{})
			e.woke("x", 10, nil, "d")
			e.answer("x", 2, answer("d", ""))
			e.answered(map[string]string{"c": "done", "d": ""}, "d", "c")
			e.woke("x", 10, nil)
		}},
		{"Answer/wakes-no-row", func(e *env) {
			e.join("x")
			e.rows(later(sleeping("s")))
			e.send(command("c", "s"))
			e.answer("x", 1, answer("c", "done"))
			e.woke("y", 10, nil)
		}},
		{"Answer/first-stays", func(e *env) {
			e.join("x", "y")
			e.send(command("c", "s"))
			e.answer("x", 1, answer("c", "first"))
			e.answer("x", 2, answer("c", "second"))
			e.answer("y", 1, answer("c", "third"))
			e.answered(map[string]string{"c": "first"}, "c")
		}},
		{"Answer/to-an-unknown-command", func(e *env) {
			e.join("x")
			e.rows(ended("s"))
			e.answer("x", 1, answer("c", "to nobody"))
			e.answered(map[string]string{}, "c")
			e.send(command("c", "s"))
			e.woke("x", 10, nil, "c")
		}},
		{"Answer/with-the-entries-or-not-at-all", answerRefused},
		{"Answer/repeat", answerRepeat},
		{"Answer/several-at-once", answersAtOnce},
		{"Answer/of-many", answersOfMany},
		{"Answer/keeps-no-slice", answerKeepsNoSlice},
		{"Send/once", sendOnce},
		{"Send/of-many", sendMany},
		{"Forget/answered-ones-sent-before", forgetAnswered},
	}
}

func answer(id, data string) saga.Answer { return saga.Answer{ID: id, Data: []byte(data)} }

// answer appends answers, and nothing else.
func (e *env) answer(node string, pos int64, answers ...saga.Answer) {
	e.Helper()
	_, err := e.store.Journal().Append(e.ctx, saga.Append{Node: node, Position: pos, Answers: answers})
	e.must(err, "append of answers at %q/%d", node, pos)
}

// answered wants exactly these answers to those of the commands.
func (e *env) answered(want map[string]string, ids ...string) {
	e.Helper()
	got, err := e.store.Instances().Answers(e.ctx, ids)
	e.must(err, "answers")
	for _, a := range got {
		if data, there := want[a.ID]; !there || data != string(a.Data) {
			e.Errorf("answer to %q: got %q, want %q (there is one: %v)", a.ID, a.Data, data, there)
		}
	}
	if len(got) != len(want) {
		e.Errorf("answers to %q: got %d, want %d", ids, len(got), len(want))
	}
}

// answerRefused wants no answer of an append that was refused, and all of one that went in.
func answerRefused(e *env) {
	e.filled("a", 2)
	e.filled("sealed", 2)
	e.seal("sealed")
	e.rows(ended("s"))
	e.send(command("c", "s"))
	for _, refused := range []saga.Append{
		entry("a", 2, "other"), entry("a", 1, ""), entry("a", 4, "x", start("t")), entry("sealed", 3, "x"),
		entry("sealed", 4, "x"), entry("unknown", 1, "x"), entry("a", 2, "2"),
	} {
		refused.Answers = []saga.Answer{answer("c", "refused")}
		e.unchanged([]string{"a", "sealed", "unknown"}, []string{"s", "t"}, func() {
			e.appendRefused(refused, "with an answer")
		})
		e.answered(map[string]string{}, "c")
	}
	e.woke("x", 10, nil, "c")
	all := entry("a", 3, "goes in", start("t"))
	all.Answers = []saga.Answer{answer("unknown", "?"), answer("c", "went in")}
	taken, err := e.store.Journal().Append(e.ctx, all)
	e.must(err, "append with entries, starts and answers")
	if len(taken) > 0 || len(e.keys("t")) != 1 {
		e.Errorf("taken %q, keys %v; want t started", taken, e.keys("t"))
	}
	e.wantTail("a", "0 joined", `1 entries "1"`, `2 entries "2"`, `3 entries "goes in"`)
	e.answered(map[string]string{"c": "went in"}, "c", "unknown")
}

// answerRepeat makes appends again that went in: they change nothing, and with other answers they
// are other appends.
func answerRepeat(e *env) {
	e.join("a", "b")
	e.append("b", 1, "x", start("u"))
	e.send(command("c", "s"), command("d", "s"))
	bare := saga.Append{Node: "a", Position: 1, Answers: []saga.Answer{answer("c", "1"), answer("late", "1")}}
	full := entry("a", 2, "full", start("t"), start("u"))
	full.Answers = []saga.Answer{answer("d", "2")}
	var want [][]string
	for _, a := range []saga.Append{bare, full} {
		taken, err := e.store.Journal().Append(e.ctx, a)
		e.must(err, "append with answers")
		want = append(want, taken)
	}
	e.send(command("late", "s")) // the repeat is not its answer
	for i, a := range []saga.Append{bare, full} {
		e.repeat(a, want[i]...)
		for _, other := range [][]saga.Answer{nil, {answer("c", "other")}, append(slices.Clone(a.Answers), answer("d", "1"))} {
			a.Answers = other
			e.unchanged([]string{"a"}, nil, func() { e.appendRefused(a, "which holds one with other answers") })
		}
	}
	e.answered(map[string]string{"c": "1", "d": "2"}, "c", "d", "late")
}

// answersAtOnce answers one command from several nodes; whoever reads is told the same from then on.
func answersAtOnce(e *env) {
	const nodes = 5
	for i := range nodes {
		e.join(fmt.Sprint(i))
	}
	for round := range 10 {
		id := fmt.Sprint("c", round)
		e.send(command(id, "s"))
		seen := make([]string, nodes)
		e.together(nodes, func(i int) error {
			a := saga.Append{Node: fmt.Sprint(i), Position: int64(round + 1), Answers: []saga.Answer{answer(id, fmt.Sprint("of ", i))}}
			if _, err := e.store.Journal().Append(e.ctx, a); err != nil {
				return err
			}
			got, err := e.store.Instances().Answers(e.ctx, []string{id})
			if len(got) == 1 {
				seen[i] = string(got[0].Data)
			}
			return err
		})
		for i := range seen {
			if seen[i] == "" || seen[i] != seen[0] {
				e.Fatalf("command %s: different answers were read: %q", id, seen)
			}
		}
	}
}

func answersOfMany(e *env) {
	const n = 700
	var commands []saga.Command
	var answers []saga.Answer
	var asked []string
	want := map[string]string{}
	for i := range n {
		id := fmt.Sprintf("%05d", i)
		commands = append(commands, command(id, "s"))
		asked = append(asked, id, id+" unknown")
		if i%3 == 0 {
			answers, want[id] = append(answers, answer(id, "of "+id)), "of "+id
		}
	}
	e.join("x")
	e.send(commands...)
	e.answer("x", 1, answers...)
	e.answered(want, asked...)
}

func answerKeepsNoSlice(e *env) {
	e.join("x")
	e.rows(heldBy("x", "s"))
	cmd, done := command("c", "s"), answer("c", "done")
	e.send(cmd)
	copy(cmd.Data, "XXXX")
	for range 2 {
		told := e.woke("x", 10, nil, "c")
		if len(told) != 1 || string(told[0].Data) != "data of c" {
			e.Fatalf("the command changed to %+v with the caller's slice", told)
		}
		copy(told[0].Data, "YYYY")
	}
	answers := []saga.Answer{done}
	e.answer("x", 1, answers...)
	copy(done.Data, "XXXX")
	e.answered(map[string]string{"c": "done"}, "c")
	e.repeat(saga.Append{Node: "x", Position: 1, Answers: []saga.Answer{answer("c", "done")}})
}

func sendOnce(e *env) {
	e.join("x")
	e.rows(heldBy("x", "s"), heldBy("x", "t"))
	first := command("c", "s")
	other := saga.Command{ID: "c", Instance: "t", Sent: noon().Add(time.Hour), Data: []byte("other")}
	e.send()
	e.send(first, other)
	e.send(other, command("d", "t"))
	told := e.woke("x", 10, nil, "c", "d")
	if len(told) > 0 && !sameCommand(told[0], first) {
		e.Errorf("got %+v, want what was sent first, %+v", told[0], first)
	}
	e.answer("x", 1, answer("c", "done"))
	e.send(first, other)
	e.woke("x", 10, nil, "d")
	e.answered(map[string]string{"c": "done"}, "c")
}

// sendMany uses numbers of commands around those that a driver may write at once, and awkward names.
func sendMany(e *env) {
	e.join("x")
	e.rows(heldBy("x", "s"))
	var want []string
	for _, n := range []int{1, 7, 8, 9, 31, 32, 33, 100} {
		var commands []saga.Command
		for i := range n {
			commands = append(commands, command(fmt.Sprintf("%03d of %03d", i, n), "s"))
		}
		e.send(commands...)
		want = append(want, commandIDs(commands)...)
	}
	for _, name := range awkward() {
		e.rows(heldBy("x", name))
		odd := command(name, name)
		odd.Data = bytes.Repeat([]byte{0, 0xff, 0xfe, 'x'}, 1000)
		e.send(odd)
		want = append(want, name)
	}
	slices.Sort(want)
	for _, cmd := range e.woke("x", 1000, nil, want...) {
		long := cmd.Instance != "s"
		if long && cmd.Instance != cmd.ID || long != (len(cmd.Data) == 4000) {
			e.Errorf("command %q came for %q with %d bytes", cmd.ID, cmd.Instance, len(cmd.Data))
		}
	}
}

func forgetAnswered(e *env) {
	e.join("x")
	e.rows(heldBy("x", "s"))
	for i, id := range []string{"old", "old waiting", "at", "new"} {
		cmd := command(id, "s")
		cmd.Sent = noon().Add(time.Duration(max(i-2, min(i-1, 0))) * time.Microsecond)
		e.send(cmd)
	}
	e.answer("x", 1, answer("old", "1"), answer("at", "2"), answer("new", "3"))
	e.must(e.store.Instances().Forget(e.ctx, noon()), "forget")
	e.answered(map[string]string{"at": "2", "new": "3"}, "old", "old waiting", "at", "new")
	e.woke("x", 10, nil, "old waiting")
	e.must(e.store.Instances().Forget(e.ctx, noon().Add(time.Hour)), "forget")
	e.answered(map[string]string{}, "old", "old waiting", "at", "new")
	e.woke("x", 10, nil, "old waiting")
}
