package drivers

import (
	"slices"

	"github.com/seosa-dev/saga/internal/overlay"
)

// SQLite is package sqlite.
func SQLite() Driver {
	return Driver{"sqlite", slices.Concat(inSQLiteJournal(), inSQLiteTransaction(), inSQLiteRows(), inSQLiteLedger())}
}

func inSQLiteJournal() []Bug {
	const appends, checkpoint, writer, tail = "sqlite/append.go", "sqlite/checkpoint.go", "sqlite/writer.go", "sqlite/tail.go"
	const before = "pos = ?2 - 1 and kind in (0, 1)"
	return []Bug{
		{"a taken position accepted", "a position holds one append for ever", "^TestConformance$/^Append$", []overlay.Edit{
			{File: appends, Old: before + "\n\t\ton conflict do nothing", New: before + "\n\t\ton conflict do update set entries = excluded.entries, starts = excluded.starts"},
		}},
		{"an append without its predecessor", "the row before it exists", "^TestConformance$/^Append$", []overlay.Edit{
			{File: appends, Old: before, New: "pos = (select max(pos) from saga_journal where node = ?1 and pos < ?2) and kind in (0, 1)"},
		}},
		{"an append after a seal", "the row before it is not a seal", "^TestConformance$/^Append$", []overlay.Edit{
			{File: appends, Old: before, New: "pos = ?2 - 1 and kind in (0, 1, 2)"},
		}},
		{"a repeat that is not compared", "only the same append byte for byte is a repeat", "^TestConformance$/^Append$", []overlay.Edit{
			{File: appends, Old: "kind = 1 and entries = ? and starts = ?", New: "kind = 1 and ? is not null and ? is not null"},
		}},
		{"a used key started again", "an id is started once, for ever", "^TestConformance$/^Start$", []overlay.Edit{
			{File: appends, Old: "pos = excluded.pos where node is null`", New: "pos = excluded.pos`"},
		}},
		{"an append acknowledged before its commit", "all of it durably", "^TestConformance$/^Durable$/append", []overlay.Edit{
			{File: appends, Old: "	_, err := w.appendRow(ctx, a, nil)\n", New: "	_, _ = w.commit.ExecContext(ctx)\n	_, _ = w.begin.ExecContext(ctx)\n	_, err := w.appendRow(ctx, a, nil)\n"},
			{File: writer, Old: "	_, err := w.begin.ExecContext(ctx)\n", New: "	_, _ = w.commit.ExecContext(ctx)\n	_, err := w.begin.ExecContext(ctx)\n"},
		}},
		{"entries read out of order", "a journal is read in order of position", "^TestConformance$/^Tail$/order", []overlay.Edit{
			{File: tail, Old: "where node = ? order by pos`", New: "where node = ? order by cast(pos as text)`"},
		}},
		{"a tail read in two snapshots", "journal and rows are read in one snapshot", "^TestConformance$/^Tail$", []overlay.Edit{
			{File: tail, Old: "tx.QueryContext(ctx, ownedSQL, node)", New: "j.s.reads.QueryContext(ctx, ownedSQL, node)"},
		}},
		{"a checkpoint of positions that are gone", "it trims exactly what it folds", "^TestConformance$/^Guard$", []overlay.Edit{
			{File: checkpoint, Old: "	n, err := changed(ctx, w.trim, c.Node, c.From, end)\n	return exactly(n, max(end-c.From, 1), err)\n",
				New: "	_, err := changed(ctx, w.trim, c.Node, c.From, end)\n	return err\n"},
		}},
		{"a refused checkpoint that writes its rows", "it does all of this or nothing", "^TestConformance$/^Guard$", []overlay.Edit{
			{File: checkpoint, Old: "w *writer) error {\n		return w.transaction(ctx, func() error {\n			if err := w.fold(ctx, c); err != nil {\n				return err\n			}\n",
				New: "w *writer) (err error) {\n		defer func() {\n			if err == nil {\n				err = w.transaction(ctx, func() error { return w.fold(ctx, c) })\n			}\n		}()\n		return w.transaction(ctx, func() error {\n"},
		}},
		{"a seal trimmed away", "seals stay, so that a journal has an end for ever", "^TestConformance$/^Drain$", []overlay.Edit{
			{File: checkpoint, Old: "`update saga_journal set kind = 3 where node = ?", New: "`delete from saga_journal where node = ?"},
		}},
		{"a drain without a seal", "an owner could still append", "^TestConformance$/^Drain$", []overlay.Edit{
			{File: checkpoint, Old: "c.Node, c.To+1)\n		if err := exactly(n, 1, err)", New: "c.Node, c.To+1)\n		if err := exactly(n, n, err)"},
		}},
	}
}

