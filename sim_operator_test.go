package saga

import (
	"context"
	"fmt"
	"slices"
)

// sentCommand is an intervention that a person sent, to whoever holds the instance.
type sentCommand struct {
	id, instance string
	verb         Verb
	reply        Reply
	direct       directState // of a reply
}

// intervene is a person who does something to an instance, and who says only what is true.
func (w *world) intervene() {
	if w.started == 0 {
		return
	}
	id := fmt.Sprint("i", w.rng.IntN(w.started)+1)
	switch w.rng.IntN(4) {
	case 0:
		w.send(id, Intervention{Verb: Stop})
	case 1:
		w.send(id, Intervention{Verb: Compensate})
	case 2:
		w.send(id, Intervention{Verb: Retry})
	case 3:
		w.resolve(id)
	}
}

// resolve settles the open step as done if it is, which is all that a person can know for sure.
func (w *world) resolve(id string) {
	in, _, err := w.reading().stored(context.Background(), id)
	if err != nil || !in.live() || in.Marks == "" {
		return
	}
	sh, i := w.shapeOf(in.Definition), Intervention{Verb: Resolve, Outcome: Succeeded}
	if len(in.Others) > 0 && w.rng.IntN(2) == 0 {
		in = in.focused(in.Others[w.rng.IntN(len(in.Others))].Step)
		i.Step = sh.Steps[in.Step].Name
	}
	key := in.key(sh)
	p := w.parts[Key{Instance: id, Step: key.Step, Round: key.Round}]
	if p == nil || key.Undo && !p.undone || !key.Undo && (!p.applied || p.undone) {
		return
	}
	w.send(id, i)
}

// reading is an engine that only reads.
func (w *world) reading() *Engine {
	e := &Engine{store: w.store, config: (*Config)(nil).withDefaults(), shapes: map[shapeKey]*Shape{}}
	for _, sh := range w.shapes {
		e.shapes[shapeKey{sh.Name, 1}] = sh
	}
	return e
}

func (w *world) shapeOf(name string) *Shape {
	return w.shapes[slices.IndexFunc(w.shapes, func(s *Shape) bool { return s.Name == name })]
}

func (w *world) send(id string, i Intervention) {
	i.By, i.Reason, i.Filter = "kim", "a test", Filter{IDs: []string{id}}
	p, err := w.reading().Preview(context.Background(), i)
	w.ok(err)
	if p.Effects[0].Refused != nil {
		w.seen["intervention refused at once"]++
		return
	}
	commands, err := p.Commands(w.at, func(string) string { return fmt.Sprint("c", len(w.sent)) })
	w.ok(err)
	w.ok(w.store.Instances().Send(context.Background(), commands))
	w.log(id, "a person sends %s: %s", commands[0].ID, i.Verb)
	w.sent = append(w.sent, sentCommand{id: commands[0].ID, instance: id, verb: i.Verb})
}

func (w *world) allAnswered() bool {
	var ids []string
	for _, c := range w.sent {
		switch c.direct {
		case directAsked:
			return false
		case withRow, withRowAgain:
			ids = append(ids, c.id)
		}
	}
	answers, err := w.store.Instances().Answers(context.Background(), ids)
	w.ok(err)
	return len(answers) == len(ids)
}

// verifyCommands holds every answer against the history: what was made is there once, what was not
// made is not there.
func (w *world) verifyCommands() {
	for _, c := range w.sent {
		if c.direct == directDone {
			w.verifyReply(c, Result{}, w.inHistory(c))
			continue
		}
		answers, err := w.store.Instances().Answers(context.Background(), []string{c.id})
		w.ok(err)
		if len(answers) != 1 {
			w.fail(c.instance, "%s of %s has %d answers", c.verb, c.instance, len(answers))
		}
		want, r := 0, ResultOf(c.instance, answers[0])
		if c.verb == verbReply {
			w.verifyReply(c, r, w.inHistory(c))
			continue
		}
		if r.Err == nil {
			want = 1
			w.seen["intervention made"]++
		} else {
			w.seen["intervention refused later"]++
		}
		if made := len(w.inHistory(c)); made != want {
			w.fail(c.instance, "%s of %s was answered %s and is %d times in the history", c.verb, c.instance, answers[0].Data, made)
		}
	}
}

func (w *world) inHistory(c sentCommand) (made []entry) {
	chunks, err := w.store.Reader().History(context.Background(), c.instance)
	w.ok(err)
	for _, chunk := range chunks {
		entries, err := unwrap(chunk.Entries)
		w.ok(err)
		for _, e := range entries {
			if e.Command == c.id {
				made = append(made, e)
			}
		}
	}
	return made
}
