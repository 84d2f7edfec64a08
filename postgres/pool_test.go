package postgres_test

import (
	"context"
	"testing"

	"github.com/seosa-dev/saga"
)

// Readers that wait for a lock take no connection that an append needs.
func TestManyWaitingReadersLeaveRoomForAppends(t *testing.T) {
	url := migrated(t)
	store := open(t, url)
	must(t, store.Journal().Join(t.Context(), "n", 0))
	db := admin(t, url)
	if _, err := db.Exec(t.Context(), `begin; lock table saga_history`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 40)
	for range cap(ended) {
		go func() {
			_, err := store.Reader().History(ctx, "s")
			ended <- err
		}()
	}
	watch := admin(t, url)
	eventually(t, "waiting for the lock", func() bool {
		return ask[int](t, watch, `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%saga_history%' and datname = current_database()`) > 0
	})
	for pos := range int64(20) {
		_, err := store.Journal().Append(t.Context(), saga.Append{Node: "n", Position: pos + 1, Entries: []byte("e")})
		must(t, err)
	}
	cancel()
	for range cap(ended) {
		<-ended
	}
}
