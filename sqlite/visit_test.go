package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// visit opens a file a second time, as a tool beside the engine.
func visit(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Visit(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// held stores live rows that a node owns, which joins for it and stays at position 1.
func held(t *testing.T, store file, node string, ids ...string) {
	t.Helper()
	if err := store.Journal().Join(t.Context(), node, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Journal().Append(t.Context(), saga.Append{Node: node, Position: 1}); err != nil {
		t.Fatal(err)
	}
	c := saga.Checkpoint{Node: node, From: 0, To: 1}
	for _, id := range ids {
		c.Rows = append(c.Rows, saga.Row{ID: id, Status: saga.Running, Live: true, Owner: node, Started: time.Now()})
	}
	if err := store.Journal().Checkpoint(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func command(id, instance string) saga.Command {
	return saga.Command{ID: id, Instance: instance, Sent: time.Now(), Data: []byte("please")}
}

// told wants the node to be told of exactly these commands.
func told(t *testing.T, store saga.Store, node string, want ...string) {
	t.Helper()
	got, err := store.Instances().Claim(t.Context(), saga.Claim{Node: node, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, cmd := range got.Commands {
		ids = append(ids, cmd.ID)
	}
	if !slices.Equal(ids, want) {
		t.Errorf("%s was told of %q, want %q", node, ids, want)
	}
}

func TestVisitReadsAndSendsBesideTheOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	owner := open(t, path)
	held(t, owner, "a", "s", "t")
	visitor := visit(t, path)
	rows, err := visitor.Reader().Find(t.Context(), saga.Filter{})
	if err != nil || len(rows) != 2 {
		t.Errorf("the visitor sees %+v; error %v", rows, err)
	}
	if err := visitor.Instances().Send(t.Context(), []saga.Command{command("c", "s"), command("d", "t")}); err != nil {
		t.Fatal(err)
	}
	told(t, owner, "a", "c", "d")
	done := saga.Append{Node: "a", Position: 2, Answers: []saga.Answer{{ID: "c", Data: []byte("done")}}}
	if _, err := owner.Journal().Append(t.Context(), done); err != nil {
		t.Fatal(err)
	}
	answers, err := visitor.Instances().Answers(t.Context(), []string{"c", "d"})
	if err != nil || len(answers) != 1 || string(answers[0].Data) != "done" {
		t.Errorf("the visitor got answers %+v; error %v", answers, err)
	}
	closed(t, owner)
	if tail, err := visitor.Journal().Tail(t.Context(), "a"); err != nil || len(tail.Positions) != 2 {
		t.Errorf("after the owner closed the file, the visitor sees %+v; error %v", tail, err)
	}
}

func TestVisitWhileNobodyHasTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	owner := open(t, path)
	held(t, owner, "a", "s")
	closed(t, owner)
	visitor := visit(t, path)
	if err := visitor.Instances().Send(t.Context(), []saga.Command{command("c", "s")}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := visitor.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := visitor.Instances().Send(t.Context(), []saga.Command{command("d", "s")}); err == nil {
		t.Error("a closed visitor sent something")
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the visitor left the log behind: %v", err)
	}
	told(t, open(t, path), "a", "c")
}

// A visitor's refusal must not look like the answer to a node that was sealed.
func TestVisitRefusesWhatIsTheOwners(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	owner := open(t, path)
	held(t, owner, "a", "s")
	visitor := visit(t, path)
	j, in, ctx := visitor.Journal(), visitor.Instances(), t.Context()
	for name, fn := range map[string]func() error{
		"Join":       func() error { return j.Join(ctx, "b", 0) },
		"Append":     func() error { _, err := j.Append(ctx, saga.Append{Node: "a", Position: 2}); return err },
		"Seal":       func() error { return j.Seal(ctx, "a") },
		"Checkpoint": func() error { return j.Checkpoint(ctx, saga.Checkpoint{Node: "a", From: 0, To: 1}) },
		"Claim":      func() error { _, err := in.Claim(ctx, saga.Claim{Node: "a", Limit: 1}); return err },
		"Define":     func() error { _, err := in.Define(ctx, []saga.StoredShape{{Name: "d"}}); return err },
		"Forget":     func() error { return in.Forget(ctx, time.Now()) },
	} {
		err := fn()
		if err == nil || errors.Is(err, saga.ErrSealed) || !strings.Contains(err.Error(), "Open") {
			t.Errorf("%s of a visitor: got %v, want an error that names Open", name, err)
		}
	}
	tail, err := owner.Journal().Tail(ctx, "a")
	if err != nil || len(tail.Positions) != 1 {
		t.Errorf("the journal has %+v; error %v", tail.Positions, err)
	}
	if nodes, err := owner.Instances().Nodes(ctx); err != nil || len(nodes) != 1 || nodes[0].Sealed {
		t.Errorf("the nodes are %+v; error %v", nodes, err)
	}
}

func TestVisitSaysWhatIsWrong(t *testing.T) {
	folder := t.TempDir()
	missing := filepath.Join(folder, "missing.db")
	if err := unwelcome(t, missing, missing, "start the engine"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v does not match os.ErrNotExist", err)
	}
	if _, err := os.Stat(missing); !errors.Is(err, os.ErrNotExist) {
		t.Error("the missing file was made")
	}
	unwelcome(t, "", "empty")
	unwelcome(t, folder, "is a folder")
	text := filepath.Join(folder, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is a letter. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	unwelcome(t, text, text, "not an SQLite database")
	other := filepath.Join(folder, "other.db")
	change(t, other, `create table orders (id text)`)
	unwelcome(t, other, other, "no sagas", "start the engine")

	path := filepath.Join(folder, "sagas.db")
	closed(t, open(t, path))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sqlite.Visit(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("visit with an ended context: %v", err)
	}
	for name, to := range map[string]string{
		"format":    `update saga_format set version = 2`,
		"migration": `insert into saga_migrations (version_id, is_applied) values (99, 1)`,
	} {
		newer := filepath.Join(folder, name+".db")
		closed(t, open(t, newer))
		change(t, newer, to)
		if err := unwelcome(t, newer, newer); !errors.Is(err, saga.ErrFormat) {
			t.Errorf("%v does not match saga.ErrFormat", err)
		}
	}
}

// unwelcome visits a path that must be refused with a message that contains all of the words.
func unwelcome(t *testing.T, path string, words ...string) error {
	t.Helper()
	store, err := sqlite.Visit(t.Context(), path)
	if err == nil {
		store.Close()
		t.Fatalf("the visit to %s succeeded", path)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("visit %s: the error says %q, want it to contain %q", path, err, w)
		}
	}
	return err
}

func change(t *testing.T, path, query string) {
	t.Helper()
	db := raw(t, path)
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

// A process that writes without a pause leaves only moments in which another one can.
func TestVisitSendsWhileTheOwnerWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	owner := open(t, path)
	held(t, owner, "a", "s")
	visitor := visit(t, path)
	stop, ended := make(chan struct{}), make(chan struct{})
	var written atomic.Int64
	go func() {
		defer close(ended)
		for pos := int64(2); ; pos++ {
			select {
			case <-stop:
				return
			default:
			}
			a := saga.Append{Node: "a", Position: pos, Entries: make([]byte, 5000)}
			if _, err := owner.Journal().Append(t.Context(), a); err != nil {
				t.Errorf("append at %d: %v", pos, err)
				return
			}
			written.Store(pos)
		}
	}()
	sent := 0
	for i := 0; i < 30 || written.Load() < 60 && i < 2000; i++ { // both get to write
		sent++
		if err := visitor.Instances().Send(t.Context(), []saga.Command{command(id(i), "s")}); err != nil {
			t.Errorf("send %d: %v", i, err)
		}
		if rows, err := visitor.Reader().Find(t.Context(), saga.Filter{}); err != nil || len(rows) != 1 {
			t.Errorf("the visitor sees %+v; error %v", rows, err)
		}
	}
	close(stop)
	<-ended
	if n := written.Load(); n < 60 {
		t.Errorf("the owner got to write %d times only, beside %d sends", n, sent)
	}
	got, err := owner.Instances().Claim(t.Context(), saga.Claim{Node: "a", Limit: sent + 1})
	if err != nil || len(got.Commands) != sent {
		t.Errorf("%d commands were sent, the owner is told of %d; error %v", sent, len(got.Commands), err)
	}
}

// One who hangs in a transaction holds up a visitor for as long as Send says, or as ctx allows.
func TestVisitSendEndsIfTheLockIsKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sagas.db")
	owner := open(t, path)
	held(t, owner, "a", "s")
	visitor := visit(t, path)
	db := raw(t, path)
	db.SetMaxOpenConns(1)
	for _, q := range []string{`begin immediate`, `update saga_format set version = version`} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if err := visitor.Instances().Send(ctx, []saga.Command{command("c", "s")}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after the end of ctx: %v", err)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("the end of ctx was noticed after %v", took)
	}
	err := visitor.Instances().Send(t.Context(), []saga.Command{command("d", "s")})
	if err == nil || !strings.Contains(err.Error(), "lock") || !strings.Contains(err.Error(), "nothing was done") {
		t.Errorf("send while another process keeps the lock: %v", err)
	}
	if rows, err := visitor.Reader().Find(t.Context(), saga.Filter{}); err != nil || len(rows) != 1 {
		t.Errorf("reading meanwhile: got %+v, error %v", rows, err)
	}
	if _, err := db.ExecContext(t.Context(), `rollback`); err != nil {
		t.Fatal(err)
	}
	if err := visitor.Instances().Send(t.Context(), []saga.Command{command("e", "s")}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	told(t, owner, "a", "e")
}
