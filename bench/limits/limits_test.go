package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga/internal/pgtest"
)

func TestMain(m *testing.M) {
	if child() {
		return
	}
	os.Exit(m.Run())
}

// Every case, made small, finds that all ends are right, says its figures, and leaves nothing behind.
func TestEveryCaseIsPlayed(t *testing.T) {
	t.Setenv(pgtest.Variable, pgtest.Database(t))
	dir := t.TempDir()
	args := []string{"-n", "40", "-seconds", "0.3", "-rounds", "1", "-o", dir, "-profiles", filepath.Join(dir, "profiles")}
	var table bytes.Buffer
	if err := run(t.Context(), args, &table, io.Discard); err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(filepath.Join(dir, "*-limits.md"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("results in %v, %v; want one file", kept, err)
	}
	page, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"restart: kill -9", "from exec: all ended", "sleepers: instances", "heap per sleeper", "idle: what", "two nodes: statements",
		"ended: throughput", "replayable: ratio", "sustained: throughput", "longest checkpoint lag", "timers: timers that", "latest", "waiting: a reply", "until the step was settled",
		"relay: messages", "two relays", "the effect was durable", "an idle relay: statements", "wake: a command", "until Apply returned",
	} {
		if !strings.Contains(table.String(), want) || !strings.Contains(string(page), want) {
			t.Errorf("%q is not in both the table and the page", want)
		}
	}
	for _, want := range []string{"PostgreSQL", "fsync=", "cores", "load average"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, name := range []string{"restart.pprof", "sleepers-heap.pprof"} {
		if profile, err := os.Stat(filepath.Join(dir, "profiles", name)); err != nil || profile.Size() == 0 {
			t.Errorf("profile %s: %v", name, err)
		}
	}
	if err := run(t.Context(), args, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "not overwritten") {
		t.Errorf("a second run on the same day: %v, want it refused", err)
	}
	conn, err := pgx.Connect(t.Context(), os.Getenv(pgtest.Variable))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if n, err := ask[int](t.Context(), conn, `select count(*) from pg_namespace where nspname like 'bench\_%'`); err != nil || n != 0 {
		t.Errorf("%d schemas are left behind, %v", n, err)
	}
}

// A case that loses, doubles or leaves unfinished a single instance is an error.
func TestAWrongOutcomeIsNoticed(t *testing.T) {
	url := pgtest.URL(t)
	p, err := open(t.Context(), url, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}()
	s, err := openShop(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		if err := s.one(t.Context(), s.durable, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.checked(t.Context(), p, 0); err != nil {
		t.Fatal(err)
	}
	for name, sql := range map[string]string{
		"unfinished": `update saga_instance set status = 'running' where id = 'b'`,
		"lost":       `delete from saga_instance where id = 'b'`,
		"unknown":    `delete from saga_key where id = 'b'`,
	} {
		tx, err := p.conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		if err := p.check(t.Context(), "completed", 2); err == nil || !strings.Contains(err.Error(), "wrong outcome") {
			t.Errorf("an instance that is %s: %v", name, err)
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.check(t.Context(), "completed", 2); err != nil {
		t.Error(err)
	}
}

// Statements are counted however the client sends them.
func TestStatementsAreCounted(t *testing.T) {
	counter, through, err := tap(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := counter.close(); err != nil {
			t.Error(err)
		}
	}()
	conn, err := pgx.Connect(t.Context(), through)
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeSimpleProtocol,
	} {
		if n, err := ask[int](t.Context(), conn, "select 40 + 2", mode); err != nil || n != 42 {
			t.Fatal(n, err)
		}
	}
	var both pgx.Batch
	both.Queue("select 1")
	both.Queue("select 1")
	if err := conn.SendBatch(t.Context(), &both).Close(); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := counter.taken(); len(got) != 2 || got["select 40 + 2"] != 4 || got["select 1"] != 2 {
		t.Errorf("counted %v, want four of one and two of the other", got)
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for args, want := range map[string]string{
		"-only nothing": `no case is called "nothing"`,
		"-n -1":         "below zero",
		"-rounds 0":     "below one",
		"restart":       "not expected",
	} {
		if _, err := parseOptions(strings.Fields(args), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want to read %q", args, err, want)
		}
	}
	o, err := parseOptions([]string{"-only", "idle, wake", "-n", "7"}, io.Discard)
	if err != nil || len(o.limits) != 2 || o.limits[1].name != "wake" || o.limits[1].n != 7 {
		t.Errorf("%+v, %v; want idle, and wake of 7", o.limits, err)
	}
}
