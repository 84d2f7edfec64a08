package saga

import (
	"context"
	"encoding/json"
)

// openStart is a start in a transaction of somebody's that has not ended.
type openStart struct {
	id  string
	end func(commit bool) error
}

// ownTransaction begins a transaction that starts an instance, or ends one that is open. While it is
// open, nodes start the same id.
func (w *world) ownTransaction() {
	if len(w.opened) > 0 && (w.started >= 12 || w.chance(50)) {
		w.endTransaction(w.rng.IntN(len(w.opened)))
		return
	}
	ctx := context.Background()
	tx, end, err := w.store.(interface {
		Begin(ctx context.Context) (Transaction, func(commit bool) error, error)
	}).Begin(ctx)
	w.ok(err)
	id, sh := w.nextStart()
	in := &instance{ID: id, Definition: sh.Name, Version: 1, Hash: []byte(id), State: fields{{"in", json.RawMessage(`"x"`)}}}
	in, first, err := in.begun(sh, w.at)
	w.ok(err)
	key, _, err := tx.Start(ctx, StartKey{ID: id, Definition: sh.Name, Hash: in.Hash}, in.row("", sh), first)
	switch {
	case OutcomeOf(err) == NotDone: // another one holds it
		w.seen["held for a transaction"]++
		w.ok(end(false))
	case err != nil || key != nil:
		w.ok(err)
		w.ok(end(true))
	default:
		w.log(id, "started in a transaction")
		w.opened = append(w.opened, openStart{id, end})
	}
}

func (w *world) endTransaction(i int) {
	o := w.opened[i]
	w.opened = append(w.opened[:i:i], w.opened[i+1:]...)
	commit := w.chance(70)
	w.ok(o.end(commit))
	w.log(o.id, "the transaction ends, committed %v", commit)
	if !commit {
		w.seen["transaction rolled back"]++
		return
	}
	w.seen["transaction committed"]++
	w.acked[o.id] = true
	if w.chance(50) {
		w.nodes[w.rng.IntN(len(w.nodes))].woken(w.at)
	}
}
