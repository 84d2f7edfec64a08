package order_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/session"
)

// serve sends a request to a handler that has no server, and returns the status.
func serve(t *testing.T, h http.Handler, cookie string, q request) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), q.method, q.path, strings.NewReader(q.body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", cookie)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// Whatever is wrong with a request: a 4xx that says what to do, and nothing is changed anywhere.
func TestBadInputChangesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	used, fresh, bobs := s.number(t, alice), s.number(t, alice), s.number(t, bob)
	placed(t, s, used, "EST-1")
	put := func(body string) request { return request{http.MethodPut, address(fresh), body, ""} }
	to := func(path string) request { return request{http.MethodPut, path, of("EST-1", 1), ""} }
	mine, forged := s.cookie(t, alice), s.forged(t)
	const invalid, nowhere = "invalid-request", "no-such-order"
	const correct, example, number = "correct the order and send it again", `send {"lines":[{"item":"EST-1","quantity":1}]}`, "Take a number from POST /orders/new"
	s.faults.Forget()
	before := s.dump(t)
	for name, c := range map[string]struct {
		request
		cookie string
		status int
		code   string
		todo   string // what the detail says about it
	}{
		"malformed":             {put(`{"lines"`), mine, 400, invalid, example},
		"trailing":              {put(of("EST-1", 1) + "1"), mine, 400, invalid, example},
		"two objects":           {put(of("EST-1", 1) + of("EST-1", 1)), mine, 400, invalid, example},
		"unknown field":         {put(`{"lines":[{"item":"EST-1","quantity":1}],"coupon":"X"}`), mine, 400, invalid, example},
		"a price":               {put(`{"lines":[{"item":"EST-1","quantity":1,"unitPrice":1}]}`), mine, 400, invalid, example},
		"a total":               {put(`{"lines":[{"item":"EST-1","quantity":1}],"total":1}`), mine, 400, invalid, example},
		"an owner":              {put(`{"lines":[{"item":"EST-1","quantity":1}],"owner":"bob"}`), mine, 400, invalid, example},
		"a list":                {put(`[{"item":"EST-1","quantity":1}]`), mine, 400, invalid, example},
		"lines twice":           {put(`{"lines":[{"item":"EST-1","quantity":1}],"lines":[{"item":"EST-1","quantity":2}]}`), mine, 400, invalid, example},
		"quantity twice":        {put(`{"lines":[{"item":"EST-1","quantity":1,"quantity":2}]}`), mine, 400, invalid, example},
		"another case":          {put(`{"Lines":[{"item":"EST-1","quantity":1}]}`), mine, 400, invalid, example},
		"text for number":       {put(of("EST-1", `"1"`)), mine, 400, invalid, example},
		"half":                  {put(of("EST-1", 0.5)), mine, 400, invalid, example},
		"no lines":              {put(`{}`), mine, 400, invalid, "send 1 to 100"},
		"null":                  {put(`null`), mine, 400, invalid, "send 1 to 100"},
		"empty lines":           {put(`{"lines":[]}`), mine, 400, invalid, "send 1 to 100"},
		"empty line":            {put(`{"lines":[{}]}`), mine, 400, invalid, correct},
		"101 lines":             {put(of(slices.Repeat([]any{"EST-1", 1}, 101)...)), mine, 400, invalid, "send 1 to 100"},
		"zero":                  {put(of("EST-1", 0)), mine, 400, invalid, "order 1 to 1000000 of an item"},
		"negative":              {put(of("EST-1", -3)), mine, 400, invalid, "order 1 to 1000000 of an item"},
		"negative after enough": {put(of("EST-1", 5, "EST-1", -1)), mine, 400, invalid, "order 1 to 1000000 of an item"},
		"10^12":                 {put(of("EST-1", int64(1e12))), mine, 400, invalid, "order 1 to 1000000 of an item"},
		"2^63-1 twice":          {put(of("EST-1", int64(1<<63-1), "EST-1", int64(1<<63-1))), mine, 400, invalid, "order 1 to 1000000 of an item"},
		"10^30":                 {put(of("EST-1", "1000000000000000000000000000000")), mine, 400, invalid, example},
		"too many in sum":       {put(of("EST-1", 999_999, "EST-1", 2)), mine, 400, invalid, "order 1 to 1000000 of an item"},
		"no item":               {put(of("", 1)), mine, 400, invalid, "take one from the catalog"},
		"odd item":              {put(`{"lines":[{"item":"EST\u0000","quantity":1}]}`), mine, 400, invalid, "take one from the catalog"},
		"long item":             {put(of(strings.Repeat("x", 41), 1)), mine, 400, invalid, "take one from the catalog"},
		"oversized":             {put(of(strings.Repeat("x", 64<<10), 1)), mine, 413, "too-large", "send at most 64 KiB"},
		"another media type":    {request{http.MethodPut, address(fresh), of("EST-1", 1), "text/plain"}, mine, 415, "unsupported-media-type", "send Content-Type: application/json"},
		"another charset":       {request{http.MethodPut, address(fresh), of("EST-1", 1), "application/json; charset=euc-kr"}, mine, 415, "unsupported-media-type", "in UTF-8"},
		"a form":                {request{http.MethodPut, address(fresh), "lines=1", "application/x-www-form-urlencoded"}, mine, 415, "unsupported-media-type", "send Content-Type: application/json"},
		"no body, no type":      {put(""), mine, 415, "unsupported-media-type", "send Content-Type: application/json"},
		"no body":               {request{http.MethodPut, address(fresh), "", "application/json"}, mine, 400, invalid, example},
		"changed content":       {request{http.MethodPut, address(used), of("EST-1", 4), ""}, mine, 409, "order-changed", "Take a new number from POST /orders/new"},
		"foreign id":            {to(address(bobs)), mine, 403, "foreign-order", "Take a number of your own"},
		"foreign id, looked at": {request{http.MethodGet, address(bobs), "", ""}, mine, 403, "foreign-order", "Take a number of your own"},
		"never issued":          {to(address(bobs + 1)), mine, 404, nowhere, number},
		"before the first":      {to("/orders/999"), mine, 404, nowhere, number},
		"no number":             {to("/orders/abc"), mine, 404, nowhere, number},
		"signed number":         {to(fmt.Sprint("/orders/+", fresh)), mine, 404, nowhere, number},
		"padded number":         {to(fmt.Sprint("/orders/0", fresh)), mine, 404, nowhere, number},
		"a fraction":            {to(fmt.Sprint("/orders/", fresh, ".0")), mine, 404, nowhere, number},
		"negative number":       {to("/orders/-1"), mine, 404, nowhere, number},
		"beyond 64 bits":        {to("/orders/99999999999999999999"), mine, 404, nowhere, number},
		"no number, looked at":  {request{http.MethodGet, "/orders/abc", "", ""}, mine, 404, nowhere, number},
		"not ordered yet":       {request{http.MethodGet, address(fresh), "", ""}, mine, 404, nowhere, number},
		"no session":            {put(of("EST-1", 1)), "", 401, "no-session", "sign on with POST /session"},
		"no session, bad body":  {put("{"), "", 401, "no-session", "sign on with POST /session"},
		"no session, new":       {request{http.MethodPost, "/orders/new", "", ""}, "", 401, "no-session", "sign on with POST /session"},
		"no session, list":      {request{http.MethodGet, "/orders", "", ""}, "", 401, "no-session", "sign on with POST /session"},
		"forged session":        {put(of("EST-1", 1)), forged, 401, "invalid-session", "Sign on again"},
		"forged session, new":   {request{http.MethodPost, "/orders/new", "", ""}, forged, 401, "invalid-session", "Sign on again"},
		"wrong method":          {request{http.MethodDelete, address(used), "", ""}, mine, 405, "method-not-allowed", "use GET, HEAD, PUT"},
		"wrong method, new":     {request{http.MethodPut, "/orders", of("EST-1", 1), ""}, mine, 405, "method-not-allowed", "use GET, HEAD"},
		"wrong path":            {request{http.MethodGet, "/order", "", ""}, mine, 404, "no-such-resource", "the paths start with /orders"},
	} {
		t.Run(name, func(t *testing.T) {
			wantProblem(t, s.send(t, c.cookie, c.request), c.status, c.code, c.todo)
		})
	}
	s.wantCalls(t)
	wantSame(t, before, s.dump(t))
	wantStatus(t, s.put(t, alice, fresh, of("EST-1", 1)), http.StatusCreated)
}

