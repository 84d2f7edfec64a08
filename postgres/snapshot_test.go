package postgres_test

import (
	"testing"

	"github.com/seosa-dev/saga"
)

// A checkpoint goes in after a takeover has read the journal and before it reads the rows. It must see
// both as they were: the entries of the journal would be laid over rows that have them already.
func TestATailIsReadAtOneMoment(t *testing.T) {
	url := migrated(t)
	store, db := open(t, url), admin(t, url)
	must(t, store.Journal().Join(t.Context(), "n", 0))
	exec(t, url, `insert into saga_journal (node, pos, kind) values ('n', 1, 1)`)
	exec(t, url, `insert into saga_instance (id, definition, version, status, live, owner, started, updated, since, reason, step, data)
		values ('i', 'd', 1, 'running', true, 'n', now(), now(), now(), '', '', 'before')`)
	_, err := store.Journal().Tail(t.Context(), "n") // what is prepared for the first time looks at both tables at once
	must(t, err)
	rival, err := admin(t, url).Begin(t.Context())
	must(t, err)
	_, err = rival.Exec(t.Context(), `lock table saga_instance in access exclusive mode`)
	must(t, err)
	type read struct {
		tail saga.Tail
		err  error
	}
	done := make(chan read, 1)
	go func() {
		tail, err := store.Journal().Tail(t.Context(), "n")
		done <- read{tail, err}
	}()
	eventually(t, "waiting for the rows", func() bool {
		return ask[bool](t, db, `select exists (select 1 from pg_locks where not granted and relation = 'saga_instance'::regclass)`)
	})
	_, err = rival.Exec(t.Context(), `update saga_instance set data = 'after' where id = 'i'`)
	must(t, err)
	_, err = rival.Exec(t.Context(), `delete from saga_journal where node = 'n' and pos = 0`)
	must(t, err)
	must(t, rival.Commit(t.Context()))
	r := <-done
	must(t, r.err)
	if len(r.tail.Positions) != 2 || len(r.tail.Rows) != 1 || string(r.tail.Rows[0].Data) != "before" {
		t.Errorf("the journal is that of before the checkpoint, and so must be the row: %+v", r.tail)
	}
}
