package reference

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
)

// Nothing is the state of sagas that are explored for their shape.
type Nothing struct{}

// Shapes are all sagas of at most so many steps, by structure: compensatable steps, a pivot or none,
// retriable steps; in a line, with parallel branches at any place, with a branch of several steps (a
// group in order, which elsewhere is the same as a line); all of them asked about, all of them running
// ahead, or one of them answered by message. The name says which: "c", "r" and "w" are compensatable
// steps of these three kinds, "P" the pivot, "t" retriable steps, and "(c|cc)" branches.
func Shapes(most int) []saga.Definition[Nothing] {
	var all []saga.Definition[Nothing]
	for before := 0; before <= most; before++ {
		for pivots := 0; pivots <= 1; pivots++ {
			for after := 0; before+pivots+after <= most; after++ {
				if before+pivots+after > 0 {
					all = append(all, shapesOf(before, pivots, after)...)
				}
			}
		}
	}
	return all
}

func shapesOf(before, pivots, after int) (all []saga.Definition[Nothing]) {
	for _, kinds := range natures(before) {
		for _, first := range structures(kinds) {
			for _, last := range endings(after) {
				d := saga.Definition[Nothing]{Version: 1, Deadline: 10 * time.Minute}
				d.Name = first.name
				d.Steps = append(d.Steps, first.steps...)
				if pivots > 0 {
					d.Name += "P"
					d.Steps = append(d.Steps, natural('P', len(kinds)))
				}
				d.Name += last.name
				d.Steps = append(d.Steps, last.steps...)
				all = append(all, d)
			}
		}
	}
	return all
}

// natures are the kinds of so many compensatable steps.
func natures(n int) []string {
	if n == 0 {
		return []string{""}
	}
	of := func(kind byte, waits int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = kind
		}
		if waits >= 0 {
			b[waits] = 'w'
		}
		return string(b)
	}
	all := []string{of('c', -1), of('r', -1)}
	for i := range n {
		all = append(all, of("cr"[i%2], i))
	}
	return all
}

// part is some steps of a saga, and how their structure is written.
type part struct {
	name  string
	steps []saga.Step[Nothing]
}

// structures puts two steps or more into a group, or none.
func structures(kinds string) []part {
	line := func(from, to int) (steps []saga.Step[Nothing]) {
		for i := from; i < to; i++ {
			steps = append(steps, natural(kinds[i], i))
		}
		return steps
	}
	n := len(kinds)
	all := []part{{kinds, line(0, n)}}
	for from := range n {
		for to := from + 2; to <= n; to++ {
			add := func(inside string, grouped []saga.Step[Nothing]) {
				all = append(all, part{kinds[:from] + inside + kinds[to:], slices.Concat(line(0, from), grouped, line(to, n))})
			}
			branches := line(from, to)
			add("("+barred(kinds[from:to])+")", group(true, branches...))
			if len(branches) > 2 {
				two := append([]saga.Step[Nothing]{branches[0]}, group(false, branches[1:]...)...)
				two[1].Name = "rest"
				add("("+kinds[from:from+1]+"|"+kinds[from+1:to]+")", group(true, two...))
			}
		}
	}
	return all
}

// endings are so many retriable steps, in a line or at once.
func endings(n int) []part {
	var steps []saga.Step[Nothing]
	name := ""
	for i := range n {
		steps = append(steps, natural('t', i))
		name += "t"
	}
	all := []part{{name, steps}}
	if n > 1 {
		together := group(true, steps...)
		together[0].Name = "end"
		all = append(all, part{"(" + barred(name) + ")", together})
	}
	return all
}

func barred(kinds string) string {
	out := ""
	for i := range kinds {
		if i > 0 {
			out += "|"
		}
		out += kinds[i : i+1]
	}
	return out
}

func group(parallel bool, steps ...saga.Step[Nothing]) []saga.Step[Nothing] {
	return []saga.Step[Nothing]{{Name: "group", Parallel: parallel, Steps: steps}}
}

// natural is a step of one of the kinds. Its functions only say that it has them: see [sagatest.Model].
func natural(kind byte, i int) saga.Step[Nothing] {
	f := func(context.Context, *Nothing, saga.Attempt) error { return nil }
	st := saga.Step[Nothing]{Name: fmt.Sprintf("%c%d", kind, i), Action: f, Compensation: f}
	switch kind {
	case 'c':
		st.Probe, st.Fence = f, f
	case 'r':
		st.Replayable = true
	case 'w':
		st.Fence, st.ReplyTimeout, st.Reply = f, replyTimeout, func(*Nothing, saga.Reply) error { return nil }
	case 'P':
		st.Kind, st.Compensation, st.Probe, st.Fence = saga.Pivot, nil, f, f
	case 't':
		st.Kind, st.Compensation, st.Replayable = saga.Retriable, nil, i%2 == 0
		if i%2 > 0 {
			st.Probe = f
		}
	}
	return st
}

// Modelled is a shape with models of its participants.
func Modelled(d saga.Definition[Nothing]) func(*sagatest.World) sagatest.Case[Nothing] {
	return func(w *sagatest.World) sagatest.Case[Nothing] {
		return sagatest.Case[Nothing]{Definition: sagatest.Model(w, d)}
	}
}
