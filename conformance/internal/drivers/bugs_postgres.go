package drivers

import (
	"slices"

	"github.com/seosa-dev/saga/internal/overlay"
)

// Postgres is package postgres.
func Postgres() Driver {
	return Driver{"postgres", slices.Concat(inPostgresAppend(), inPostgresTransaction(), inPostgresCheckpoint(), inPostgresRows(), inPostgresLedger())}
}

func inPostgresAppend() []Bug {
	const appends, tail = "postgres/append.go", "postgres/tail.go"
	const before = "pos = $2 - 1 and kind < 2 for key share"
	return []Bug{
		{"a taken position accepted", "a position holds one append for ever", "^TestConformance$/^Append$/taken", []overlay.Edit{
			{File: appends, Old: "select $1, $2, 1, $3 from before`", New: "select $1, $2, 1, $3 from before on conflict (node, pos) do update set entries = excluded.entries`"},
		}},
		{"an append without its predecessor", "the row before it exists", "^TestConformance$/^Append$/without-predecessor", []overlay.Edit{
			{File: appends, Old: before, New: "pos = (select max(pos) from saga_journal where node = $1 and pos < $2) and kind < 2 for key share"},
		}},
		{"an append after a seal", "the row before it is not a seal", "^TestConformance$/^Append$/after-a-seal", []overlay.Edit{
			{File: appends, Old: before, New: "pos = $2 - 1 and kind < 3 for key share"},
		}},
		{"a predecessor that is not locked", "it is still there when the append goes in", "^TestALateAppendCannotTakeATrimmedPlace$", []overlay.Edit{
			{File: appends, Old: before, New: "pos = $2 - 1 and kind < 2"},
		}},
		{"a repeat that is not compared", "only the same append byte for byte is a repeat", "^TestConformance$/^Append$/taken", []overlay.Edit{
			{File: appends, Old: "kind = 1 and entries = $3 and starts = $4,", New: "kind = 1 and (entries = $3 or starts = $4 or true),"},
		}},
		{"keys without their entry", "all of it or none of it", "^TestConformance$/^Append$/taken", []overlay.Edit{
			{File: appends, Old: "where set <> '' returning 1", New: "where set <> '' on conflict do nothing returning 1"},
			{File: appends, Old: "as k (id, definition, hash), put\n", New: "as k (id, definition, hash), before\n"},
		}},
		{"one key without its entry", "all of it or none of it", "^TestConformance$/^Append$/taken", []overlay.Edit{
			{File: appends, Old: "where set <> '' returning 1", New: "where set <> '' on conflict do nothing returning 1"},
			{File: appends, Old: "select $5, $6, $7, $1, $2 from put on", New: "select $5, $6, $7, $1, $2 from before on"},
		}},
		{"used keys started again", "an id is started once, for ever", "^TestConformance$/^Start$/taken", []overlay.Edit{
			{File: appends, Old: `collate "C" on conflict do nothing returning id`, New: `collate "C" on conflict (id) do update set node = excluded.node, pos = excluded.pos returning id`},
		}},
		{"one used key started again", "an id is started once, for ever", "^TestConformance$/^Start$/used", []overlay.Edit{
			{File: appends, Old: "from put on conflict do nothing`", New: "from put on conflict (id) do update set node = excluded.node, pos = excluded.pos`"},
		}},
		{"an append acknowledged before it is written", "all of it durably", "^TestConformance$/^Durable$/append", []overlay.Edit{
			{File: appends, Old: "func (j journal) appendPlain(ctx context.Context, a saga.Append) error {\n",
				New: "func (j journal) appendPlain(ctx context.Context, a saga.Append) error {\n	a.Entries = append([]byte{}, a.Entries...)\n	go func() {\n		if ctx := context.WithoutCancel(ctx); pause(ctx, limit/60) {\n			_ = j.appendLater(ctx, a)\n		}\n	}()\n	return nil\n}\n\nfunc (j journal) appendLater(ctx context.Context, a saga.Append) error {\n"},
		}},
		{"entries read out of order", "a journal is read in order of position", "^TestConformance$/^Tail$/order", []overlay.Edit{
			{File: tail, Old: "where node = $1 order by pos`", New: "where node = $1 order by pos::text`"},
		}},
		{"a tail read in two snapshots", "journal and rows are read in one snapshot", "^TestATailIsReadAtOneMoment$", []overlay.Edit{
			{File: tail, Old: "pgx.RepeatableRead", New: "pgx.ReadCommitted"},
		}},
	}
}

