package saga_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// fails waits for an engine's Run to return by itself.
func fails(t *testing.T, store saga.Store, defs ...saga.AnyDefinition) error {
	t.Helper()
	engine, err := saga.New(store, quietly(), defs...)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(t.Context()) }()
	select {
	case err := <-ended:
		return err
	case <-time.After(time.Minute):
		t.Error("Run goes on as if nothing was wrong")
		return nil
	}
}

// left is what a node of another version leaves behind.
func left(t *testing.T, store *memory.Store, entries string, rows ...saga.Row) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(store.Journal().Join(t.Context(), "old", 0))
	_, err := store.Journal().Append(t.Context(), saga.Append{Node: "old", Position: 1, Entries: []byte(entries)})
	must(err)
	if len(rows) > 0 {
		must(store.Journal().Checkpoint(t.Context(), saga.Checkpoint{Node: "old", From: 0, To: 1, Rows: rows}))
	}
}

func oldRow(owner string) saga.Row {
	at := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
	return saga.Row{ID: "i", Definition: "order", Version: 1, Status: saga.Running, Live: true, Owner: owner,
		Due: at, Started: at, Updated: at, Data: []byte(`{"format":99,"i":"i"}`)}
}

// A journal that another version wrote stops the engine; the journal stays as it is.
func TestJournalOfAnotherFormat(t *testing.T) {
	for name, entries := range map[string]string{
		"another version":           `{"v":99,"e":[]}`,
		"another version, a start":  `{"v":99,"e":[{"k":"started"}]}`,
		"no JSON":                   "\x00\x01",
		"entries that are no list":  `{"v":1,"e":7}`,
		"an entry of nobody":        `{"v":1,"e":[{"i":"x","q":5,"k":"answered","g":{"s":"running","m":"."}}]}`,
		"an entry with another gap": `{"v":1,"e":[{"i":"x","q":1,"k":"answered","g":{"s":"running","m":"."}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				left(t, store, entries)
				d := def(newParty().step("a"))
				for range 2 { // the next start of the same program finds the same
					err := fails(t, store.Reopen(), d)
					wantIs(t, err, saga.ErrFormat)
				}
				tail, err := store.Journal().Tail(t.Context(), "old")
				if err != nil || len(tail.Positions) < 2 || !bytes.Equal(tail.Positions[1].Entries, []byte(entries)) {
					t.Errorf("the journal is now %+v, error %v", tail, err)
				}
			})
		})
	}
}

// So does a row, whether its node died or it only sleeps.
func TestRowOfAnotherFormat(t *testing.T) {
	for name, owner := range map[string]string{"of a dead node": "old", "asleep": ""} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				left(t, store, "", oldRow(owner))
				d := def(newParty().step("a"))
				err := fails(t, store.Reopen(), d)
				wantIs(t, err, saga.ErrFormat)
				rows, err := store.Reader().Find(t.Context(), saga.Filter{IDs: []string{"i"}})
				if err != nil || len(rows) != 1 || !rows[0].Live || !bytes.Equal(rows[0].Data, oldRow("").Data) {
					t.Errorf("the row is now %+v, error %v", rows, err)
				}
			})
		})
	}
}

// Reading what another version wrote says so and shows nothing wrong.
func TestReadingAnotherFormat(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		left(t, store, "", func() saga.Row { r := oldRow(""); r.Live = false; return r }())
		e := run(t, store, nil, def(newParty().step("a")))
		after(t, time.Second)
		_, err := e.Get(t.Context(), "i")
		wantIs(t, err, saga.ErrFormat)
		found, err := e.Find(t.Context(), saga.Filter{}) // which must not hide the others
		if err != nil || len(found) != 1 || found[0].ID != "i" || len(found[0].Steps) != 0 || !strings.Contains(found[0].Detail, saga.ErrFormat.Error()) {
			t.Errorf("found %+v, %v; want the id, and why nothing else is known", found, err)
		}
	})
}

func TestShapeOfAnotherFormat(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		if _, err := store.Instances().Define(t.Context(), []saga.StoredShape{{Name: "old", Version: 1, Data: []byte("\x01")}}); err != nil {
			t.Fatal(err)
		}
		err := fails(t, store, def(newParty().step("a")))
		wantIs(t, err, saga.ErrFormat)
		wantSaid(t, err, `"old" version 1`)
	})
}
