package order_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/order"
)

func wantStatus(t *testing.T, got reply, status int) {
	t.Helper()
	if got.status != status {
		t.Fatalf("got %d %s, want %d", got.status, got.body, status)
	}
}

func TestOrderIsPlaced(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	got := s.place(t, `{"lines":[{"item":"EST-18","quantity":2},{"item":"EST-1","quantity":1},{"item":"EST-18","quantity":1}]}`)
	wantStatus(t, got, http.StatusCreated)
	want := fmt.Sprint([]order.Line{{Item: "EST-18", Quantity: 3, UnitPrice: 19350}, {Item: "EST-1", Quantity: 1, UnitPrice: 1650}})
	if v := got.view; v.ID != 1000 || v.Status != order.Success || fmt.Sprint(v.Lines) != want || v.Total != 59700 ||
		v.Currency != "USD" || v.Placed.IsZero() {
		t.Errorf("got %+v", v)
	}
	if got.header.Get("Location") != "/orders/1000" {
		t.Errorf("location %q", got.header.Get("Location"))
	}
	s.faults.wantCalls(t, "POST /catalog/stock/decrement")
	if shown := call(t, "GET", s.url+"/orders/1000", ""); shown.body != got.body {
		t.Errorf("GET says %s, POST said %s", shown.body, got.body)
	}
	s.check(t, 1)
}

func TestRepeatsGetTheSameAnswer(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	if got := call(t, "POST", s.url+"/orders/new", ""); got.status != http.StatusCreated || got.view.ID != 1000 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	answers := make([]reply, 16)
	var clients sync.WaitGroup
	for i := range answers {
		clients.Go(func() { answers[i] = call(t, "PUT", s.url+"/orders/1000", of("EST-1", "5")) })
	}
	clients.Wait()
	for _, got := range answers {
		if got.status != http.StatusCreated || got.body != answers[0].body {
			t.Errorf("got %d %s, another got %s", got.status, got.body, answers[0].body)
		}
	}
	changed := call(t, "PUT", s.url+"/orders/1000", of("EST-1", "6"))
	wantStatus(t, changed, http.StatusConflict)
	if !strings.HasSuffix(changed.problem.Type, ":order-changed") {
		t.Errorf("got %s", changed.body)
	}
	s.faults.wantCalls(t, "POST /catalog/stock/decrement")
	s.check(t, 1)
}

func TestRefusalsTellTheParticipantsReason(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	for id, c := range []struct{ body, code, item string }{
		{of("EST-1", "10001"), "out-of-stock", "EST-1"},
		{of("EST-77", "1"), "unknown-item", "EST-77"},
	} {
		got := s.place(t, c.body)
		wantStatus(t, got, http.StatusConflict)
		if got.problem.Type != "urn:problem-type:shop:"+c.code || got.problem.Item != c.item || got.problem.Detail == "" {
			t.Errorf("got %s", got.body)
		}
		address := fmt.Sprint(s.url, "/orders/", 1000+id)
		if shown := call(t, "GET", address, ""); shown.view.Status != order.Fail || shown.view.Refusal.Code != c.code {
			t.Errorf("GET says %s", shown.body)
		}
		if again := call(t, "PUT", address, c.body); again.body != got.body || again.status != got.status {
			t.Errorf("the repeat got %d %s", again.status, again.body)
		}
	}
	s.check(t, 0)
}

func TestSixteenShoppersOfTheLastTen(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	wantStatus(t, s.place(t, of("EST-3", "9990")), http.StatusCreated)
	answers := make([]reply, 16)
	var shoppers sync.WaitGroup
	for i := range answers {
		shoppers.Go(func() { answers[i] = s.place(t, of("EST-3", "1")) })
	}
	shoppers.Wait()
	got := map[int]int{}
	for _, a := range answers {
		got[a.status]++
	}
	if got[http.StatusCreated] != 10 || got[http.StatusConflict] != 6 {
		t.Errorf("answers by status: %v", got)
	}
	s.check(t, 11)
}

func TestNumbersAreUnique(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	numbers := make(chan int64, 16*25)
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for range 25 {
				n, err := s.orders.NewNumber(t.Context())
				if err != nil {
					t.Error(err)
				}
				numbers <- n
			}
		})
	}
	clients.Wait()
	close(numbers)
	seen := map[int64]bool{}
	for n := range numbers {
		if seen[n] || n < 1000 || n >= 1400 {
			t.Errorf("number %d", n)
		}
		seen[n] = true
	}
}

func TestBadOrdersChangeNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	wantStatus(t, call(t, "POST", s.url+"/orders/new", ""), http.StatusCreated)
	const put = "PUT /orders/1000"
	for name, c := range map[string]struct {
		to, body string
		status   int
	}{
		"malformed":        {put, `{"lines"`, 400},
		"trailing":         {put, of("EST-1", "1") + "1", 400},
		"a price":          {put, `{"lines":[{"item":"EST-1","quantity":1,"unitPrice":1}]}`, 400},
		"no lines":         {put, `{}`, 400},
		"zero":             {put, of("EST-1", "0"), 400},
		"negative":         {put, of("EST-1", "-3"), 400},
		"10^12":            {put, of("EST-1", "1000000000000"), 400},
		"too many in sum":  {put, `{"lines":[{"item":"EST-1","quantity":999999},{"item":"EST-1","quantity":2}]}`, 400},
		"odd item":         {put, of("EST\\u0000", "1"), 400},
		"oversized":        {put, of(strings.Repeat("x", 70<<10), "1"), 413},
		"POST malformed":   {"POST /orders", `[`, 400},
		"POST no lines":    {"POST /orders", `{"lines":[]}`, 400},
		"never given out":  {"PUT /orders/1001", of("EST-1", "1"), 404},
		"before the first": {"PUT /orders/999", of("EST-1", "1"), 404},
		"no number":        {"PUT /orders/abc", of("EST-1", "1"), 404},
		"odd number":       {"PUT /orders/+1000", of("EST-1", "1"), 404},
		"not ordered yet":  {"GET /orders/1000", "", 404},
		"wrong method":     {"DELETE /orders/1000", "", 405},
		"wrong path":       {"GET /order", "", 404},
	} {
		method, path, _ := strings.Cut(c.to, " ")
		got := call(t, method, s.url+path, c.body)
		if got.status != c.status || got.problem.Detail == "" {
			t.Errorf("%s: got %d %s, want %d", name, got.status, got.body, c.status)
		}
	}
	s.faults.wantCalls(t)
	s.check(t, 0)
	wantStatus(t, call(t, "PUT", s.url+"/orders/1000", of("EST-1", "1")), http.StatusCreated)
}
