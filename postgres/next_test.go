package postgres_test

import (
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

func dueIn(id string, d time.Duration) saga.Row {
	r := due(id)
	r.Due = noon().Add(d)
	return r
}

// A claim says when there will be something to claim, and says nothing if something may be left.
func TestAClaimSaysWhenTheNextRowFallsDue(t *testing.T) {
	store := open(t, migrated(t))
	never, held := due("never"), dueIn("held", time.Minute)
	never.Due, held.Owner = time.Time{}, "other"
	claim := func(c saga.Claim, want time.Time) {
		t.Helper()
		c.Node = "n"
		got, err := store.Instances().Claim(t.Context(), c)
		if err != nil || !got.Next.Equal(want) || got.Next.Location() != time.UTC {
			t.Errorf("claim %+v: next %v, error %v; want %v", c, got.Next, err, want)
		}
	}
	rows(t, store, "w", never, held)
	claim(saga.Claim{Due: noon(), Limit: 10}, time.Time{})
	rows(t, store, "v", due("now"), due("now too"), dueIn("later", time.Hour), dueIn("much later", 2*time.Hour))
	claim(saga.Claim{Due: noon(), Wanted: true, Limit: 10}, time.Time{})
	claim(saga.Claim{Due: noon(), IDs: []string{"unknown"}, Limit: 10}, time.Time{})
	claim(saga.Claim{Due: noon(), Limit: 1}, time.Time{})
	claim(saga.Claim{Due: noon(), Limit: 10}, noon().Add(time.Hour))
	claim(saga.Claim{Due: noon(), Limit: 10, Own: true}, noon().Add(time.Hour))
	claim(saga.Claim{Due: noon().Add(time.Hour), Limit: 10}, noon().Add(2*time.Hour))
}
