package racetest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/shop/audit"
)

const (
	shops    = 8
	rounds   = 25 // in each shop
	shoppers = 16
	left     = 10
	item     = "EST-1"
	before   = 10_000 // of each item in a new catalog
)

// said is what a shopper heard of an order.
type said struct {
	id     int64
	status int
	body   string
}

// TestSixteenShoppersWantTheLastTen: ten get one, six are told that there is none left, every time.
// The 200 rounds are played in several shops, because each check reads the files from their beginning.
func TestSixteenShoppersWantTheLastTen(t *testing.T) {
	var racing, checking time.Duration
	for range shops {
		r, c := playRounds(t)
		racing, checking = racing+r, checking+c
		if t.Failed() {
			return
		}
	}
	t.Logf("%d rounds: %v of orders, %v of checks", shops*rounds, racing.Round(time.Millisecond), checking.Round(time.Millisecond))
}

// playRounds plays those of one shop, and says how long orders and checks took.
func playRounds(t *testing.T) (racing, checking time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	s := openShop(t, shoppers)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: shoppers}}
	defer client.CloseIdleConnections()
	for round := 1; round <= rounds && !t.Failed(); round++ {
		s.deliver(t, item, left)
		began := time.Now()
		heard := s.race(ctx, t, client)
		racing += time.Since(began)
		began = time.Now()
		s.judge(ctx, t, round, heard)
		checking += time.Since(began)
	}
	return racing, checking
}

// race lets all shoppers order one piece at the same moment, each under a number of its own.
func (s *shop) race(ctx context.Context, t *testing.T, client *http.Client) []said {
	t.Helper()
	heard := make([]said, shoppers)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := range shoppers {
		ready.Add(1)
		done.Go(func() {
			id, err := s.number(ctx, client, i)
			ready.Done()
			<-start
			if err == nil {
				heard[i], err = s.order(ctx, client, i, id)
			}
			if err != nil {
				t.Errorf("shopper %d: %v", i+1, err)
			}
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return heard
}

func (s *shop) number(ctx context.Context, client *http.Client, shopper int) (int64, error) {
	a, err := s.ask(ctx, client, shopper, http.MethodPost, "/orders/new", "")
	if err == nil && a.status != http.StatusCreated {
		err = fmt.Errorf("a new number: %d %s", a.status, a.body)
	}
	if err != nil {
		return 0, err
	}
	var got struct{ ID int64 }
	err = json.Unmarshal([]byte(a.body), &got)
	return got.ID, err
}

func (s *shop) order(ctx context.Context, client *http.Client, shopper int, id int64) (said, error) {
	a, err := s.ask(ctx, client, shopper, http.MethodPut, fmt.Sprintf("/orders/%d", id),
		fmt.Sprintf(`{"lines":[{"item":%q,"quantity":1}]}`, item))
	a.id = id
	return a, err
}

func (s *shop) ask(ctx context.Context, client *http.Client, shopper int, method, path, body string) (said, error) {
	// A plain io.Reader cannot be rewound, so net/http does not repeat the request by itself.
	request, err := http.NewRequestWithContext(ctx, method, s.url+path, struct{ io.Reader }{strings.NewReader(body)})
	if err != nil {
		return said{}, err
	}
	request.ContentLength = int64(len(body))
	request.Header.Set("Content-Type", "application/json")
	request.AddCookie(s.cookies[shopper])
	response, err := client.Do(request)
	if err != nil {
		return said{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return said{status: response.StatusCode, body: string(text)}, err
}

// judge holds a round against the answers, the files and the calls.
func (s *shop) judge(ctx context.Context, t *testing.T, round int, heard []said) {
	t.Helper()
	placed := 0
	for _, a := range heard {
		ok := a.status == http.StatusCreated
		if ok {
			placed++
		} else if a.status != http.StatusConflict || !strings.Contains(a.body, `:out-of-stock"`) {
			t.Errorf("round %d, order %d: %d %s", round, a.id, a.status, a.body)
		}
		if err := s.calls.settle(ctx, a.id); err != nil {
			t.Fatalf("round %d, order %d: its end was not told: %v", round, a.id, err)
		}
		s.calls.check(t, a.id, ok)
	}
	if placed != left {
		t.Errorf("round %d: %d orders are placed, want %d", round, placed, left)
	}
	if got := s.calls.total(); got != round*shoppers {
		t.Errorf("round %d: %d requests and messages in all, want %d", round, got, round*shoppers)
	}
	s.audit(ctx, t, round)
}

// audit wants the two files to agree that all is sold and every order has ended.
func (s *shop) audit(ctx context.Context, t *testing.T, round int) {
	t.Helper()
	report, err := s.books.Check(ctx, func(of string) int64 {
		if of == item {
			return int64(round * left)
		}
		return before
	})
	must(t, err)
	for _, v := range report.Violations {
		t.Errorf("round %d: %s: %s", round, v.Invariant, v.Detail)
	}
	wanted := map[string]int{"Success": round * left, "Fail": round * (shoppers - left)}
	if !maps.Equal(report.Orders, wanted) || report.Stock[item] != 0 || !atRest(report) {
		t.Errorf("round %d: the orders are %v, want %v; %d are left; in doubt %v, %d messages wait and %d are dead",
			round, report.Orders, wanted, report.Stock[item], report.InDoubt, report.Waiting, report.Dead)
	}
}

func atRest(r audit.Report) bool { return len(r.InDoubt)+r.Waiting+r.Dead == 0 }