func inPostgresTransaction() []Bug {
	const appends, transaction = "postgres/append.go", "postgres/transaction.go"
	return []Bug{
		{"an append that waits for a caller's transaction", "what holds one key holds up no node", "^TestAHeldKeyHoldsUpNoSeal$", []overlay.Edit{
			{File: appends, Old: "`'50ms'`", New: "`'60s'`"},
		}},
		{"a held start whose repeat says that it is free", "a repeat is answered as the first one was", "^TestAHeldKeyHoldsUpNoSeal$", []overlay.Edit{
			{File: appends, Old: "select s.id from unnest($5::text[]) as s (id)\n		where not exists (select 1 from saga_key as k where k.id = s.id and k.node = $1 and k.pos = $2))",
				New: "select id from saga_key where id = any($5::text[]) and not (node = $1 and pos = $2))"},
		}},
		{"all starts left out with a held one", "an id that is free is started", "^TestAHeldKeyHoldsUpNoSeal$", []overlay.Edit{
			{File: appends, Old: "where k.id <> all($10::text[])", New: "where $10::text[] = '{}'"},
		}},
		{"a used key started again by a transaction", "an id is started once, for ever", "^TestConformance$/^Transaction$", []overlay.Edit{
			{File: transaction, Old: "from lock where got on conflict do nothing returning 1", New: "from lock where got on conflict (id) do update set node = '' returning 1"},
		}},
		{"an instance without its key", "a key, a row and a chunk, or none of them", "^TestConformance$/^Transaction$", []overlay.Edit{
			{File: transaction, Old: "$13::text, $14::text, $15::bytea from key`", New: "$13::text, $14::text, $15::bytea from lock where got`"},
		}},
		{"a start that waits for another transaction", "it is told so in time", "^TestAnOpenTransactionHoldsItsKeyOnly$", []overlay.Edit{
			{File: transaction, Old: "case time.Now().After(end):", New: "case time.Now().After(end.Add(limit)):"},
		}},
		{"a commit that nobody hears of", "every Waker is woken", "^TestACommitIsHeardAtOnce$", []overlay.Edit{
			{File: transaction, Old: "n.nspname::text\n			else", New: "current_schema()::text\n			else"},
		}},
		{"commands told before their commit", "what is rolled back was never said", "^TestConformance$/^Transaction$", []overlay.Edit{
			{File: transaction, Old: "	_, err := t.tx.Exec(ctx, tellSQL, commandArgs(commands)...)", New: "	conn, err := pgx.ConnectConfig(ctx, t.tx.Conn().Config())\n	if err != nil {\n		return err\n	}\n	defer conn.Close(ctx)\n	_, err = conn.Exec(ctx, tellSQL, commandArgs(commands)...)"},
		}},
	}
}

func inPostgresCheckpoint() []Bug {
	const checkpoint = "postgres/checkpoint.go"
	const guard = "select 1 / (case when (select count(*) from gone) = $4::bigint\n			and (select count(*) from emptied)"
	const noError = "select 1 * (case when (select count(*) from gone) = $4::bigint\n			and (select count(*) from emptied)"
	return []Bug{
		{"a checkpoint of positions that are gone", "it trims exactly what it folds", "^TestConformance$/^Guard$/(gone|late)", []overlay.Edit{
			{File: checkpoint, Old: "from gone) = $4::bigint\n			and (select count(*) from emptied)", New: "from gone) <= $4::bigint\n			and (select count(*) from emptied)"},
		}},
		{"a checkpoint that writes nothing and is no error", "it fails as a whole", "^TestConformance$/^Guard$/gone", []overlay.Edit{
			{File: checkpoint, Old: guard, New: noError},
		}},
		{"a refused checkpoint that writes its rows", "it does all of this or nothing", "^TestConformance$/^Guard$/gone", []overlay.Edit{
			{File: checkpoint, Old: guard, New: noError},
			{File: checkpoint, Old: "at, size), guard\n		where guard.ok = 1` + replaceRow", New: "at, size)` + replaceRow"},
			{File: checkpoint, Old: "		_, err := j.s.appends.Exec(ctx, query, append(args, bodiesOf(c)...)...)\n		if code(err) == divisionByZero {",
				New: "		var ok int\n		err := j.s.appends.QueryRow(ctx, query, append(args, bodiesOf(c)...)...).Scan(&ok)\n		if code(err) == divisionByZero || err == nil && ok == 0 {"},
		}},
		{"a seal trimmed away", "seals stay, so that a journal has an end for ever", "^TestConformance$/^Drain$/(marks|stay)", []overlay.Edit{
			{File: checkpoint, Old: "update saga_journal set kind = 3 where node = $1", New: "delete from saga_journal where node = $1"},
		}},
		{"a drain without a seal", "an owner could still append", "^TestConformance$/^Drain$/needs", []overlay.Edit{
			{File: checkpoint, Old: "			and (select count(*) from marked) = 1 and ", New: "			and "},
		}},
		{"a drain that lets rows go", "a checkpoint changes the rows that it names", "^TestConformance$/^Drain$/lets-no-row-go", []overlay.Edit{
			{File: checkpoint, Old: "where node = $1 and not drained returning 1\n", New: "where node = $1 and not drained returning 1\n	), released as (\n		update saga_instance set owner = null where owner = $1\n"},
		}},
	}
}

