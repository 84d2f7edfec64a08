package order_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// Shoppers. The second is there to be kept from the orders of the first.
const (
	alice = "alice"
	bob   = "bob"
)

// reply is an answer: a view, or a problem.
type reply struct {
	status  int
	header  http.Header
	body    string
	view    order.View
	problem struct {
		Type, Title, Detail, Item, OrderRetryStatus string
		Status                                      int
		Order                                       int64
	}
}

// request is what a test sends. A body goes out as JSON unless kind says otherwise.
type request struct{ method, path, body, kind string }

// cookie is the session of a user; nobody has none.
func (s *shop) cookie(t *testing.T, user string) string {
	t.Helper()
	if user == "" {
		return ""
	}
	w := httptest.NewRecorder()
	if err := s.sessions.SignOn(w, user); err != nil {
		t.Error(err)
	}
	return strings.SplitN(w.Header().Get("Set-Cookie"), ";", 2)[0]
}

func (s *shop) send(t *testing.T, cookie string, q request) reply {
	t.Helper()
	// A plain reader cannot be rewound, so net/http does not repeat the request by itself.
	r, err := http.NewRequestWithContext(t.Context(), q.method, s.url+q.path, struct{ io.Reader }{strings.NewReader(q.body)})
	if err != nil {
		t.Error(err)
		return reply{}
	}
	r.ContentLength = int64(len(q.body))
	if q.body != "" && q.kind == "" {
		q.kind = "application/json"
	}
	for name, value := range map[string]string{"Content-Type": q.kind, "Cookie": cookie} {
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
	got := reply{status: response.StatusCode, header: response.Header, body: string(text)}
	into := any(&got.view)
	if response.Header.Get("Content-Type") == "application/problem+json" {
		into = &got.problem
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Errorf("%s %s: %d %q: %v", r.Method, r.URL, got.status, text, err)
	}
	return got
}

// number takes an order number.
func (s *shop) number(t *testing.T, user string) int64 {
	t.Helper()
	got := s.send(t, s.cookie(t, user), request{method: http.MethodPost, path: "/orders/new"})
	if got.status != http.StatusCreated || got.header.Get("Location") != address(got.view.ID) {
		t.Errorf("a number: %d %s at %q", got.status, got.body, got.header.Get("Location"))
	}
	return got.view.ID
}

func (s *shop) put(t *testing.T, user string, id int64, lines string) reply {
	t.Helper()
	return s.send(t, s.cookie(t, user), request{method: http.MethodPut, path: address(id), body: lines})
}

func (s *shop) get(t *testing.T, user string, id int64) reply {
	t.Helper()
	return s.send(t, s.cookie(t, user), request{method: http.MethodGet, path: address(id)})
}

func (s *shop) list(t *testing.T, user string) []order.View {
	t.Helper()
	got := s.send(t, s.cookie(t, user), request{method: http.MethodGet, path: "/orders"})
	var list order.List
	if err := json.Unmarshal([]byte(got.body), &list); err != nil || got.status != http.StatusOK {
		t.Fatalf("the list: %d %s: %v", got.status, got.body, err)
	}
	return list.Orders
}

func address(id int64) string { return fmt.Sprint("/orders/", id) }

// of is the body of an order: item, quantity, item, quantity …
func of(pairs ...any) string {
	var all []string
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, fmt.Sprintf(`{"item":%q,"quantity":%v}`, pair[0], pair[1]))
	}
	return `{"lines":[` + strings.Join(all, ",") + `]}`
}

func wantStatus(t *testing.T, got reply, status int) {
	t.Helper()
	if got.status != status {
		t.Fatalf("got %d %s, want %d", got.status, got.body, status)
	}
}

// wantProblem wants a problem with everything that RFC 9457 and the house want of one.
func wantProblem(t *testing.T, got reply, status int, code, todo string) {
	t.Helper()
	p := got.problem
	if got.status != status || p.Status != status || p.Type != "urn:problem-type:shop:"+code || p.Title == "" ||
		!strings.Contains(p.Detail, todo) || got.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %d %s, want %d %s that says %q", got.status, got.body, status, code, todo)
	}
}

// wantUnknown wants the answer that nobody knows yet.
func wantUnknown(t *testing.T, got reply) {
	t.Helper()
	if got.status != http.StatusAccepted || got.view.Status != order.Unknown || got.view.Next == "" || got.header.Get("Retry-After") != "1" {
		t.Fatalf("got %d %s, want 202 with Unknown", got.status, got.body)
	}
}

// wantCalls holds what was asked of the catalog since the last time against what a test expects:
// "decrement 1000/1/stock OK". A publish that reached nobody is no call.
func (s *shop) wantCalls(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, c := range s.faults.Calls() {
		if c.Fault != fault.Off {
			got = append(got, c.At+" "+c.Key+" "+c.Outcome)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the catalog was asked\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	s.faults.Forget()
}

// left is how many of an item there are.
func (s *shop) left(t *testing.T, item string) int64 {
	t.Helper()
	got, err := s.products.Item(t.Context(), item)
	must(t, err)
	return got.Stock
}

// wantStock wants so many of an item.
func (s *shop) wantStock(t *testing.T, item string, want int64) {
	t.Helper()
	if got := s.left(t, item); got != want {
		t.Errorf("stock of %s is %d, want %d", item, got, want)
	}
}

// wantRows wants so many rows of an order in orders, orderstatus and lineitem, and this status.
func (s *shop) wantRows(t *testing.T, id int64, status order.OrderRetryStatus, orders, lines int) {
	t.Helper()
	got, err := s.books.Order(t.Context(), id, "EST-1")
	must(t, err)
	if got.Status != string(status) || got.Orders != orders || got.OrderStatuses != orders || got.LineItems != lines {
		t.Errorf("order %d is %s with %d order rows, %d statuses and %d lines; want %s, %d, %d and %d",
			id, got.Status, got.Orders, got.OrderStatuses, got.LineItems, status, orders, orders, lines)
	}
}

// wantMessages wants that so many compensations were ever written, delivered or not.
func (s *shop) wantMessages(t *testing.T, want int) {
	t.Helper()
	var written, noted int
	// A position is not used again, so the sequence counts what was ever in the outbox.
	must(t, open(t, s.file).QueryRowContext(t.Context(),
		`select coalesce((select seq from sqlite_sequence where name = 'saga_outbox'), 0)`).Scan(&written))
	must(t, open(t, s.stockFile).QueryRowContext(t.Context(), `select count(*) from saga_inbox`).Scan(&noted))
	if written != want || noted > want {
		t.Errorf("%d compensations were written and %d taken, want %d", written, noted, want)
	}
}
