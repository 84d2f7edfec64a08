package postgres_test

import (
	"testing"

	"github.com/seosa-dev/saga"
)

func present(t *testing.T, store saga.Store, node string) bool {
	t.Helper()
	n, there := state(t, store, node)
	if !there || n.Gone {
		t.Fatalf("node %s: got %+v (there: %v), want it to be there and never gone", node, n, there)
	}
	return !n.Absent
}

func TestANodeIsAbsentWhileItsProcessHasNoConnection(t *testing.T) {
	url := migrated(t)
	p := newProxy(t, url)
	observer := open(t, url)
	store, log := openLogging(t, p.url)
	must(t, store.Journal().Join(t.Context(), "n", 0))
	if !present(t, observer, "n") {
		t.Fatal("a node is absent although its store has just joined it")
	}
	p.refuse(true)
	eventually(t, "absent", func() bool { return !present(t, observer, "n") })
	p.refuse(false)
	eventually(t, "present again", func() bool { return present(t, observer, "n") })
	says(t, stringError(log.String()), "the presence connection was lost")
}

type stringError string

func (e stringError) Error() string { return string(e) }

// An operator, or the server under pressure, ends a session. The process takes its lock again.
func TestAPresenceThatTheServerEndsIsTakenAgain(t *testing.T) {
	url := migrated(t)
	store, db := open(t, url), admin(t, url)
	must(t, store.Journal().Join(t.Context(), "n", 0))
	const holder = `select coalesce((select l.pid from pg_locks as l join saga_node as n
		on l.classid::bigint << 32 | l.objid::bigint = n.holder where l.locktype = 'advisory' and l.granted), 0)`
	before := ask[int](t, db, holder)
	if before == 0 || !ask[bool](t, db, `select pg_terminate_backend($1, 10000)`, before) {
		t.Fatalf("session %d of the presence could not be ended", before)
	}
	eventually(t, "held by a new session", func() bool {
		now := ask[int](t, db, holder)
		return now != 0 && now != before
	})
	if !present(t, store, "n") {
		t.Error("the node is absent although its lock is held again")
	}
}

func TestANodeIsAbsentAsSoonAsItsStoreIsClosed(t *testing.T) {
	url := migrated(t)
	observer, store := open(t, url), open(t, url)
	must(t, store.Journal().Join(t.Context(), "n", 0))
	must(t, observer.Journal().Join(t.Context(), "other", 0))
	must(t, store.Close())
	if present(t, observer, "n") {
		t.Error("the node is present although its store is closed")
	}
	if !present(t, observer, "other") {
		t.Error("another store's node is absent")
	}
	if err := store.Journal().Join(t.Context(), "late", 0); err == nil {
		t.Error("a closed store joined a node")
	}
	must(t, store.Close())
}

// Silent is what the server's clock says, and not how long ago this process heard of it.
func TestHowLongANodeIsSilentIsTheServersTime(t *testing.T) {
	url := migrated(t)
	store := open(t, url)
	must(t, store.Journal().Join(t.Context(), "n", 0))
	exec(t, url, `update saga_journal set at = clock_timestamp() - interval '1 hour'`)
	if n, _ := state(t, store, "n"); n.Silent.Hours() < 1 || n.Silent.Hours() > 1.1 {
		t.Errorf("silent for %v, want an hour", n.Silent)
	}
	_, err := store.Journal().Append(t.Context(), saga.Append{Node: "n", Position: 1})
	must(t, err)
	if n, _ := state(t, store, "n"); n.Silent.Minutes() > 1 || n.Position != 1 {
		t.Errorf("after an append: %+v, want it to be silent since then", n)
	}
}
