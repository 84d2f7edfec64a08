package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/seosa-dev/saga"
)

// StartInstance implements [saga.Starter]: call [saga.Definition.Start] with the Bound. The tables of a
// [Store] must be in the same file. The transaction must be one that may write from its beginning
// (BEGIN IMMEDIATE), as those of a [Database] are. It keeps everybody else from writing to the file
// until it ends, an engine on the same file too, so end it soon, and start nothing on an engine meanwhile: that
// would wait for the end of this transaction. Call [saga.Engine.Wake] after the commit.
func (b Bound) StartInstance(ctx context.Context, beginning saga.Beginning) (saga.Instance, error) {
	return beginning.In(ctx, transaction(b))
}

// Deliver is [saga.Engine.Deliver] in the transaction: the replies are there when it commits, and what
// is rolled back was never said. What holds for StartInstance holds for it too. Data may take 64 KiB.
func (b Bound) Deliver(ctx context.Context, replies ...saga.Reply) error {
	return saga.DeliverIn(ctx, transaction(b), replies...)
}

// transaction implements [saga.Transaction].
type transaction Bound

const (
	startKeySQL = keysHead + `(?, ?, ?, '', 0)` + keysTail
	startRowSQL = rowsHead + `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)` + rowsTail
	chunkSQL    = historyHead + `(?, ?, ?)` + historyTail
	sendOneSQL  = sendHead + `(?, ?, ?, ?)` + sendTail
	rowSQL      = `select ` + instanceColumns + ` from saga_id as names
		cross join saga_instance as i on i.num = names.num where names.id = ?`
)

// Start implements [saga.Transaction].
func (t transaction) Start(ctx context.Context, k saga.StartKey, r saga.Row, first saga.Chunk) (*saga.StartKey, *saga.Row, error) {
	done, err := t.tx.ExecContext(ctx, startKeySQL, k.ID, k.Definition, bytes(k.Hash))
	if err != nil {
		return nil, nil, t.wrap(err, "start")
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		key, row, bad := t.found(ctx, k.ID)
		return key, row, t.wrap(errors.Join(err, bad), "start")
	}
	_, err = t.tx.ExecContext(ctx, startRowSQL, rowArgs(nil, &r)...)
	if err == nil {
		_, err = t.tx.ExecContext(ctx, chunkSQL, first.ID, first.Seq, bytes(first.Entries))
	}
	return nil, nil, t.wrap(err, "start")
}

// found is what stands under an id.
func (t transaction) found(ctx context.Context, id string) (*saga.StartKey, *saga.Row, error) {
	keys, err := t.Keys(ctx, []string{id})
	if err == nil && len(keys) != 1 {
		err = fmt.Errorf("the key of %q is there and cannot be read", id)
	}
	if err != nil {
		return nil, nil, err
	}
	rows, err := t.tx.QueryContext(ctx, rowSQL, id)
	found, err := collect(rows, err, func(rows *sql.Rows) (saga.Row, error) { return scanRow(rows) })
	if err != nil || len(found) == 0 {
		return &keys[0], nil, err
	}
	return &keys[0], &found[0], nil
}

// Shape implements [saga.Transaction].
func (t transaction) Shape(ctx context.Context, name string, version int) ([]byte, error) {
	var sh saga.StoredShape
	err := t.tx.QueryRowContext(ctx, shapeSQL, name, version).Scan(&sh.Name, &sh.Version, &sh.Data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return sh.Data, t.wrap(err, "shape")
}

// Keys implements [saga.Transaction].
func (t transaction) Keys(ctx context.Context, ids []string) ([]saga.StartKey, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, wrap(err, "keys")
	}
	rows, err := t.tx.QueryContext(ctx, keysSQL, string(list))
	keys, err := collect(rows, err, scanKey)
	return keys, t.wrap(err, "keys")
}

// Send implements [saga.Transaction].
func (t transaction) Send(ctx context.Context, commands []saga.Command) error {
	for i := range commands {
		c := &commands[i]
		if _, err := t.tx.ExecContext(ctx, sendOneSQL, c.ID, c.Instance, c.Sent.UnixMicro(), bytes(c.Data)); err != nil {
			return t.wrap(err, "send")
		}
	}
	list, err := idList(len(commands), func(i int) string { return commands[i].Instance })
	if err == nil {
		_, err = t.tx.ExecContext(ctx, holdSQL, list)
	}
	return t.wrap(err, "send")
}

// wrap says what to do if the tables of sagas are elsewhere.
func (t transaction) wrap(err error, method string) error {
	if err != nil && strings.Contains(err.Error(), "no such table: saga_") {
		return fmt.Errorf("sqlite: %s: the tables of sagas are not in this file; open a Store on it once, with Open: %w", method, err)
	}
	return wrap(err, method)
}
