package conformance

import (
	"slices"

	"github.com/seosa-dev/saga"
)

func repeatChecks() []check {
	return []check{
		{"Repeat/same-answer", repeatSame},
		{"Repeat/after-more-went-in", func(e *env) {
			e.join("a", "b")
			e.append("b", 1, "x", start("s"))
			e.append("a", 1, "first", start("s"), start("t"))
			e.append("a", 2, "second")
			e.repeat(entry("a", 1, "first", start("s"), start("t")), "s")
			e.repeat(entry("a", 2, "second"))
		}},
		{"Repeat/after-a-seal", func(e *env) {
			e.join("a")
			e.append("a", 1, "first", start("s"))
			e.append("a", 2, "second")
			e.seal("a")
			e.repeat(entry("a", 1, "first", start("s")))
			e.repeat(entry("a", 2, "second"))
		}},
		{"Repeat/after-the-row-before-was-folded", func(e *env) {
			e.join("a")
			e.append("a", 1, "first")
			e.append("a", 2, "second")
			e.append("a", 3, "third", start("s"))
			e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 2})
			e.repeat(entry("a", 3, "third", start("s")))
		}},
		{"Repeat/at-once", repeatAtOnce},
	}
}

// repeat makes an append again that went in before, and wants the given answer and no change.
func (e *env) repeat(a saga.Append, want ...string) {
	e.Helper()
	e.unchanged([]string{a.Node}, []string{"s", "t", "u"}, func() {
		e.Helper()
		taken, err := e.store.Journal().Append(e.ctx, a)
		e.must(err, "append at %q/%d, repeated", a.Node, a.Position)
		slices.Sort(taken)
		if !slices.Equal(taken, want) {
			e.Errorf("append at %q/%d, repeated: taken %q, want %q", a.Node, a.Position, taken, want)
		}
	})
}

func repeatSame(e *env) {
	e.join("a", "b")
	e.append("b", 1, "x", start("t"))
	appends := []saga.Append{
		entry("a", 1, "no starts"),
		entry("a", 2, "free", start("s")),
		entry("a", 3, "taken", start("t")),
		entry("a", 4, "both", start("t"), start("u")),
		entry("a", 5, ""),
		entry("a", 6, "its own", start("s")),
	}
	for _, a := range appends {
		first, err := e.store.Journal().Append(e.ctx, a)
		e.must(err, "append at %q/%d", a.Node, a.Position)
		slices.Sort(first)
		e.repeat(a, first...)
		e.repeat(a, first...)
	}
}

// repeatAtOnce sends one append several times at once, as one that was delayed and its repeats.
func repeatAtOnce(e *env) {
	e.join("a", "b")
	e.append("b", 1, "x", start("s"))
	for pos := int64(1); pos <= 20; pos++ {
		e.together(4, func(int) error {
			taken, err := e.store.Journal().Append(e.ctx, entry("a", pos, "same", start("s")))
			if err == nil && !slices.Equal(taken, []string{"s"}) {
				e.Errorf("append at %d, sent several times at once: taken %q, want s", pos, taken)
			}
			return err
		})
	}
	if n := len(e.tail("a").Positions); n != 21 {
		e.Errorf("the journal has %d positions, want 21", n)
	}
}
