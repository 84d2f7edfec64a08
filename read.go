package saga

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Get returns an instance as it is durable now, if this engine holds it, and otherwise as its row
// says, at most one checkpoint old. The error matches [ErrNotFound].
func (e *Engine) Get(ctx context.Context, id string) (Instance, error) {
	in, owner, err := e.get(ctx, id)
	if err != nil {
		return Instance{}, fmt.Errorf("instance %s: %w", id, err)
	}
	sh, err := e.anyShape(ctx, shapeKey{in.Definition, in.Version})
	return in.public(sh, owner), err
}

// Find returns the instances that match, the latest start first, as their rows say. Of one whose row
// is damaged it returns what is left, without steps; Detail says what is wrong.
func (e *Engine) Find(ctx context.Context, f Filter) ([]Instance, error) {
	f, possible := f.possible()
	if !possible {
		return []Instance{}, nil
	}
	rows, err := e.store.Reader().Find(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("find instances: %w", err)
	}
	out := make([]Instance, 0, len(rows))
	for _, row := range rows {
		in, err := fromRow(row)
		if err != nil { // the others are still to be seen
			out = append(out, row.broken(err))
			continue
		}
		sh, err := e.anyShape(ctx, shapeKey{in.Definition, in.Version})
		if err != nil {
			return nil, err
		}
		out = append(out, in.public(sh, row.Owner))
	}
	return out, nil
}

// possible leaves out ids that no instance has. It is false if nothing can match what is left: text
// that no store can hold cannot be asked for in every store either.
func (f Filter) possible() (Filter, bool) {
	if len(f.IDs) > 0 {
		f.IDs = slices.DeleteFunc(slices.Clone(f.IDs), func(id string) bool { return !validID(id) })
		if len(f.IDs) == 0 {
			return f, false
		}
	}
	for _, text := range []string{f.Definition, f.Step, f.Text, f.After, string(f.Reason)} {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return f, false
		}
	}
	return f, true
}

// Count returns how many instances stand in each status, as their rows say. A status that none has
// may be missing.
func (e *Engine) Count(ctx context.Context) (map[Status]int, error) {
	return e.store.Reader().Count(ctx)
}

// History returns the transitions of an instance in order, as far as they are checkpointed.
// The error matches [ErrNotFound] if the id has no history yet.
func (e *Engine) History(ctx context.Context, id string) ([]Event, error) {
	if !validID(id) { // no instance has it, and not every store can be asked for it
		return nil, fmt.Errorf("history of %s: %w", id, ErrNotFound)
	}
	chunks, err := e.store.Reader().History(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", id, err)
	}
	if len(chunks) == 0 {
		return nil, fmt.Errorf("history of %s: %w", id, ErrNotFound)
	}
	var events []Event
	var in instance
	for _, c := range chunks {
		entries, err := unwrap(c.Entries)
		if err != nil {
			return nil, fmt.Errorf("history of %s: %w", id, err)
		}
		for i := range entries {
			if in, err = in.fold(&entries[i]); err != nil {
				return nil, fmt.Errorf("history of %s: %w", id, err)
			}
			sh, err := e.anyShape(ctx, shapeKey{in.Definition, in.Version})
			if err != nil {
				return nil, err
			}
			events = append(events, entries[i].event(&in, sh))
		}
	}
	return events, nil
}

// get prefers what this engine holds to what the store has.
func (e *Engine) get(ctx context.Context, id string) (*instance, string, error) {
	type held struct {
		in    *instance
		owner string
		ok    bool
	}
	answer := make(chan held, 1)
	select {
	case <-e.ready:
		err := e.send(ctx, func(n *node, _ time.Time) {
			in, ok := n.peek(id)
			answer <- held{in, n.id, ok}
		})
		if err != nil && ctx.Err() != nil {
			return nil, "", err
		}
		select {
		case h := <-answer:
			if h.ok {
				return h.in, h.owner, nil
			}
		case <-e.closed:
		case <-ctx.Done():
			return nil, "", context.Cause(ctx)
		}
	default:
	}
	return e.stored(ctx, id)
}

// stored is what key and row say of an instance.
func (e *Engine) stored(ctx context.Context, id string) (*instance, string, error) {
	if !validID(id) {
		return nil, "", ErrNotFound
	}
	key, row, err := lookUp(ctx, e.store, id)
	switch {
	case err != nil:
		return nil, "", err
	case row != nil:
		in, err := fromRow(*row)
		return in, row.Owner, err
	case key != nil: // it is in a journal, and no checkpoint has written it yet
		return &instance{ID: id, Definition: key.Definition, Hash: key.Hash, progress: progress{Status: Running}}, key.Node, nil
	}
	return nil, "", ErrNotFound
}
