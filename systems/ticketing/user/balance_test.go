package user_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/user"
)

func TestMoneyIsWhatTheLedgerSays(t *testing.T) {
	t.Parallel()
	l := newTill(t, "mina", "jun")
	first, err := l.charge("mina", 50_000, "k1")
	if want := (user.Entry{ID: 1, Kind: user.Charge, Amount: 50_000, Balance: 50_000, At: at}); err != nil || first != want {
		t.Errorf("got %+v %v, want %+v", first, err, want)
	}
	taken, err := l.debit("mina", 30_000, "p1")
	if want := (user.Entry{ID: 2, Kind: user.Debit, Amount: 30_000, Balance: 20_000, PaymentID: "p1", At: at}); err != nil || taken != want {
		t.Errorf("got %+v %v, want %+v", taken, err, want)
	}
	l.wantBalance("mina", 20_000)
	l.wantBalance("jun", 0)
}

func TestAChargeIsMadeOncePerUserAndKey(t *testing.T) {
	t.Parallel()
	l := newTill(t, "mina", "jun")
	first, err := l.charge("mina", 1000, "k")
	must(t, err)
	again, err := l.charge("mina", 1000, "k")
	if err != nil || again != first {
		t.Errorf("the repeat got %+v %v, want %+v", again, err, first)
	}
	_, err = l.charge("mina", 1001, "k")
	wantRefusal(t, err, user.KeyReused)
	if _, err = l.charge("jun", 7, "k"); err != nil { // whose keys are others
		t.Error(err)
	}
	l.wantBalance("mina", 1000)
	l.wantBalance("jun", 7)
}

func TestTheLimitsOfACharge(t *testing.T) {
	t.Parallel()
	l := newTill(t, "mina")
	for _, amount := range []int64{0, -1, user.MaxCharge + 1, -1 << 63, 1<<63 - 1} {
		_, err := l.charge("mina", amount, "k")
		wantRefusal(t, err, user.Invalid)
	}
	for _, key := range []string{"", "a b", "\n", "é", strings.Repeat("k", user.MaxKey+1)} {
		_, err := l.charge("mina", 1, key)
		wantRefusal(t, err, user.Invalid)
	}
	_, err := l.charge("nobody", 1, "k")
	wantRefusal(t, err, user.UnknownUser)
	for n := range user.MaxBalance / user.MaxCharge {
		_, err := l.charge("mina", user.MaxCharge, strings.Repeat("k", n+1))
		must(t, err)
	}
	_, err = l.charge("mina", 1, "more")
	wantRefusal(t, err, user.BalanceLimit)
	l.wantBalance("mina", user.MaxBalance)
}

// A refund must be able to come back, also to somebody who has charged up to the limit meanwhile.
func TestARefundHasNoLimit(t *testing.T) {
	t.Parallel()
	l := newTill(t, "mina")
	for n := range user.MaxBalance / user.MaxCharge {
		_, err := l.charge("mina", user.MaxCharge, strings.Repeat("k", n+1))
		must(t, err)
	}
	_, err := l.debit("mina", 500, "p")
	must(t, err)
	_, err = l.charge("mina", 500, "again")
	must(t, err)
	if got := l.refund("p"); got != 500 {
		t.Error("refunded", got)
	}
	l.wantBalance("mina", user.MaxBalance+500)
}

func TestARefundGivesBackExactlyWhatWasTakenOnce(t *testing.T) {
	t.Parallel()
	l := newTill(t, "mina", "jun")
	for _, name := range []string{"mina", "jun"} {
		_, err := l.charge(name, 10_000, "k")
		must(t, err)
	}
	_, err := l.debit("mina", 700, "p1")
	must(t, err)
	_, err = l.debit("mina", 300, "p2")
	must(t, err)
	for n, want := range []int64{700, 0, 0} {
		if got := l.refund("p1"); got != want {
			t.Errorf("refund %d gave %d, want %d", n, got, want)
		}
	}
	if got := l.refund("p3"); got != 0 {
		t.Error("what was never debited gave back", got)
	}
	for _, name := range []string{"mina", "jun"} { // a payment is debited once, whatever came of it
		_, err = l.debit(name, 700, "p1")
		wantRefusal(t, err, user.PaymentReused)
	}
	l.wantBalance("mina", 9_700)
	l.wantBalance("jun", 10_000)
}

func TestNobodyPaysWhatTheyDoNotHave(t *testing.T) {
	t.Parallel()
	l := newTill(t, "mina")
	_, err := l.debit("mina", 1, "p")
	wantRefusal(t, err, user.InsufficientBalance)
	_, err = l.charge("mina", 100, "k")
	must(t, err)
	_, err = l.debit("mina", 101, "p")
	wantRefusal(t, err, user.InsufficientBalance)
	if !strings.Contains(err.Error(), "charge 1 won") {
		t.Error("it does not say how much is missing:", err)
	}
	_, err = l.debit("nobody", 1, "p")
	wantRefusal(t, err, user.UnknownUser)
	for _, c := range []struct {
		amount  int64
		payment string
	}{{0, "p"}, {-5, "p"}, {5, ""}, {5, "a b"}} {
		_, err = l.debit("mina", c.amount, c.payment)
		wantRefusal(t, err, user.Invalid)
	}
	if _, err = l.debit("mina", 100, "p"); err != nil {
		t.Error("all of it:", err)
	}
	l.wantBalance("mina", 0)
}

// Of many payments at once, as many go through as there is money for.
func TestConcurrentDebitsNeverTakeMoreThanThereIs(t *testing.T) {
	t.Parallel()
	l := newTill(t, "mina")
	_, err := l.charge("mina", 1000, "k")
	must(t, err)
	var paid, refused atomic.Int64
	var all sync.WaitGroup
	for n := range 24 {
		all.Go(func() {
			if _, err := l.debit("mina", 99, strings.Repeat("p", n+1)); err == nil {
				paid.Add(1)
			} else {
				wantRefusal(t, err, user.InsufficientBalance)
				refused.Add(1)
			}
		})
	}
	all.Wait()
	if paid.Load() != 10 || refused.Load() != 14 {
		t.Errorf("%d were paid and %d refused", paid.Load(), refused.Load())
	}
	l.wantBalance("mina", 10)
}

// A database that lost its agreement with the rules is refused by its own checks.
func TestTheDatabaseItselfRefusesABalanceBelowZero(t *testing.T) {
	t.Parallel()
	l := newTill(t, "mina")
	if err := l.in(exec(`update balance set amount = -1`)); err == nil {
		t.Error("a balance of -1 was stored")
	}
	if err := l.in(exec(`insert into balance_ledger (user, kind, amount, balance, key, at) values ('mina', 'REFUND', 0, 0, 'p', 0)`)); err == nil {
		t.Error("an entry of nothing was stored")
	}
}
