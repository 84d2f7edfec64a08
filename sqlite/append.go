package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
)

type journal struct{ s *Store }

const (
	joinSQL = `insert into saga_journal (node, pos, kind, entries, starts)
		select ?1, 0, 0, x'', x'' where not exists (select 1 from saga_journal where node = ?1)`
	// The row before holds the place: it must be there and not be an end. A row that is already at
	// the place stays as it is.
	appendSQL = `insert into saga_journal (node, pos, kind, entries, starts)
		select ?1, ?2, 1, ?3, ?4 from saga_journal where node = ?1 and pos = ?2 - 1 and kind in (0, 1)
		on conflict do nothing`
	sameSQL = `select count(*) from saga_journal
		where node = ? and pos = ? and kind = 1 and entries = ? and starts = ?`
	takenSQL = `select k.id from json_each(?) as ids cross join saga_id as k on k.id = ids.value
		where not (k.node = ? and k.pos = ?)`
	keysHead = `insert into saga_id (id, definition, hash, node, pos) values `
	// An id without a key belongs to an instance that nobody started here.
	keysTail = ` on conflict (id) do update set definition = excluded.definition,
		hash = excluded.hash, node = excluded.node, pos = excluded.pos where node is null`
)

// Join implements [saga.Journal].
func (j journal) Join(ctx context.Context, node string, lease time.Duration) error {
	// Also if the answer is lost: then nobody uses the name, and who holds nothing is not missed.
	j.s.mu.Lock()
	j.s.joined[node] = lease
	j.s.mu.Unlock()
	return j.s.write(ctx, func(ctx context.Context, w *writer) error {
		n, err := changed(ctx, w.join, node)
		if err == nil && n == 0 {
			err = fmt.Errorf("%w: %s has been used", saga.ErrSealed, node)
		}
		return wrap(err, "join")
	})
}

// Append implements [saga.Journal].
func (j journal) Append(ctx context.Context, a saga.Append) (taken []string, err error) {
	err = j.s.write(ctx, func(ctx context.Context, w *writer) error {
		if len(a.Starts) == 0 && len(a.Answers) == 0 {
			return w.appendOnly(ctx, a)
		}
		return w.transaction(ctx, func() (err error) {
			taken, err = w.appendMore(ctx, a)
			return err
		})
	})
	if err != nil {
		return nil, wrap(err, "append")
	}
	return taken, nil
}

// appendOnly needs no transaction around it: it is one statement.
func (w *writer) appendOnly(ctx context.Context, a saga.Append) error {
	_, err := w.appendRow(ctx, a, nil)
	return err
}

// appendMore appends with starts or answers. A repeat finds both stored already.
func (w *writer) appendMore(ctx context.Context, a saga.Append) ([]string, error) {
	fresh, err := w.appendRow(ctx, a, digest(a))
	if err != nil {
		return nil, err
	}
	if fresh {
		if err := w.answer(ctx, a.Answers); err != nil {
			return nil, err
		}
		n, err := w.keys.exec(ctx, len(a.Starts), func(args []any, i int) []any {
			k := &a.Starts[i]
			return append(args, k.ID, k.Definition, bytes(k.Hash), a.Node, a.Position)
		})
		if err != nil || n == int64(len(a.Starts)) {
			return nil, err
		}
	}
	if len(a.Starts) == 0 {
		return nil, nil
	}
	return w.takenBy(ctx, a)
}

// appendRow reports whether the row is new: if not, the same append went in before.
func (w *writer) appendRow(ctx context.Context, a saga.Append, starts []byte) (fresh bool, err error) {
	n, err := changed(ctx, w.appendAt, a.Node, a.Position, bytes(a.Entries), bytes(starts))
	if err != nil || n == 1 {
		return true, err
	}
	var same int
	err = w.same.QueryRowContext(ctx, a.Node, a.Position, bytes(a.Entries), bytes(starts)).Scan(&same)
	if err == nil && same == 0 {
		err = fmt.Errorf("%w: %s cannot append at %d", saga.ErrSealed, a.Node, a.Position)
	}
	return false, err
}

// takenBy returns the starts whose key another append holds. A key never changes hands, so the
// answer to a repeat is the answer to the first.
func (w *writer) takenBy(ctx context.Context, a saga.Append) ([]string, error) {
	ids := make([]string, len(a.Starts))
	for i := range a.Starts {
		ids[i] = a.Starts[i].ID
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := w.taken.QueryContext(ctx, string(list), a.Node, a.Position)
	return collect(rows, err, func(rows *sql.Rows) (id string, err error) {
		return id, rows.Scan(&id)
	})
}

// digest stands for the starts and answers in the journal's row, so that a repeat can be compared.
func digest(a saga.Append) []byte {
	h := sha256.New()
	number := func(n int) { h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	field := func(s string) {
		number(len(s))
		h.Write([]byte(s))
	}
	number(len(a.Starts)) // where they end and the answers begin
	for i := range a.Starts {
		field(a.Starts[i].ID)
		field(a.Starts[i].Definition)
		field(string(a.Starts[i].Hash))
	}
	for i := range a.Answers {
		field(a.Answers[i].ID)
		field(string(a.Answers[i].Data))
	}
	return h.Sum(nil)
}
