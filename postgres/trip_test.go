package postgres_test

import (
	"testing"

	"github.com/seosa-dev/saga"
)

// What runs all the time is one statement in one round trip.
func TestTheFrequentCallsAreOneStatement(t *testing.T) {
	p := newProxy(t, migrated(t))
	store := open(t, p.url)
	drained(t, store, "gone", due("held by a drained node"))
	rows(t, store, "other", due("free"))
	must(t, store.Journal().Join(t.Context(), "n", 0))
	position := int64(0)
	add := func(a saga.Append) {
		position++
		a.Node, a.Position = "n", position
		_, err := store.Journal().Append(t.Context(), a)
		must(t, err)
	}
	claim := func(c saga.Claim) saga.Claimed {
		c.Node, c.Limit = "n", 10
		got, err := store.Instances().Claim(t.Context(), c)
		must(t, err)
		return got
	}
	folded := int64(0)
	for name, call := range map[string]func(){
		"an idle claim":          func() { claim(saga.Claim{}) },
		"a claim of own rows":    func() { claim(saga.Claim{Own: true}) },
		"a claim that takes":     func() { claim(saga.Claim{Due: noon()}) },
		"a claim by id":          func() { claim(saga.Claim{IDs: []string{"free"}}) },
		"a plain append":         func() { add(saga.Append{Entries: []byte("x")}) },
		"an append with starts":  func() { add(saga.Append{Starts: starts(int(position), int(position)+3)}) },
		"an append with answers": func() { add(saga.Append{Answers: []saga.Answer{{ID: "c"}}}) },
		"nodes": func() {
			_, err := store.Instances().Nodes(t.Context())
			must(t, err)
		},
	} {
		call() // the first prepares it
		if statements, trips := p.counted(call); statements != 1 || trips != 1 {
			t.Errorf("%s: %d statements in %d round trips, want 1 in 1", name, statements, trips)
		}
	}
	checkpoint := func() {
		add(saga.Append{})
		must(t, store.Journal().Checkpoint(t.Context(), saga.Checkpoint{Node: "n", From: folded, To: position, Rows: []saga.Row{due("s")}}))
		folded = position
	}
	checkpoint()
	if statements, trips := p.counted(checkpoint); statements != 2 || trips != 2 {
		t.Errorf("an append and a checkpoint: %d statements in %d round trips, want 2 in 2", statements, trips)
	}
	send := func() {
		must(t, store.Instances().Send(t.Context(), []saga.Command{{ID: "c", Instance: "unknown", Sent: noon()}}))
	}
	send()
	if statements, trips := p.counted(send); statements != 1 || trips != 1 {
		t.Errorf("a send: %d statements in %d round trips, want 1 in 1", statements, trips)
	}
}
