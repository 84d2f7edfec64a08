package postgres_test

import (
	"testing"

	"github.com/seosa-dev/saga"
)

// An append waits for its place, and meanwhile the place is taken, and trimmed together with the row
// before it. The append must not go in afterwards: it would be found behind what was folded.
func TestALateAppendCannotTakeATrimmedPlace(t *testing.T) {
	for name, a := range map[string]saga.Append{"plain": {}, "with starts": {Starts: starts(1, 2)}} {
		t.Run(name, func(t *testing.T) {
			url := migrated(t)
			store, db := open(t, url), admin(t, url)
			must(t, store.Journal().Join(t.Context(), "n", 0))
			rival, err := admin(t, url).Begin(t.Context())
			must(t, err)
			_, err = rival.Exec(t.Context(), `insert into saga_journal (node, pos, kind) values ('n', 1, 1), ('n', 2, 1)`)
			must(t, err)
			a.Node, a.Position, a.Entries = "n", 1, []byte("late")
			appended := make(chan error, 1)
			go func() {
				_, err := store.Journal().Append(t.Context(), a)
				appended <- err
			}()
			eventually(t, "waiting", func() bool {
				return ask[bool](t, db, `select exists (select 1 from pg_locks where not granted and locktype = 'transactionid'
					and pid in (select pid from pg_locks where relation = 'saga_journal'::regclass))`)
			})
			_, trimmed := rival.Exec(t.Context(), `delete from saga_journal where node = 'n' and pos < 2`)
			if trimmed == nil {
				trimmed = rival.Commit(t.Context())
			} else {
				_ = rival.Rollback(t.Context())
			}
			if late := <-appended; late == nil && trimmed == nil {
				t.Error("the append went in, and so did the one that trimmed its place")
			}
			tail, err := store.Journal().Tail(t.Context(), "n")
			must(t, err)
			if first := tail.Positions[0].Number; first != 0 && first != 2 {
				t.Errorf("the journal begins at %d: %+v", first, tail.Positions)
			}
		})
	}
}
