package conformance_test

import (
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance"
	"github.com/seosa-dev/saga/conformance/memory"
)

// memoryStore takes part in the durability checks.
type memoryStore struct{ *memory.Store }

func (s memoryStore) Reopen(testing.TB) saga.Store { return memoryStore{s.Store.Reopen()} }

func openMemory(testing.TB) saga.Store { return memoryStore{memory.Open()} }

func TestMemory(t *testing.T) { conformance.TestStore(t, openMemory) }

func TestCheckFindsNothingInAGoodStore(t *testing.T) {
	for _, f := range conformance.Check(t, openMemory) {
		t.Errorf("%s: %s", f.Check, f.Text)
	}
}

func TestMemoryForgetsWhoJoined(t *testing.T) {
	store := memory.Open()
	if err := store.Journal().Join(t.Context(), "a", 0); err != nil {
		t.Fatal(err)
	}
	for i, s := range []*memory.Store{store, store.Reopen()} {
		nodes, err := s.Instances().Nodes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if gone := i == 1; len(nodes) != 1 || nodes[0].Gone != gone {
			t.Errorf("handle %d: got %+v, want one node with Gone %v", i, nodes, gone)
		}
	}
}
