package postgres_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/seosa-dev/saga"
)

// The connection breaks after the server has committed and before it is heard. Nobody can say what
// happened; the same call again is answered as the first would have been.
func TestAnAppendWhoseAnswerIsLostIsSettledByRepeatingIt(t *testing.T) {
	url := migrated(t)
	p := newProxy(t, url)
	direct, store := open(t, url), open(t, p.url)
	must(t, direct.Journal().Join(t.Context(), "other", 0))
	_, err := direct.Journal().Append(t.Context(), saga.Append{Node: "other", Position: 1, Starts: starts(2, 3)})
	must(t, err)
	must(t, direct.Instances().Send(t.Context(), []saga.Command{{ID: "c", Instance: "s", Sent: noon()}}))
	must(t, store.Journal().Join(t.Context(), "n", 0))
	for position, a := range []saga.Append{
		{Entries: []byte("prepares the statement")},
		{Entries: []byte("plain")},
		{Entries: []byte("prepares the other"), Starts: starts(9, 10)},
		{Entries: []byte("full"), Starts: starts(1, 4), Answers: []saga.Answer{{ID: "c", Data: []byte("done")}}},
	} {
		a.Node, a.Position = "n", int64(position+1)
		if position%2 == 1 {
			p.cutNext()
			if _, err := store.Journal().Append(t.Context(), a); err == nil || errors.Is(err, saga.ErrSealed) {
				t.Fatalf("append at %d, cut: error %v, want one that leaves it open", a.Position, err)
			}
			tail, err := direct.Journal().Tail(t.Context(), "n")
			if err != nil || len(tail.Positions) != position+2 {
				t.Fatalf("%d positions, error %v; want the append whose answer was cut to be there", len(tail.Positions), err)
			}
		}
		taken, err := store.Journal().Append(t.Context(), a)
		if want := map[bool][]string{true: {"000002"}}[len(a.Starts) == 3]; err != nil || !slices.Equal(taken, want) {
			t.Errorf("append at %d again: taken %q and error %v, want %q", a.Position, taken, err, want)
		}
	}
	answers, err := direct.Instances().Answers(t.Context(), []string{"c"})
	if err != nil || len(answers) != 1 {
		t.Errorf("answers %v, error %v; want the one of the append that was cut", answers, err)
	}
}

// A claim whose answer is lost has taken its rows; they are found by asking for one's own.
func TestAClaimWhoseAnswerIsLostIsFoundAgain(t *testing.T) {
	url := migrated(t)
	p := newProxy(t, url)
	direct, store := open(t, url), open(t, p.url)
	drained(t, direct, "gone", due("s"))
	claim := saga.Claim{Node: "n", Due: noon(), Limit: 5}
	_, err := store.Instances().Claim(t.Context(), saga.Claim{Node: "n", Limit: 5}) // prepares the statement
	must(t, err)
	p.cutNext()
	if _, err := store.Instances().Claim(t.Context(), claim); err == nil {
		t.Fatal("a claim that was cut had an answer")
	}
	claim.Own = true
	got, err := store.Instances().Claim(t.Context(), claim)
	if err != nil || len(got.Rows) != 1 || got.Rows[0].Owner != "n" || got.Rows[0].Former != "gone" {
		t.Errorf("got %+v and error %v, want the row that is n's and was gone's", got, err)
	}
}

func TestACheckpointWhoseAnswerIsLostIsSealedTheSecondTime(t *testing.T) {
	url := migrated(t)
	p := newProxy(t, url)
	store := open(t, p.url)
	rows(t, store, "n", due("s"))
	for position := int64(2); position <= 3; position++ {
		_, err := store.Journal().Append(t.Context(), saga.Append{Node: "n", Position: position})
		must(t, err)
	}
	c := saga.Checkpoint{Node: "n", From: 1, To: 2, Rows: []saga.Row{due("t")}}
	p.cutNext()
	if err := store.Journal().Checkpoint(t.Context(), c); err == nil || errors.Is(err, saga.ErrSealed) {
		t.Fatalf("a checkpoint that was cut: error %v, want one that leaves it open", err)
	}
	if err := store.Journal().Checkpoint(t.Context(), c); !errors.Is(err, saga.ErrSealed) {
		t.Errorf("the same again: error %v, want that its positions are gone", err)
	}
	found, err := store.Reader().Find(t.Context(), saga.Filter{})
	if err != nil || len(found) != 2 {
		t.Errorf("%d rows, error %v; want both", len(found), err)
	}
}