func inSQLiteTransaction() []Bug {
	const transaction = "sqlite/transaction.go"
	return []Bug{
		{"a used key started again by a transaction", "an id is started once, for ever", "^TestConformance$/^Transaction$", []overlay.Edit{
			{File: transaction, Old: "`(?, ?, ?, '', 0)` + keysTail", New: "`(?, ?, ?, '', 0) on conflict (id) do update set node = ''`"},
		}},
		{"a row that is written over", "a taken id is left as it is", "^TestConformance$/^Transaction$", []overlay.Edit{
			{File: transaction, Old: "		key, row, bad := t.found(ctx, k.ID)", New: "		_, _ = t.tx.ExecContext(ctx, startRowSQL, rowArgs(nil, &r)...)\n		key, row, bad := t.found(ctx, k.ID)"},
		}},
		{"a beginning without its history", "a key, a row and a chunk, or none of them", "^TestConformance$/^Transaction$", []overlay.Edit{
			{File: transaction, Old: "t.tx.ExecContext(ctx, chunkSQL, first.ID, first.Seq, bytes(first.Entries))", New: "t.tx.ExecContext(ctx, `select 1`)"},
		}},
		{"commands that no claim finds", "those for a held row go to its owner, and those for a dormant one to anybody", "^TestConformance$/^Transaction$", []overlay.Edit{
			{File: transaction, Old: "t.tx.ExecContext(ctx, holdSQL, list)", New: "t.tx.ExecContext(ctx, `select ?`, list)"},
		}},
	}
}

func inSQLiteRows() []Bug {
	const claim, command = "sqlite/claim.go", "sqlite/command.go"
	return []Bug{
		{"a claim that ignores owners", "only what nobody or a drained node owns is claimed", "^TestConformance$/^(Claim|Owner)$", []overlay.Edit{
			{File: claim, Old: "`(owner = '' or (select kind", New: "`(owner is not null or (select kind"},
		}},
		{"a claim of a sealed node's row", "its journal says more than its rows until it is drained", "^TestConformance$/^Owner$", []overlay.Edit{
			{File: claim, Old: "limit 1) = 3)`", New: "limit 1) >= 2)`"},
		}},
		{"a claim that forgets the former owner", "who held a row may have called its step", "^TestConformance$/^Claim$", []overlay.Edit{
			{File: claim, Old: "set former = case owner when ?1 then former else owner end, owner = ?1", New: "set owner = ?1"},
		}},
		{"an answer that overwrites the first", "the first answer stays", "^TestConformance$/^Answer$", []overlay.Edit{
			{File: command, Old: "where id = ? and answer is null`", New: "where id = ?`"},
		}},
	}
}

func inSQLiteLedger() []Bug {
	const ledger, operation, local = "sqlite/ledger.go", "sqlite/operation.go", "sqlite/func.go"
	return []Bug{
		{"a refusal that leaves its change", "a refusal is recorded, and what the work had changed is taken back", "^TestLedger$/^Operation$/a-refusal", []overlay.Edit{
			{File: operation, Old: "`rollback to saga_work`", New: "`select 1`"},
		}},
		{"a local step's refusal that leaves its change", "a refusal is recorded, and what the work had changed is taken back", "^TestLedger$/^Local$/done-once", []overlay.Edit{
			{File: local, Old: "return savepoint(ctx, tx, work)", New: "return work()"},
		}},
		{"an undo that comes first is not remembered", "a do that arrives later is refused", "^TestLedger$/^Operation$/every-call", []overlay.Edit{
			{File: ledger, Old: "e participant.Entry) error {\n", New: "e participant.Entry) error {\n	if e.State == participant.Cancelled {\n		return nil\n	}\n"},
		}},
		{"an effect committed before its reply", "effect, row and reply are one transaction", "^TestLedger$/^Reply$", []overlay.Edit{
			{File: operation, Old: "{ return Bind(tx).Append(ctx, m) }", New: "{ _, _ = tx.ExecContext(ctx, `commit; begin immediate`); return Bind(tx).Append(ctx, m) }"},
		}},
	}
}