func inPostgresRows() []Bug {
	const appends, claim = "postgres/append.go", "postgres/claim.go"
	return []Bug{
		{"a claim that ignores owners", "only what nobody or a drained node owns is claimed", "^TestConformance$/^(Claim|Owner)$", []overlay.Edit{
			{File: claim, Old: "on n.node = o.owner where n.drained\n", New: "on n.node = o.owner\n"},
		}},
		{"a claim by id that ignores owners", "only what nobody or a drained node owns is claimed", "^TestConformance$/^(Claim/by-id|Owner)$", []overlay.Edit{
			{File: claim, Old: "n.node = i.owner and n.drained))`", New: "n.node = i.owner))`"},
		}},
		{"a claim of rows whose owner is not known to live", "an owner is drained when its journal says so", "^TestConformance$/^Owner$", []overlay.Edit{
			{File: claim, Old: "or exists (select 1 from saga_node as n where n.node = i.owner and n.drained))`", New: "or not exists (select 1 from saga_node as n where n.node = i.owner and not n.drained))`"},
		}},
		{"free rows claimed without a lock", "no row goes to two claims", "^TestConformance$/^Claim$/twice", []overlay.Edit{
			{File: claim, Old: "limit $4::bigint for update skip locked\n	), abandoned", New: "limit $4::bigint\n	), abandoned"},
		}},
		{"a dead node's rows claimed without a lock", "no row goes to two claims", "^TestWhatADrainedNodeLeftGoesToOneClaim$", []overlay.Edit{
			{File: claim, Old: "limit $4 for update skip locked\n		) as i where", New: "limit $4\n		) as i where"},
		}},
		{"a claim that forgets the former owner", "who held a row may have called its step", "^TestConformance$/^Claim$/(before|owner)", []overlay.Edit{
			{File: claim, Old: "set owner = $1, former = case when i.owner = $1 then i.former else i.owner end", New: "set owner = $1"},
		}},
		{"an answer that overwrites the first", "the first answer stays", "^TestConformance$/^Answer$/first", []overlay.Edit{
			{File: appends, Old: "and c.answer is null and exists (select 1 from put)", New: "and exists (select 1 from put)"},
		}},
		{"an answer that did not look again", "the first answer stays", "^TestConformance$/^Answer$/at-once", []overlay.Edit{
			{File: appends, Old: "		order by c.id for update of c\n", New: "		order by c.id\n"},
		}},
		{"commands answered in any order", "two that want the same ones never wait in a circle", "^TestOverlappingStartsDoNotDeadlock$", []overlay.Edit{
			{File: appends, Old: "		order by c.id for update of c\n", New: "		order by random() for update of c\n"},
		}},
	}
}

func inPostgresLedger() []Bug {
	const ledger, operation, local = "postgres/ledger.go", "postgres/ledger_operation.go", "postgres/func.go"
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
			{File: operation, Old: "{ return Bind(tx).Append(ctx, m) }", New: "{ _, _ = tx.Exec(ctx, `commit; begin`); return Bind(tx).Append(ctx, m) }"},
		}},
		{"an entry that is read without a lock", "nobody else writes under its key until the transaction ends", "^TestLedger$/^Operation$", []overlay.Edit{
			{File: ledger, Old: "select pg_advisory_xact_lock(", New: "select ("},
		}},
	}
}
