package postgres

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/internal/pgtest"
)

// What the statements rely on must hold on every connection, whatever the server, the role or the
// URL say. Only a test inside the package reaches the connections.
func TestEveryConnectionHasItsSettings(t *testing.T) {
	url := pgtest.URL(t) + "&options=-c%20default_transaction_isolation%3Dserializable"
	if _, err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	line, err := dial(t.Context(), s.pool)
	if err != nil {
		t.Fatal(err)
	}
	defer hangUp(line)
	for name, want := range map[string]string{
		"transaction_isolation": "read committed", "idle_in_transaction_session_timeout": "10s", "application_name": "seosa",
		"enable_seqscan": "off", "jit": "off", "tcp_keepalives_idle": "5", "synchronous_commit": "on",
	} {
		for what, db := range map[string]querier{"the pool's": s.pool, "the journal's": s.appends, "a line's": line} {
			var got string
			if err := db.QueryRow(t.Context(), `select current_setting($1)`, name).Scan(&got); err != nil || got != want {
				t.Errorf("%s %s is %q, want %q; error %v", what, name, got, want, err)
			}
		}
	}
}

// No server here is that old, or has fsync off.
func TestServersThatCannotBeUsedOrLoseData(t *testing.T) {
	good := server{version: 150000, schema: "public", encoding: "UTF8", fsync: true, fullPages: true, commit: "on"}
	if err := good.usable(true); err != nil {
		t.Error(err)
	}
	for text, change := range map[string]func(v *server){
		"version 14 or later":    func(v *server) { v.version = 130022 },
		"use the address of the": func(v *server) { v.readOnly = true },
		"encoding 'UTF8'":        func(v *server) { v.encoding = "LATIN1" },
	} {
		bad := good
		change(&bad)
		if err := bad.usable(true); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: error %v, want one that says %q", bad, err, text)
		}
	}
	for text, change := range map[string]func(v *server){
		"set fsync = on":                     func(v *server) { v.fsync = false },
		"set full_page_writes = on":          func(v *server) { v.fullPages = false },
		"synchronous_commit is off":          func(v *server) { v.commit = "off" },
		"synchronous_commit is remote_write": func(v *server) { v.commit, v.standbys = "remote_write", true },
		"synchronous_commit is local":        func(v *server) { v.commit, v.standbys = "local", true },
	} {
		var log strings.Builder
		bad := good
		change(&bad)
		bad.warn(slog.New(slog.NewTextHandler(&log, nil)))
		if strings.Count(log.String(), "level=WARN") != 1 || !strings.Contains(log.String(), text) {
			t.Errorf("%+v: logged %q, want one warning that says %q", bad, log.String(), text)
		}
	}
}

func TestALongSchemaHasAChannelOfItsOwn(t *testing.T) {
	a, b := channel(strings.Repeat("x", 62)+"a"), channel(strings.Repeat("x", 62)+"b")
	if a == b || len(a) > longestName || channel("orders") != "saga_orders" {
		t.Errorf("channels %q, %q and %q", a, b, channel("orders"))
	}
}

func TestAnErrorSaysWhatToDo(t *testing.T) {
	s := opened(t)
	if _, err := s.pool.Exec(t.Context(), `drop table saga_journal`); err != nil {
		t.Fatal(err)
	}
	err := s.Journal().Join(t.Context(), "n", 0)
	if err == nil || errors.Is(err, saga.ErrSealed) || !strings.Contains(err.Error(), "run: "+migrateCommand) {
		t.Errorf("join without its table: %v", err)
	}
}
