package payment_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

// rules are the manager's, in transactions of the test.
type rules struct {
	payment.PaymentManager
	t  *testing.T
	db *sqlite.DB
}

func newRules(t *testing.T) rules {
	t.Helper()
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "any.db"))
	must(t, err)
	t.Cleanup(func() { db.Close() })
	must(t, payment.Migrate(t.Context(), db))
	return rules{t: t, db: db}
}

func (r rules) in(fn func(ctx context.Context, tx *sql.Tx) error) error {
	return r.db.Change(r.t.Context(), fn)
}

func (r rules) initiate(s event.Sale) (p payment.Payment, err error) {
	now := noon()()
	err = r.in(func(ctx context.Context, tx *sql.Tx) (err error) {
		p, err = r.Initiate(ctx, tx, s, now)
		return err
	})
	return p, err
}

// moves are what can be asked of a payment that was initiated.
func (r rules) moves() map[string]func(ctx context.Context, tx *sql.Tx, id string) error {
	now := noon()
	return map[string]func(ctx context.Context, tx *sql.Tx, id string) error{
		"complete": func(ctx context.Context, tx *sql.Tx, id string) error { return r.Complete(ctx, tx, id, now()) },
		"fail":     func(ctx context.Context, tx *sql.Tx, id string) error { return r.Fail(ctx, tx, id, "why", now()) },
		"cancel":   func(ctx context.Context, tx *sql.Tx, id string) error { return r.Cancel(ctx, tx, id, "why", now()) },
	}
}

func (r rules) move(move, id string) error {
	return r.in(func(ctx context.Context, tx *sql.Tx) error { return r.moves()[move](ctx, tx, id) })
}

// Every move from every status, each asked twice: it is made once, or not at all.
func TestAPaymentMovesOnlyWhereItMay(t *testing.T) {
	t.Parallel()
	to := map[string][]string{"PENDING": nil, "COMPLETED": {"complete"}, "FAILED": {"fail"}, "CANCELLED": {"complete", "cancel"}}
	for _, c := range []struct {
		from, move, ends string
		refused          bool
	}{
		{"PENDING", "complete", "COMPLETED", false},
		{"PENDING", "fail", "FAILED", false},
		{"PENDING", "cancel", "PENDING", true},
		{"COMPLETED", "complete", "COMPLETED", false},
		{"COMPLETED", "fail", "COMPLETED", false},
		{"COMPLETED", "cancel", "CANCELLED", false},
		{"FAILED", "complete", "FAILED", true},
		{"FAILED", "fail", "FAILED", false},
		{"FAILED", "cancel", "FAILED", true},
		{"CANCELLED", "complete", "CANCELLED", true},
		{"CANCELLED", "fail", "CANCELLED", false},
		{"CANCELLED", "cancel", "CANCELLED", false},
	} {
		t.Run(c.from+" "+c.move, func(t *testing.T) {
			t.Parallel()
			r := newRules(t)
			p, err := r.initiate(sale("s", mina))
			must(t, err)
			for _, before := range to[c.from] {
				must(t, r.move(before, p.ID))
			}
			var first int
			for again := range 2 {
				if err := r.move(c.move, p.ID); errors.Is(err, payment.ErrStands) != c.refused || err != nil && !c.refused {
					t.Errorf("%s: %v", c.move, err)
				}
				entries := r.audit(p.ID, c.ends)
				if again == 0 {
					first = entries
				} else if entries != first {
					t.Errorf("the second %s made another entry in the history", c.move)
				}
			}
		})
	}
}

// audit compares what is stored of a payment, and returns how many entries its history has.
func (r rules) audit(id, status string) (entries int) {
	r.t.Helper()
	var got, last string
	var refunded sql.NullInt64
	var at int64
	must(r.t, r.db.Read.QueryRowContext(r.t.Context(), `
		select status, refunded_at, (select count(*) from payment_history where payment = p.id),
			(select status from payment_history where payment = p.id order by number desc),
			(select at from payment_history where payment = p.id order by number desc)
		from payment p where id = ?`, id).Scan(&got, &refunded, &entries, &last, &at))
	if got != status || last != status {
		r.t.Errorf("it is %s and by its history %s, want %s", got, last, status)
	}
	if refunded.Valid != (status == "CANCELLED") || refunded.Valid && refunded.Int64 != at {
		r.t.Errorf("it is %s since %d and was refunded at %+v", status, at, refunded)
	}
	return entries
}

func TestWhatDoesNotExistIsNotMoved(t *testing.T) {
	t.Parallel()
	r := newRules(t)
	for move, want := range map[string]error{"complete": payment.ErrNotFound, "cancel": payment.ErrNotFound, "fail": nil} {
		if err := r.move(move, "P-none"); !errors.Is(err, want) {
			t.Errorf("%s: %v", move, err)
		}
	}
}

func TestASaleIsInitiatedOnce(t *testing.T) {
	t.Parallel()
	r := newRules(t)
	first, err := r.initiate(sale("s", mina))
	must(t, err)
	again, err := r.initiate(sale("s", mina))
	must(t, err)
	if !reflect.DeepEqual(first, again) || first.Status != payment.Pending || first.Amount != 300 || len(first.Lines) != 2 {
		t.Errorf("first %+v, then %+v", first, again)
	}
	if n := r.audit(first.ID, "PENDING"); n != 1 {
		t.Errorf("%d entries in the history", n)
	}
}

// What is initiated must be a sale, and the one that the payment is for.
func TestWhatIsNoSaleIsRefused(t *testing.T) {
	t.Parallel()
	r := newRules(t)
	_, err := r.initiate(sale("s", mina))
	must(t, err)
	for name, change := range map[string]func(s *event.Sale){
		"no saga":                          func(s *event.Sale) { s.SagaID = "" },
		"nobody's":                         func(s *event.Sale) { s.UserID = "" },
		"nothing":                          func(s *event.Sale) { s.Lines = nil },
		"for free":                         func(s *event.Sale) { s.Amount, s.Lines[0].Price, s.Lines[1].Price = 0, 0, 0 },
		"another sum":                      func(s *event.Sale) { s.Amount = 299 },
		"a seat twice":                     func(s *event.Sale) { s.Lines[1].ReservationID = 1 },
		"a negative price":                 func(s *event.Sale) { s.Lines[0].Price, s.Lines[1].Price = -100, 400 },
		"beyond all numbers":               func(s *event.Sale) { s.Lines[0].Price, s.Lines[1].Price, s.Amount = math.MaxInt64, math.MaxInt64, -2 },
		"the same saga for another buyer":  func(s *event.Sale) { s.SagaID, s.UserID = "s", jun },
		"the same saga for another amount": func(s *event.Sale) { s.SagaID, s.Amount, s.Lines[0].Price = "s", 400, 200 },
		"the same saga for another seat":   func(s *event.Sale) { s.SagaID, s.Lines[0].ReservationID = "s", 9 },
	} {
		bad := sale("other", mina)
		change(&bad)
		if _, err := r.initiate(bad); !errors.Is(err, payment.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var n int
	must(t, r.db.Read.QueryRowContext(t.Context(), `select count(*) from payment_line`).Scan(&n))
	if n != 2 {
		t.Errorf("%d lines are left", n)
	}
}