// An item that the catalog does not have is a request like any other until the catalog says so:
// that there was an attempt and that it was refused is recorded on both sides, and nothing else is.
func TestAnUnknownItemChangesNothingButWhatIsSaidAboutIt(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	before := s.dump(t)
	wantProblem(t, s.put(t, alice, id, of("EST-1", 1, "EST-77", 1)), http.StatusConflict, "unknown-item", "Choose one that the catalog lists")
	after := s.dump(t)
	for _, table := range []string{"order_retry_status", "saga_id", "saga_ledger"} {
		if rows := strings.Count(after[table], "\n"); rows != strings.Count(before[table], "\n")+1 {
			t.Errorf("%s has %d rows:\n%s", table, rows, after[table])
		}
		delete(before, table)
		delete(after, table)
	}
	wantSame(t, before, after)
}

// forged is a session of alice that somebody else's key made.
func (s *shop) forged(t *testing.T) string {
	t.Helper()
	other, err := session.New(session.Config{Key: bytes.Repeat([]byte("x"), session.MinKey)})
	must(t, err)
	w := httptest.NewRecorder()
	must(t, other.SignOn(w, alice))
	return strings.SplitN(w.Header().Get("Set-Cookie"), ";", 2)[0]
}

// dump is what both services have recorded, by table. Of the engine's tables it has the one with a
// row for every attempt that was ever begun; the others change while nothing happens.
func (s *shop) dump(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for file, tables := range map[string][]string{
		s.file:      {"sequence", "order_number", "order_retry_status", "orders", "orderstatus", "lineitem", "order_fence", "saga_outbox", "saga_id"},
		s.stockFile: {"category", "product", "item", "inventory", "saga_ledger", "saga_inbox"},
	} {
		for _, table := range tables {
			all[table] = dumpTable(t, open(t, file), table)
		}
	}
	return all
}

func dumpTable(t *testing.T, db *sql.DB, table string) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `select * from `+table+` order by 1, 2`)
	must(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	var text strings.Builder
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		must(t, rows.Scan(into...))
		fmt.Fprintln(&text, values)
	}
	must(t, rows.Err())
	return text.String()
}

func wantSame(t *testing.T, before, after map[string]string) {
	t.Helper()
	for table := range before {
		if before[table] != after[table] {
			t.Errorf("%s was\n%s\nand is\n%s", table, before[table], after[table])
		}
	}
}
