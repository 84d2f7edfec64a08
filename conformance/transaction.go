package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seosa-dev/saga"
)

// Transactor is what a store can implement in addition so that transactions of a caller's are tested.
// Begin opens one on the store's database, over a connection that is not the store's, as the driver's
// Bind function sees it, and returns it with the function that ends it by a commit or a rollback.
type Transactor interface {
	Begin(ctx context.Context) (tx saga.Transaction, end func(commit bool) error, err error)
}

func transactionChecks() []check {
	list := []check{
		{"Transaction/committed", transactionCommitted},
		{"Transaction/rolled-back", func(e *env) {
			e.rows(later(sleeping("there")))
			e.unchanged(nil, []string{"s", "there"}, func() {
				tx := e.begin()
				tx.starts("s")
				e.must(tx.Send(e.ctx, []saga.Command{command("c", "there"), command("d", "s")}), "send")
				tx.end(false)
			})
			e.wantSent("there")
			e.wantSent("s")
			e.woke("x", 10, nil)
			e.join("a")
			if taken := e.append("a", 1, "x", start("s")); len(taken) != 0 {
				e.Errorf("taken after a rollback: %q, want none", taken)
			}
		}},
		{"Transaction/sees-its-own", func(e *env) {
			tx := e.begin()
			tx.starts("s")
			tx.taken("s", "", 0, true)
			keys, err := tx.Keys(e.ctx, []string{"s", "unknown"})
			if err != nil || len(keys) != 1 || !sameKey(keys[0], start("s")) {
				e.Errorf("keys in the transaction: got %+v, error %v, want that of s", keys, err)
			}
			tx.end(true)
			if n := len(e.history("s")); n != 1 {
				e.Errorf("started twice in one transaction: %d chunks of history, want 1", n)
			}
		}},
		{"Transaction/taken-by-a-node", func(e *env) {
			e.join("a")
			e.append("a", 1, "s and t start", start("s"), start("t"), start("u"))
			e.checkpoint(saga.Checkpoint{Node: "a", From: 0, To: 1, Rows: []saga.Row{heldBy("a", "t"), ended("u")}})
			e.unchanged([]string{"a"}, []string{"s", "t", "u"}, func() {
				tx := e.begin()
				tx.taken("s", "a", 1, false)
				tx.taken("t", "a", 1, true)
				tx.taken("u", "a", 1, true)
				tx.end(true)
			})
		}},
		{"Transaction/used-for-ever", func(e *env) {
			tx := e.begin()
			tx.starts("s")
			tx.end(true)
			e.rows(ended("s"))
			e.join("a")
			if taken := e.append("a", 1, "x", start("s"), start("t")); fmt.Sprint(taken) != "[s]" {
				e.Errorf("taken: %q, want s", taken)
			}
			tx = e.begin()
			tx.taken("s", "", 0, true)
			tx.end(true)
		}},
		{"Transaction/commands", transactionCommands},
		{"Transaction/open-while-a-node-starts", func(e *env) {
			e.openWhile(true)
			e.openWhile(false)
		}},
		{"Transaction/against-appends", transactionRace},
	}
	for i, c := range list {
		list[i].run = func(e *env) {
			if _, can := e.store.(Transactor); !can {
				e.Log("the store is no Transactor: transactions of a caller's are not tested")
				return
			}
			c.run(e)
		}
	}
	return list
}

// ownTx is a transaction of a check.
type ownTx struct {
	saga.Transaction
	e     *env
	ender func(commit bool) error
}

func (e *env) begin() ownTx {
	e.Helper()
	tx, end, err := e.store.(Transactor).Begin(e.ctx)
	e.must(err, "begin")
	return ownTx{tx, e, end}
}

func (tx ownTx) end(commit bool) {
	tx.e.Helper()
	tx.e.must(tx.ender(commit), "end of a transaction, commit %v", commit)
}

// begun is what a transaction writes of an instance.
func begun(id string) (saga.StartKey, saga.Row, saga.Chunk) {
	return start(id), sleeping(id), saga.Chunk{ID: id, Seq: 1, Entries: []byte("beginning of " + id)}
}

// starts wants an id to be free.
func (tx ownTx) starts(id string) {
	tx.e.Helper()
	k, r, c := begun(id)
	key, row, err := tx.Start(tx.e.ctx, k, r, c)
	if err != nil || key != nil || row != nil {
		tx.e.Fatalf("start of %q: got key %+v, row %+v, error %v, want it to be free", id, key, row, err)
	}
}

// taken wants an id to be taken, by a node or, if that is empty, by a transaction.
func (tx ownTx) taken(id, node string, position int64, hasRow bool) {
	tx.e.Helper()
	k, r, c := begun(id)
	want := k
	want.Node, want.Position = node, position
	key, row, err := tx.Start(tx.e.ctx, k, r, c)
	if err != nil || key == nil || !sameKey(*key, want) || hasRow != (row != nil) || row != nil && row.ID != id {
		tx.e.Fatalf("start of %q: got key %+v, row %+v, error %v, want key %+v, and a row: %v", id, key, row, err, want, hasRow)
	}
}

