//go:build unix

package killtest_test

import (
	"bytes"
	"slices"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/fault"
)

// write is one durable write of the running shop, told from all others by a row that it changes.
type write struct {
	name, table string
	is          func(r fault.Row, own string) bool // own is the engine's present incarnation
}

// The durable writes of the running shop, each a commit of its own. What the campaign does not have
// is what only a first start writes: TestKilledAtEachCommitOfTheFirstStart has that.
const (
	join          = "join"
	appendStart   = "append-start"
	appendOutcome = "append-outcome"
	appendBack    = "append-back" // the decision to turn back, or to end without an effect
	checkpoint    = "checkpoint"
	seal          = "seal"  // of a dead incarnation
	drain         = "drain" // recovery's checkpoint
	claim         = "claim"
	ownSeal       = "own-seal" // on an orderly way out
	ownDrain      = "own-drain"
	number        = "number"
	unprocessed   = "unprocessed"
	unknown       = "unknown"
	fail          = "fail"
	compensation  = "compensation" // Fail, and the message that gives the stock back
	insert        = "insert"       // the order, its lines, its status and Success
	insertFence   = "insert-fence" // of an insert that a kill left in doubt
	decrement     = "decrement"
	refusal       = "refusal"     // of a decrement, recorded under its key
	fence         = "fence"       // of a key that nothing stands under
	takeBack      = "take-back"   // the stock given back, and the inbox's note
	delivered     = "delivered"   // the message gone from the outbox
	undelivered   = "undelivered" // a delivery that failed, and when the next one is due
)

// writes are the places of a campaign.
func writes() []write {
	return []write{
		{join, "saga_journal", journal(0)},
		{appendStart, "saga_journal", func(r fault.Row, _ string) bool { return isAppend(r) && len(r.New[4].([]byte)) > 0 }},
		{appendOutcome, "saga_journal", carries(string(saga.EventAnswered))},
		{appendBack, "saga_journal", carries(string(saga.Compensating), string(saga.Failed))},
		{checkpoint, "saga_journal", isCheckpoint},
		{seal, "saga_journal", func(r fault.Row, own string) bool { return isSeal(r) && r.New[0] != own }},
		{drain, "saga_journal", func(r fault.Row, own string) bool { return isDrain(r) && r.New[0] != own }},
		{claim, "saga_instance", isClaim},
		{ownSeal, "saga_journal", func(r fault.Row, own string) bool { return isSeal(r) && r.New[0] == own }},
		{ownDrain, "saga_journal", func(r fault.Row, own string) bool { return isDrain(r) && r.New[0] == own }},
		{number, "order_number", inserts},
		{unprocessed, "order_retry_status", becomes(1, "Unprocessed")},
		{unknown, "order_retry_status", becomes(1, "Unknown")},
		{fail, "order_retry_status", becomes(1, "Fail")},
		{compensation, "saga_outbox", inserts},
		{insert, "orders", inserts},
		{insertFence, "order_fence", inserts},
		{decrement, "saga_ledger", becomes(2, "APPLIED")},
		{refusal, "saga_ledger", becomes(2, "REFUSED")},
		{fence, "saga_ledger", becomes(2, "CANCELLED")},
		{takeBack, "saga_ledger", becomes(2, "REVERTED")},
		{delivered, "saga_outbox", func(r fault.Row, _ string) bool { return r.Op == "delete" }},
		{undelivered, "saga_outbox", func(r fault.Row, _ string) bool { return r.Op == "update" && r.Old[11] != nil }},
	}
}

// firstCommit is any commit of a first start up to the join: a row for each.
const firstCommit = "first commit"

func firstCommits() []write {
	var all []write
	for _, table := range []string{
		"catalog_schema", "order_schema", "saga_migrations", "saga_local_migrations", "saga_shape",
	} {
		all = append(all, write{firstCommit, table, inserts})
	}
	return append(all,
		write{firstCommit, "category", becomes(0, "FISH")}, // the seed data
		write{firstCommit, "saga_journal", journal(0)})
}

func inserts(r fault.Row, _ string) bool { return r.Op == "insert" }

// becomes is for a column that gets a value which it did not have.
func becomes(column int, value string) func(fault.Row, string) bool {
	return func(r fault.Row, _ string) bool {
		return r.New != nil && r.New[column] == value && (r.Old == nil || r.Old[column] != value)
	}
}

// A row of the journal is node, position, kind, entries, starts. The kinds are 0 joined, 1 entries,
// 2 sealed, 3 drained.
func journal(kind int64) func(fault.Row, string) bool {
	return func(r fault.Row, _ string) bool { return r.Op == "insert" && r.New[2] == kind }
}

func isAppend(r fault.Row) bool { return journal(1)(r, "") }
func isSeal(r fault.Row) bool   { return journal(2)(r, "") }
func isDrain(r fault.Row) bool {
	return r.Op == "update" && r.New[2] == int64(3) && r.Old[2] == int64(2)
}

// isCheckpoint is for the one position that a checkpoint empties and does not delete.
func isCheckpoint(r fault.Row, _ string) bool {
	return r.Op == "update" && r.New[2] == r.Old[2] && len(r.New[3].([]byte)) == 0
}

// carries is for an append with one of these words in its entries. They are the events' and the
// statuses' own names; if they change, the campaign finds that a place is never reached.
func carries(words ...string) func(fault.Row, string) bool {
	return func(r fault.Row, _ string) bool {
		return isAppend(r) && slices.ContainsFunc(words, func(word string) bool {
			return bytes.Contains(r.New[3].([]byte), []byte(`"`+word+`"`))
		})
	}
}

// isClaim is for an instance of which nothing but its owner, column 6, changes.
func isClaim(r fault.Row, _ string) bool {
	return r.Op == "update" && r.New[6] != "" && r.New[6] != r.Old[6] &&
		slices.Equal(r.Old[7:10], r.New[7:10]) && bytes.Equal(r.Old[10].([]byte), r.New[10].([]byte))
}
