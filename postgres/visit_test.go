package postgres_test

import (
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/postgres"
)

func TestAVisitorReadsAndSendsAndWritesNothingElse(t *testing.T) {
	url := migrated(t)
	owner := open(t, url)
	rows(t, owner, "n", due("s"))
	visitor, err := postgres.Visit(t.Context(), url)
	must(t, err)
	defer visitor.Close()
	ctx := t.Context()
	_, appended := visitor.Journal().Append(ctx, saga.Append{Node: "n", Position: 2})
	_, claimed := visitor.Instances().Claim(ctx, saga.Claim{Node: "n", Limit: 1})
	_, defined := visitor.Instances().Define(ctx, nil)
	for _, err := range []error{
		appended, claimed, defined, visitor.Journal().Join(ctx, "v", 0), visitor.Journal().Seal(ctx, "n"),
		visitor.Journal().Checkpoint(ctx, saga.Checkpoint{Node: "n", From: 1, To: 2}), visitor.Instances().Forget(ctx, noon()),
	} {
		says(t, err, "only visits", "with Open")
	}
	send(t, visitor, "c")
	sent, err := visitor.Reader().Commands(ctx, "s")
	if err != nil || len(sent) != 1 {
		t.Errorf("%d commands, error %v; want the one that was sent", len(sent), err)
	}
	tail, err := visitor.Journal().Tail(ctx, "n")
	if err != nil || len(tail.Positions) != 1 {
		t.Errorf("tail %+v, error %v", tail, err)
	}
	if n, there := state(t, visitor, "n"); !there || n.Absent {
		t.Errorf("node n: %+v, there %v; want it present", n, there)
	}
	if n := ask[int](t, admin(t, url), `select count(*) from saga_node`); n != 1 {
		t.Errorf("%d nodes, want the owner's one", n)
	}
}