func transactionCommitted(e *env) {
	tx := e.begin()
	e.unchanged(nil, []string{"s", "t"}, func() {
		tx.starts("s")
		tx.starts("t")
	})
	tx.end(true)
	for _, id := range []string{"s", "t"} {
		k, r, c := begun(id)
		if got := e.keys(id)[id]; !sameKey(got, k) {
			e.Errorf("key of %q: got %+v, want %+v", id, got, k)
		}
		if got := e.find(saga.Filter{IDs: []string{id}}); len(got) != 1 || !sameRow(got[0], r) {
			e.Errorf("row of %q: got %+v, want %+v", id, got, r)
		}
		if got := e.history(id); len(got) != 1 || got[0].Seq != 1 || string(got[0].Entries) != string(c.Entries) {
			e.Errorf("history of %q: got %+v, want %+v", id, got, c)
		}
	}
	if n, err := e.store.Reader().Count(e.ctx); err != nil || n[saga.Running] != 2 {
		e.Errorf("counted %v, error %v, want 2 running", n, err)
	}
	rows := e.claim(saga.Claim{Node: "x", Due: noon(), Limit: 10})
	if len(rows) != 2 || rows[0].Owner != "" || rows[0].Former != "" {
		e.Errorf("a claim after the commit got %+v, want both, of which nobody was the owner", rows)
	}
	if rows := e.claim(saga.Claim{Node: "y", Due: noon(), Limit: 10}); len(rows) != 0 {
		e.Errorf("a second claim got %+v, want nothing", rows)
	}
}

func transactionCommands(e *env) {
	e.join("x")
	e.rows(heldBy("x", "held"), later(sleeping("s")), ended("gone"))
	tx := e.begin()
	e.must(tx.Send(e.ctx, []saga.Command{command("c", "s"), command("a", "held"), command("b", "gone"), command("d", "new")}), "send")
	tx.starts("new")
	e.must(tx.Send(e.ctx, []saga.Command{command("c", "held"), command("e", "new")}), "send a known one again")
	e.wantSent("s")
	tx.end(true)
	e.wantSent("s", "c")
	e.wantSent("held", "a")
	e.woke("x", 10, []string{"new", "s"}, "a", "b", "c", "d", "e")
}

// openWhile lets a node start an id that an open transaction has started. A store with one writer at a
// time lets the append wait; others say that it is taken. Whatever was said is said again.
func (e *env) openWhile(commit bool) {
	id := fmt.Sprint("s ", commit)
	node := "node of " + id
	e.join(node)
	tx := e.begin()
	tx.starts(id)
	said := make(chan []string, 1)
	failed := make(chan error, 1)
	go func() {
		taken, err := e.store.Journal().Append(e.ctx, entry(node, 1, "x", start(id), start(id+" other")))
		failed <- err
		said <- taken
	}()
	select {
	case err := <-failed:
		failed <- err
	case <-time.After(300 * time.Millisecond):
	}
	tx.end(commit)
	e.must(<-failed, "append while a transaction is open")
	taken := <-said
	if len(taken) > 1 || len(taken) == 1 && taken[0] != id || commit && len(taken) != 1 {
		e.Errorf("taken while a transaction was open that then ended, commit %v: %q", commit, taken)
	}
	again, err := e.store.Journal().Append(e.ctx, entry(node, 1, "x", start(id), start(id+" other")))
	if err != nil || fmt.Sprint(again) != fmt.Sprint(taken) {
		e.Errorf("the same append again, commit %v: taken %q, error %v; at first it was %q", commit, again, err, taken)
	}
	key, there := e.keys(id)[id]
	if there != (commit || len(taken) == 0) || commit && key.Node != "" {
		e.Errorf("after the end, commit %v, and taken %q, the key is %+v", commit, taken, key)
	}
}

// transactionRace lets a node and a transaction start the same id at about the same time.
func transactionRace(e *env) {
	e.join("a")
	for round := range 30 {
		id := fmt.Sprintf("%02d", round)
		commit := round%3 > 0
		var taken []string
		var first, held bool
		e.together(2, func(i int) (err error) {
			<-time.After(rand.N(2 * time.Millisecond))
			if i == 0 {
				taken, err = e.store.Journal().Append(e.ctx, entry("a", int64(round+1), "x", start(id)))
				return err
			}
			tx, end, err := e.store.(Transactor).Begin(e.ctx)
			if err != nil {
				return err
			}
			k, r, c := begun(id)
			key, _, err := tx.Start(e.ctx, k, r, c)
			if held = errors.Is(err, saga.NotDone); held {
				return end(false)
			}
			first = key == nil
			<-time.After(rand.N(2 * time.Millisecond))
			return errors.Join(err, end(commit))
		})
		key, there := e.keys(id)[id]
		byNode := len(taken) == 0
		if there != (byNode || first && commit) || byNode && (key.Node != "a" || first && commit) || there && !byNode && key.Node != "" {
			e.Fatalf("round %d, commit %v: the node was told %v, the transaction %v (held %v), and the key is %+v", round, commit, byNode, first, held, key)
		}
		if rows := e.find(saga.Filter{IDs: []string{id}}); len(rows) > 0 != (first && commit) {
			e.Fatalf("round %d, commit %v: the transaction was told %v, and the rows are %+v", round, commit, first, rows)
		}
	}
}
