package catalog_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/shop/catalog"
)

const (
	decrement = "/catalog/stock/decrement"
	fence     = "/catalog/stock/decrement/fence"
	undo      = "/catalog/stock/decrement/undo"

	seeded = 10_000 // of each item
)

// shelf is a catalog behind real HTTP, every exchange of which is held against its document.
type shelf struct {
	service  *catalog.ProductService
	boundary *catalog.CatalogController
	checked  *openapi.Checker
	url      string
	file     string
}

func open(t *testing.T, authorize func(*http.Request) error) *shelf {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "catalog.db"), authorize)
}

func openAt(t *testing.T, file string, authorize func(*http.Request) error) *shelf {
	t.Helper()
	service, err := catalog.New(t.Context(), catalog.Config{Path: file, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{service: service, boundary: catalog.NewController(service, authorize), file: file}
	s.checked = openapi.Check(t, s.boundary)
	server := httptest.NewServer(s.checked)
	s.url = server.URL
	t.Cleanup(func() {
		server.Close()
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// reply is an answer: an entry if it is a 200 about a key, a problem if it is no 200.
type reply struct {
	status  int
	body    string
	entry   participant.Entry
	problem struct {
		Type, Title, Detail, Key, Code, State string
		Status                                int
		Data                                  struct{ Item string }
	}
}

// request is what a test sends. A body goes out as JSON unless kind says otherwise.
type request struct{ method, path, key, body, kind string }

func (s *shelf) send(t *testing.T, q request) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), q.method, s.url+q.path, strings.NewReader(q.body))
	if err != nil {
		t.Error(err)
		return reply{}
	}
	if q.body != "" && q.kind == "" {
		q.kind = "application/json; charset=utf-8"
	}
	for name, value := range map[string]string{"Content-Type": q.kind, "Idempotency-Key": q.key} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	return do(t, r)
}

func do(t *testing.T, r *http.Request) reply {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err) // and no Fatal: some ask in goroutines of their own
		return reply{}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return read(t, response.StatusCode, response.Header, string(text))
}

func read(t *testing.T, status int, header http.Header, text string) reply {
	t.Helper()
	got := reply{status: status, body: text}
	into, kind := any(&got.entry), "application/json"
	if status != http.StatusOK {
		into, kind = &got.problem, "application/problem+json"
	}
	if err := json.Unmarshal([]byte(text), into); err != nil || header.Get("Content-Type") != kind {
		t.Errorf("%d %q (%s): %v", status, text, header.Get("Content-Type"), err)
	}
	return got
}

// post is a call about a key.
func (s *shelf) post(t *testing.T, path, key, body string) reply {
	t.Helper()
	return s.send(t, request{method: http.MethodPost, path: path, key: key, body: body})
}

func (s *shelf) probe(t *testing.T, key string) reply {
	t.Helper()
	return s.send(t, request{method: http.MethodGet, path: decrement + "?key=" + url.QueryEscape(key)})
}

// lines is the body of a decrement: item, quantity, item, quantity …
func lines(pairs ...any) string {
	var all []string
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, fmt.Sprintf(`{"item":%q,"quantity":%v}`, pair[0], pair[1]))
	}
	return `{"lines":[` + strings.Join(all, ",") + `]}`
}

func wantState(t *testing.T, got reply, want participant.State) {
	t.Helper()
	if got.status != http.StatusOK || got.entry.State != want {
		t.Fatalf("got %d %s, want 200 with %s", got.status, got.body, want)
	}
}

// wantProblem is for problems with a type of either prefix: "participant:refused".
func wantProblem(t *testing.T, got reply, status int, code string) {
	t.Helper()
	p := got.problem
	if got.status != status || p.Status != status || p.Type != "urn:problem-type:"+code || p.Title == "" || p.Detail == "" {
		t.Errorf("got %d %s, want %d %s", got.status, got.body, status, code)
	}
}

func (s *shelf) wantStock(t *testing.T, item string, want int64) {
	t.Helper()
	got, err := s.service.Item(t.Context(), item)
	if err != nil {
		t.Fatal(err)
	}
	if got.Stock != want {
		t.Errorf("stock of %s is %d, want %d", item, got.Stock, want)
	}
}

// db is the service's file as an outsider sees it.
func (s *shelf) db(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.file+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func (s *shelf) change(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := s.db(t).ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// number reads one integer.
func (s *shelf) number(t *testing.T, query string, args ...any) (n int64) {
	t.Helper()
	if err := s.db(t).QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// dump is everything that the service has recorded.
func (s *shelf) dump(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	for _, table := range []string{"category", "product", "item", "inventory", "saga_ledger", "saga_inbox", "saga_outbox"} {
		rows, err := s.db(t).QueryContext(t.Context(), `select * from `+table+` order by 1`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&text, table, values)
		}
		if err := errorsOf(rows); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

func errorsOf(rows *sql.Rows) error {
	rows.Close()
	return rows.Err()
}
