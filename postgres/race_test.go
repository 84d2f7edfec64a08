package postgres_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// A node appends while another seals it, each over connections of its own. Whoever wins, the journal
// has one end: all that was accepted stands before it, and nothing after.
func TestASealAndAnAppendNeverBothTakeAPlace(t *testing.T) {
	const rounds = 300
	url := migrated(t)
	writer, sealer := open(t, url), open(t, url)
	lengths := map[int64]int{}
	for round := range rounds {
		node := fmt.Sprint("n", round)
		must(t, writer.Journal().Join(t.Context(), node, 0))
		begun := make(chan struct{})
		var accepted int64
		var sealed error
		var both sync.WaitGroup
		both.Go(func() {
			close(begun)
			accepted = appendUntilSealed(t, writer, node)
		})
		both.Go(func() {
			<-begun
			<-time.After(rand.N(2 * time.Millisecond)) // at any point of an append
			sealed = sealer.Journal().Seal(t.Context(), node)
		})
		both.Wait()
		must(t, sealed)
		wantOneEnd(t, sealer, node, accepted)
		lengths[accepted]++
	}
	if len(lengths) < 2 {
		t.Errorf("the seal came after the same number of appends each time, which proves nothing: %v", lengths)
	}
	t.Logf("appends before the seal, and how often: %v", lengths)
}

func appendUntilSealed(t *testing.T, store saga.Store, node string) (accepted int64) {
	for {
		a := saga.Append{Node: node, Position: accepted + 1, Entries: []byte("x")}
		if accepted%2 == 0 {
			a.Starts = []saga.StartKey{{ID: fmt.Sprint(node, "/", accepted)}}
		}
		_, err := store.Journal().Append(t.Context(), a)
		if err != nil && !errors.Is(err, saga.ErrSealed) {
			t.Error(err)
		}
		if err != nil {
			return accepted
		}
		accepted++
	}
}

func wantOneEnd(t *testing.T, store saga.Store, node string, accepted int64) {
	t.Helper()
	tail, err := store.Journal().Tail(t.Context(), node)
	must(t, err)
	for i, p := range tail.Positions {
		want := saga.Entries
		switch int64(i) {
		case 0:
			want = saga.Joined
		case accepted + 1:
			want = saga.Sealed
		}
		if p.Number != int64(i) || p.Kind != want || len(tail.Positions) != int(accepted)+2 {
			t.Fatalf("%d appends were accepted, the journal is %+v", accepted, tail.Positions)
		}
	}
	keys, err := store.Instances().Keys(t.Context(), []string{fmt.Sprint(node, "/", accepted)})
	if err != nil || len(keys) != 0 {
		t.Fatalf("the refused append left %v, error %v", keys, err)
	}
}

// Several nodes start the same ids and answer the same commands, all at once. They wait for each
// other, never in a circle, and each id goes to one of them.
func TestOverlappingStartsDoNotDeadlock(t *testing.T) {
	const nodes, rounds, each = 4, 60, 400
	url := migrated(t)
	var stores []schema
	for i := range nodes {
		stores = append(stores, open(t, url))
		must(t, stores[i].Journal().Join(t.Context(), fmt.Sprint(i), 0))
	}
	for round := range rounds {
		var commands []saga.Command
		var answers []saga.Answer
		for i := range each / 2 {
			id := fmt.Sprint(round, "/", i)
			commands, answers = append(commands, saga.Command{ID: id, Instance: "s", Sent: noon()}), append(answers, saga.Answer{ID: id})
		}
		must(t, stores[0].Instances().Send(t.Context(), commands))
		got := make([]int, nodes)
		var all sync.WaitGroup
		for i := range nodes {
			a := saga.Append{Node: fmt.Sprint(i), Position: int64(round + 1), Answers: slices.Clone(answers)}
			if round%6 == 0 { // in the other rounds nothing brings them in line before the commands
				a.Starts = starts(round*each, (round+1)*each)
			}
			rand.Shuffle(len(answers), func(i, k int) { a.Answers[i], a.Answers[k] = a.Answers[k], a.Answers[i] })
			all.Go(func() {
				taken, err := stores[i].Journal().Append(t.Context(), a)
				if err != nil {
					t.Error(err)
				}
				got[i] = len(a.Starts) - len(taken)
			})
		}
		all.Wait()
		if sum := got[0] + got[1] + got[2] + got[3]; round%6 == 0 && sum != each {
			t.Fatalf("round %d: of %d ids the nodes got %v", round, each, got)
		}
	}
}

// Rows that a drained node left, rows that nobody holds and rows that a command waits for go to one
// claim each, whoever asks at once.
func TestWhatADrainedNodeLeftGoesToOneClaim(t *testing.T) {
	const nodes, each = 4, 100
	url := migrated(t)
	store := open(t, url)
	var left, free []saga.Row
	var commands []saga.Command
	for i := range each {
		left = append(left, due(fmt.Sprint("left ", i)))
		free = append(free, due(fmt.Sprint("free ", i)))
		later := due(fmt.Sprint("later ", i))
		later.Due = noon().AddDate(1, 0, 0)
		free = append(free, later)
		commands = append(commands, saga.Command{ID: fmt.Sprint(i), Instance: later.ID, Sent: noon()})
	}
	drained(t, store, "gone", left...)
	rows(t, store, "writer", free...)
	must(t, store.Instances().Send(t.Context(), commands))
	got := make([][]saga.Row, nodes)
	var all sync.WaitGroup
	for i := range nodes {
		claimer := open(t, url)
		all.Go(func() {
			for idle := 0; idle < 3; {
				claimed, err := claimer.Instances().Claim(t.Context(), saga.Claim{Node: fmt.Sprint(i), Due: noon(), Limit: 7})
				if err != nil {
					t.Error(err)
					return
				}
				if idle++; len(claimed.Rows) > 0 {
					idle = 0
				}
				got[i] = append(got[i], claimed.Rows...)
			}
		})
	}
	all.Wait()
	owner := map[string]int{}
	for i := range got {
		for _, r := range got[i] {
			if first, twice := owner[r.ID]; twice {
				t.Errorf("%s was claimed by %d and by %d", r.ID, first, i)
			}
			owner[r.ID] = i
		}
	}
	if len(owner) != 3*each {
		t.Errorf("%d rows were claimed, want %d", len(owner), 3*each)
	}
	for id, i := range owner {
		found, err := store.Reader().Find(t.Context(), saga.Filter{IDs: []string{id}})
		if err != nil || found[0].Owner != fmt.Sprint(i) {
			t.Fatalf("%s was claimed by %d and is owned by %+v, error %v", id, i, found, err)
		}
	}
}
