package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/postgres"
)

// refusals opens and visits, and wants both refused with these texts and, if not nil, this error.
func refusals(t *testing.T, url string, want error, texts ...string) {
	t.Helper()
	store, err := postgres.Open(t.Context(), url, nil)
	if store != nil {
		t.Error("Open returned a store")
	}
	visitor, err2 := postgres.Visit(t.Context(), url)
	if visitor != nil {
		t.Error("Visit returned a store")
	}
	for _, err := range []error{err, err2} {
		says(t, err, texts...)
		if errors.Is(err, saga.ErrFormat) != errors.Is(want, saga.ErrFormat) || want != nil && !errors.Is(err, want) {
			t.Errorf("got error %v, want one that matches %v", err, want)
		}
	}
}

func TestTablesThatAreNotThereAreNotMade(t *testing.T) {
	url := pgtest.URL(t)
	refusals(t, url, nil, "there are no tables for sagas in schema", "run: seosa migrate -store URL up")
	if n := ask[int](t, admin(t, url), `select count(*) from pg_tables where schemaname = current_schema()`); n != 0 {
		t.Errorf("%d tables were made", n)
	}
	refusals(t, with(url, "search_path=nowhere"), nil, "create the schema first")
}

// Tables of the same name further down the search path belong to somebody else.
func TestTablesOfAnotherSchemaAreNotUsed(t *testing.T) {
	other := ask[string](t, admin(t, migrated(t)), `select current_schema()`)
	url := pgtest.URL(t)
	own := ask[string](t, admin(t, url), `select current_schema()`)
	refusals(t, strings.Replace(url, "search_path="+own, "search_path="+own+","+other, 1), nil, "there are no tables for sagas")
}

func TestVersions(t *testing.T) {
	for name, c := range map[string]struct {
		change string
		want   error
		texts  []string
	}{
		"a migration is missing": {`delete from saga_migrations where version_id > 0`, nil,
			[]string{"are at migration 0", "run: seosa migrate -store URL up"}},
		"a later version that only its like can use": {
			`insert into saga_migrations (version_id, is_applied) values (99, true); update saga_format set version = 7, oldest = 7`,
			saga.ErrFormat, []string{"have format 7", "this one knows 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			url := migrated(t)
			exec(t, url, c.change)
			refusals(t, url, c.want, c.texts...)
		})
	}
	t.Run("a later version that we can use", func(t *testing.T) {
		url := migrated(t)
		exec(t, url, `insert into saga_migrations (version_id, is_applied) values (99, true);
			update saga_format set version = 7; alter table saga_instance add column later int`)
		store := open(t, url)
		rows(t, store, "n", due("s"))
		if done, err := postgres.Migrate(t.Context(), url); err != nil || len(done) != 0 {
			t.Errorf("Migrate: %v, error %v; want nothing to be done", done, err)
		}
	})
}

func TestABadURLIsInvalidAndShowsNoPassword(t *testing.T) {
	for _, url := range []string{
		"", "nothing", "mysql://u:geheim@h/d", "postgres://u:geheim@h:port/d", "postgres://u:geheim@h/d?sslmode=no",
		"postgres://u:gehe%zzim@h/d", "host=h password=geheim port=x",
		"postgres://u:geheim@h/d?pool_max_conns=no", "postgres://u@h/d?password=geheim&sslmode=geheim",
	} {
		_, err := postgres.Open(t.Context(), url, nil)
		_, err2 := postgres.Visit(t.Context(), url)
		_, err3 := postgres.Migrate(t.Context(), url)
		_, err4 := postgres.Migrations(t.Context(), url)
		for _, err := range []error{err, err2, err3, err4} {
			if !errors.Is(err, saga.ErrInvalid) {
				t.Errorf("%q: error %v, want one that matches saga.ErrInvalid", url, err)
			}
			hidden(t, err)
		}
	}
}

func hidden(t *testing.T, err error) {
	t.Helper()
	if err == nil || strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "gehe%") {
		t.Errorf("the error shows the password, or there is none: %v", err)
	}
}

func TestAServerThatIsNotThereIsAnErrorThatShowsNoPassword(t *testing.T) {
	p := newProxy(t, pgtest.URL(t))
	p.refuse(true)
	url := strings.Replace(p.url, "postgres@", "postgres:geheim@", 1)
	_, err := postgres.Open(t.Context(), url, nil)
	hidden(t, err)
	_, err = postgres.Migrate(t.Context(), url)
	hidden(t, err)
}

func TestAServerThatOnlyReadsIsForVisitors(t *testing.T) {
	url := with(migrated(t), "options=-c%20default_transaction_read_only%3Don")
	_, err := postgres.Open(t.Context(), url, nil)
	says(t, err, "only reads", "primary")
	visitor, err := postgres.Visit(t.Context(), url)
	must(t, err)
	defer visitor.Close()
	if _, err := visitor.Reader().Count(t.Context()); err != nil {
		t.Errorf("count: %v", err)
	}
	if err := visitor.Instances().Send(t.Context(), []saga.Command{{ID: "c", Sent: noon()}}); err == nil {
		t.Error("a command was sent although nothing can be written")
	}
}

func TestWhatTheServerMayLoseIsWarnedAbout(t *testing.T) {
	url := migrated(t)
	if _, log := openLogging(t, url); log.String() != "" {
		t.Errorf("logged about a server that loses nothing: %s", log)
	}
	_, log := openLogging(t, with(url, "options=-c%20synchronous_commit%3Doff"))
	says(t, stringError(log.String()), "level=WARN", "synchronous_commit is off", "set synchronous_commit = on")
}

func TestAContextThatHasEndedTouchesNothing(t *testing.T) {
	p := newProxy(t, migrated(t))
	store := open(t, p.url)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	statements, _ := p.counted(func() {
		_, claimed := store.Instances().Claim(ctx, saga.Claim{Node: "n", Limit: 1})
		_, found := store.Reader().Find(ctx, saga.Filter{})
		for _, err := range []error{claimed, found, store.Journal().Join(ctx, "n", 0), store.Journal().Seal(ctx, "n")} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got error %v, want the context's", err)
			}
		}
	})
	if statements != 0 {
		t.Errorf("%d statements were run", statements)
	}
}

func TestAStoreUsesNoMoreConnectionsThanItMay(t *testing.T) {
	url := migrated(t)
	name := ask[string](t, admin(t, url), `select right(current_schema(), 40)`)
	store, err := postgres.Open(t.Context(), with(url, "application_name="+name), &postgres.Config{MaxConns: 3})
	must(t, err)
	defer store.Close()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 10 {
				if _, err := store.Reader().Count(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := ask[int](t, admin(t, url), `select count(*) from pg_stat_activity where application_name = $1`, name); n < 2 || n > 4 {
		t.Errorf("%d sessions, want those of the pool, three at most, and one for presence", n)
	}
}
