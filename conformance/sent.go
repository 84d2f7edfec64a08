package conformance

import (
	"fmt"

	"github.com/seosa-dev/saga"
)

func sentChecks() []check {
	return []check{
		{"Commands/of-one-instance", func(e *env) {
			e.join("x")
			e.rows(heldBy("x", "s"), ended("t"))
			e.wantSent("s")
			e.send(sentAt(command("new", "s"), 1), command("b", "s"), command("a", "s"), sentAt(command("old", "s"), -1),
				command("other", "t"), command("no row", "unknown"))
			e.wantSent("s", "old", "a", "b", "new")
			e.wantSent("t", "other")
			e.wantSent("unknown", "no row")
			e.wantSent("nobody's")
			e.answer("x", 1, answer("a", "done"), answer("old", ""))
			e.wantSent("s", `old ""`, `a "done"`, "b", "new")
			e.must(e.store.Instances().Forget(e.ctx, noon()), "forget")
			e.wantSent("s", `a "done"`, "b", "new")
		}},
	}
}

// wantSent wants exactly these commands to be stored for an instance, in this order; one that is
// answered is written with its answer.
func (e *env) wantSent(instance string, want ...string) {
	e.Helper()
	sent, err := e.store.Reader().Commands(e.ctx, instance)
	e.must(err, "commands of %q", instance)
	got := []string{}
	for _, c := range sent {
		text := c.Command.ID
		if c.Answered {
			text += fmt.Sprintf(" %q", c.Answer.Data)
		}
		got = append(got, text)
		plain := saga.Command{ID: c.Command.ID, Instance: instance, Sent: c.Sent, Data: []byte("data of " + c.Command.ID)}
		if !sameCommand(c.Command, plain) || c.Answer.ID != c.Command.ID {
			e.Errorf("commands of %q: got %+v, want %+v and its answer", instance, c, plain)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		e.Errorf("commands of %q: got %q, want %q", instance, got, want)
	}
}
