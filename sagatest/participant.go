package sagatest

import (
	"context"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
)

// Participant is the model of a participant with a barrier, as package participant builds them: it
// applies each key at most once, answers a repeat as it answered first, absorbs the undo of nothing
// and then refuses the late original, and fences. Whether it refuses or does nothing is the
// explorer's choice. Get one from [World.Participant]; a step's functions call it with the Key of
// their Attempt and return what it says.
type Participant struct {
	name string
	run  *run
	keys map[saga.Key]*record
}

// record is what a participant keeps of an action's key.
type record struct {
	applied, undone bool
	forbidden       bool // fenced, or undone before it was applied
	refused, by     int  // when it refused, and which call; 0 if it did not
}

// Participant returns the model of the participant of that name, the same one for the same name.
// One participant may serve several steps.
func (w *World) Participant(name string) *Participant {
	p := w.run.participants[name]
	if p == nil {
		p = &Participant{name: name, run: w.run, keys: map[saga.Key]*record{}}
		w.run.participants[name] = p
	}
	return p
}

// Do makes the effect of an action's key, once. It returns nil, an error that is [saga.Refused] or
// [saga.NotDone], one that says nothing, or ctx's.
func (p *Participant) Do(ctx context.Context, key saga.Key) error {
	rec, err := p.record(ctx, "Do", key, false)
	switch {
	case err != nil:
		return err
	case rec.undone, rec.forbidden:
		return p.says(key, fmt.Errorf("%w: %s forbids %s", saga.Refused, p.name, key))
	case rec.applied:
		return p.says(key, nil)
	case rec.refused > 0 && !p.overtaken(rec, key):
		return p.says(key, fmt.Errorf("%w: %s has refused %s before", saga.Refused, p.name, key))
	}
	err = p.run.answer(p.name, key, anyAnswer, func() error {
		rec.applied = true
		if p.run.kindOf(key) != saga.ReadOnly { // else it is an answer, and no effect
			p.run.happened(key)
		}
		return nil
	})
	if errors.Is(err, saga.Refused) {
		rec.refused, rec.by = p.run.calls, p.run.sent
	}
	return err
}

// says is a call that changes nothing.
func (p *Participant) says(key saga.Key, what error) error {
	return p.run.answer(p.name, key, setOf(BreaksBefore), func() error { return what })
}

// overtaken reports whether a refusal does not hold for this call, because the call was on its way
// already when the refusal was given. Only a replayable step promises that its replies are kept; but
// nobody refuses one copy of a call and does the other.
func (p *Participant) overtaken(rec *record, key saga.Key) bool {
	return p.run.sent < rec.refused && p.run.sent != rec.by && !p.run.replayable(key)
}

// Undo takes back the effect of an undo's key, once. Without an effect it forbids that it ever
// comes. It returns nil, an error that is [saga.Refused] or [saga.NotDone], one that says nothing, or
// ctx's.
func (p *Participant) Undo(ctx context.Context, key saga.Key) error {
	rec, err := p.record(ctx, "Undo", key, true)
	switch {
	case err != nil:
		return err
	case rec.undone:
		return p.says(key, nil)
	}
	return p.run.answer(p.name, key, anyAnswer, func() error {
		rec.forbidden = true
		if rec.applied {
			rec.undone = true
			p.run.happened(key)
		}
		return nil
	})
}

// Probe says what happened to an action's key so far: nil if it took effect, [saga.Refused] if it
// never will, [saga.NotDone] if it has not. Any other error says nothing.
func (p *Participant) Probe(ctx context.Context, key saga.Key) error {
	rec, err := p.record(ctx, "Probe", key, false)
	switch {
	case err != nil:
		return err
	case rec.undone, rec.forbidden:
		return p.says(key, fmt.Errorf("%w: %s forbids %s", saga.Refused, p.name, key))
	case rec.applied:
		return p.says(key, nil)
	case rec.refused > 0 && p.run.replayable(key):
		return p.says(key, fmt.Errorf("%w: %s has refused %s before", saga.Refused, p.name, key))
	}
	return p.says(key, fmt.Errorf("%w: %s has not seen %s", saga.NotDone, p.name, key))
}

// Fence says whether an action's key took effect, with nil, and otherwise forbids it for ever, with
// [saga.Refused]. Any other error says nothing.
func (p *Participant) Fence(ctx context.Context, key saga.Key) error {
	rec, err := p.record(ctx, "Fence", key, false)
	forbids := func() error {
		rec.forbidden = true
		return fmt.Errorf("%w: %s forbids %s", saga.Refused, p.name, key)
	}
	switch {
	case err != nil:
		return err
	case rec.applied && !rec.undone:
		return p.says(key, nil)
	case rec.forbidden:
		return p.says(key, forbids())
	}
	return p.run.answer(p.name, key, setOf(BreaksBefore, BreaksAfter), forbids)
}

func (p *Participant) record(ctx context.Context, method string, key saga.Key, undo bool) (*record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := p.run.stepOf(key); err != nil || key.Undo != undo {
		if err == nil {
			err = fmt.Errorf("key %s is of the other direction; actions, probes and fences have one key, compensations another", key)
		}
		p.run.violate(Explorable, "%s.%s: %v", p.name, method, err)
		return nil, err
	}
	key = key.Action()
	rec := p.keys[key]
	if rec == nil {
		rec = &record{}
		p.keys[key] = rec
	}
	return rec, nil
}

// kindOf is the kind of a key's step.
func (r *run) kindOf(key saga.Key) saga.Kind { return r.of.steps[r.of.step(key.Step)].kind }
