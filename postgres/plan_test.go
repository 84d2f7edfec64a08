package postgres

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/internal/pgtest"
)

// opened is a store over tables of its own, seen from inside the package.
func opened(t *testing.T) *Store {
	t.Helper()
	url := pgtest.URL(t)
	if _, err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// pages runs a statement, undoes it, and returns how many pages of tables and indexes it looked at.
// Only a test inside the package has the statements.
func pages(t *testing.T, s *Store, query string, args ...any) int {
	t.Helper()
	var plan []byte
	undo := errors.New("undone")
	err := pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
		args := append([]any{pgx.QueryExecModeCacheDescribe}, args...)
		if err := tx.QueryRow(t.Context(), "explain (analyze, buffers, format json) "+query, args...).Scan(&plan); err != nil {
			return err
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
	var read []struct {
		Plan struct {
			Hit  int `json:"Shared Hit Blocks"`
			Read int `json:"Shared Read Blocks"`
		}
	}
	if err := json.Unmarshal(plan, &read); err != nil || len(read) != 1 {
		t.Fatal(string(plan), err)
	}
	return read[0].Plan.Hit + read[0].Plan.Read
}

// With a hundred thousand rows that live nodes hold, and as many that have ended or sleep, what runs
// all the time looks at a few pages, whatever the server knows about the tables.
func TestNoFrequentStatementWalksOverOtherRows(t *testing.T) {
	s := opened(t)
	run := func(query string) {
		t.Helper()
		if _, err := s.pool.Exec(t.Context(), query, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
	run(`alter table saga_instance set (autovacuum_enabled = off);
		insert into saga_node (node, holder, drained) select 'n' || n, n, n > 10 from generate_series(1, 12) as n;
		insert into saga_instance
		select 'i' || n, 'order', 1, case when n % 3 = 2 then 'completed' else 'running' end, n % 3 < 2,
			case when n % 3 = 0 then 'n' || (n % 12 + 1) end, null,
			case when n % 3 = 2 then null when n % 3 = 0 then now() else now() + interval '1 day' end,
			now() - n * interval '1 second', now(), now(), '', '', 'x' from generate_series(1, 100000) as n;
		update saga_instance set owner = 'n11' where id = 'i3';
		insert into saga_command (id, instance, sent, data, answer)
			select n::text, 'i' || n, now(), 'x', 'x' from generate_series(1, 20000) as n`)
	find, values := findQuery(saga.Filter{Statuses: []saga.Status{saga.Running, saga.Failed, saga.Completed}, Limit: 20})
	now := time.Now()
	for _, known := range []string{"nothing", "all"} {
		for name, n := range map[string]int{
			"an idle claim":          pages(t, s, claimDueSQL, "n1", now.Add(-time.Hour), true, 64, false),
			"a claim that takes one": pages(t, s, claimDueSQL, "x", now.Add(time.Hour), true, 64, false),
			"a claim by id":          pages(t, s, claimIDsSQL, "x", now, []string{"i1", "i2", "i3"}, 64, true),
			"a wanted claim":         pages(t, s, claimWantedSQL, "x", []string{}, 64),
			"others' commands":       pages(t, s, tellOthersSQL, "n1", time.Time{}, "", []string{"i1"}, 65),
			"a list of statuses":     pages(t, s, find, values...),
		} {
			t.Logf("%s, the server knowing %s about the tables: %d pages", name, known, n)
			if n > 400 {
				t.Errorf("%s, the server knowing %s about the tables: %d pages", name, known, n)
			}
		}
		run("analyze")
	}
}

// A journal's tables are empty at first and large later. The server goes by what a statement cost at
// first, so left to itself it would soon plan each append and each checkpoint anew.
func TestTheJournalsStatementsArePlannedOnce(t *testing.T) {
	s := opened(t)
	j := s.Journal()
	errs := []error{j.Join(t.Context(), "n", time.Second)}
	for pos := range int64(20) {
		_, err := j.Append(t.Context(), saga.Append{Node: "n", Position: pos + 1, Entries: []byte("e")})
		errs = append(errs, err, j.Checkpoint(t.Context(), saga.Checkpoint{Node: "n", From: pos, To: pos + 1}))
	}
	var custom, statements int
	err := s.appends.QueryRow(t.Context(), `select sum(custom_plans)::int, count(*)::int from pg_prepared_statements
		where statement like '%saga_journal%'`).Scan(&custom, &statements)
	if err := errors.Join(append(errs, err)...); err != nil || custom != 0 || statements < 2 {
		t.Errorf("%d statements of the journal were planned %d times for their values, error %v; want none", statements, custom, err)
	}
}
