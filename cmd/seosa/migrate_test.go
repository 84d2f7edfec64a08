package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/sqlite"
)

// run sends statements to the schema of a URL.
func run(t *testing.T, url, statements string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), statements, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

func TestMigratePostgreSQL(t *testing.T) {
	url := pgtest.URL(t)
	seosa(t, url, "list").ends(cli.ExitStore, "there are no tables for sagas", "seosa migrate -store URL up")
	seosa(t, url, "migrate", "status").ends(cli.ExitRefused, "1  saga  not yet", "1 to apply.")
	script := seosa(t, url, "migrate", "up", "-dry-run").ends(cli.ExitDone, "-- 1 saga\n", "create table saga_journal", "Nothing was done.").out
	if strings.Contains(script, "drop table") || strings.Contains(script, "+goose") {
		t.Errorf("the way back, or a mark of the tool, is printed:\n%s", script)
	}
	run(t, pgtest.URL(t), script) // it is what it says, and works
	seosa(t, url, "migrate", "status").ends(cli.ExitRefused)

	seosa(t, "", "migrate", "-store", url, "up").ends(cli.ExitDone, "1  saga  applied", "1 migration applied in ")
	seosa(t, url, "migrate", "status").ends(cli.ExitDone, " UTC\n", "Up to date: at migration 1.")
	seosa(t, url, "migrate", "up").ends(cli.ExitDone, "Nothing to apply")
	seosa(t, url, "list").ends(cli.ExitDone, "Nothing is on its way")

	run(t, url, `update saga_format set version = 99, oldest = 99`)
	seosa(t, url, "migrate", "status").ends(cli.ExitRefused, "Newer than this program, which cannot run on these tables")
	seosa(t, url, "migrate", "up").ends(cli.ExitRefused, "needs a program that knows format 99")
	seosa(t, url, "list").ends(cli.ExitStore, "needs a program that knows format 99")
	seosa(t, strings.Replace(url, "search_path=", "search_path=none_", 1), "migrate", "up").ends(cli.ExitStore, "create the schema first")
}

func TestMigrateSQLite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sagas.db")
	seosa(t, file, "migrate", "up").ends(cli.ExitStore, "check the name")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	seosa(t, file, "migrate", "status").ends(cli.ExitRefused, "3 to apply.")
	seosa(t, file, "migrate", "up", "-dry-run").ends(cli.ExitDone, "-- 1 journal\n", "-- 3 former\n", "-- 3 migrations would be applied.")
	seosa(t, file, "migrate", "up").ends(cli.ExitDone, "2  command  applied", "3 migrations applied in ")
	seosa(t, file, "migrate", "status").ends(cli.ExitDone, "Up to date: at migration 3.")

	store, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	seosa(t, file, "migrate", "up").ends(cli.ExitStore, "has the file open")
	seosa(t, file, "migrate", "status").ends(cli.ExitDone)
}
