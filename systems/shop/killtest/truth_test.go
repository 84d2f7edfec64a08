//go:build unix

package killtest_test

import (
	"context"
	"database/sql"
	"maps"
	"net/http"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/audit"
)

// The statuses of an order that stay.
const (
	success = "Success"
	failure = "Fail"
)

// settle brings an order to its end, if the shop got it. What is under way is waited for, also if
// nobody asks about it; what is Unknown is sent again.
func (s *street) settle(ctx context.Context, o *bought) {
	for pause := range patiently(ctx) {
		if o.ended() {
			return
		}
		switch s.status(ctx, o) {
		case "":
			if o.acknowledged && ctx.Err() == nil {
				s.t.Errorf("order %d was acknowledged and is lost", o.id)
			}
			return
		case success, failure, "Unknown":
			s.put(ctx, o)
			s.pursue(ctx, o, 1_000_000)
		default:
			pause()
		}
	}
}

// confirm wants the shop to say still what it said last: of an order that is placed to its repeat,
// in the same words; of any other when it is looked at.
func (s *street) confirm(ctx context.Context, o *bought) {
	if o.placed != nil {
		a, ok := s.insist(ctx, o.user, http.MethodPut, o.path(), o.body(), http.StatusCreated)
		if ok && a != *o.placed {
			s.t.Errorf("order %d: first %s, now %s", o.id, o.placed.body, a.body)
		}
		return
	}
	wanted := ""
	if o.failed != nil {
		wanted = failure
	}
	if got := s.status(ctx, o); got != wanted && ctx.Err() == nil {
		s.t.Errorf("order %d is %q, and the last that was heard of it is %q", o.id, got, wanted)
	}
}

// deliveries waits until no message waits any more.
func (s *street) deliveries(ctx context.Context, at site) {
	books := openBooks(s.t, at)
	defer func() { _ = books.Close() }()
	for pause := range patiently(ctx) {
		report, err := books.Check(ctx, nil)
		if err != nil {
			s.t.Error(err)
			return
		}
		if report.Waiting == 0 {
			return
		}
		pause()
	}
}

func openBooks(t *testing.T, s site) *audit.Books {
	t.Helper()
	books, err := audit.Open(orderFile(s.folder), catalogFile(s.folder))
	if err != nil {
		t.Fatal(err)
	}
	return books
}

// checkTruth holds the files against each other, against what the shoppers know, and against what
// the engine says.
func checkTruth(t *testing.T, s site, orders []*bought) {
	t.Helper()
	books := openBooks(t, s)
	defer func() { _ = books.Close() }()
	report, err := books.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range report.Violations {
		t.Errorf("%s: %s", v.Invariant, v.Detail)
	}
	if len(report.InDoubt)+report.Waiting+report.Dead > 0 {
		t.Errorf("in doubt %v; %d messages wait, %d are dead", report.InDoubt, report.Waiting, report.Dead)
	}
	known := ends(orders)
	if !maps.Equal(report.Orders, known) {
		t.Errorf("the orders are %v, and their shoppers know of %v", report.Orders, known)
	}
	checkFiles(t, s)
	checkEngine(t, s, known[success])
}

// ends counts what the shoppers know of.
func ends(orders []*bought) map[string]int {
	known := map[string]int{}
	for _, o := range orders {
		switch {
		case o.placed != nil:
			known[success]++
		case o.failed != nil:
			known[failure]++
		}
	}
	return known
}

// checkFiles asks SQLite whether the files are sound.
func checkFiles(t *testing.T, s site) {
	t.Helper()
	for _, path := range []string{orderFile(s.folder), catalogFile(s.folder)} {
		db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
		if err != nil {
			t.Fatal(err)
		}
		var said string
		err = db.QueryRowContext(t.Context(), `pragma integrity_check`).Scan(&said)
		if err != nil || said != "ok" || db.Close() != nil {
			t.Errorf("integrity_check of %s: %s %v", path, said, err)
		}
	}
}
