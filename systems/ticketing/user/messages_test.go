package user_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// takes hands in a message of a saga and returns what went out, as words.
func (d *desk) takes(typ, sagaID string, data any) string {
	d.t.Helper()
	m, err := event.New("test", typ, sagaID, data)
	must(d.t, err)
	return d.hands(m)
}

func (d *desk) hands(m message.Message) string {
	d.t.Helper()
	if err := d.service.Handlers()[m.Type](d.t.Context(), m); err != nil {
		d.t.Fatalf("%s: %v", m.Type, err)
	}
	rows, err := d.service.Outbox().Claim(d.t.Context(), 10, 1e9)
	must(d.t, err)
	must(d.t, d.service.Outbox().Delivered(d.t.Context(), rows...))
	var words []string
	for _, row := range rows {
		var f event.Failed
		_ = json.Unmarshal(row.Message.Data, &f)
		words = append(words, strings.TrimSpace(row.Message.Type+" "+f.Code))
		if row.Message.Correlation != m.Correlation || row.Message.Causation != m.ID || row.Message.Source != "/ticketing/user" {
			d.t.Errorf("%+v does not answer %s", row.Message, m.ID)
		}
	}
	return strings.Join(words, ", ")
}

func (d *desk) answers(typ, sagaID string, data any, want string) {
	d.t.Helper()
	if got := d.takes(typ, sagaID, data); got != want {
		d.t.Errorf("%s was answered by %q, want %q", typ, got, want)
	}
}

func sale(sagaID string, amount int64) event.DebitBalance {
	return event.DebitBalance{
		Sale:      event.Sale{SagaID: sagaID, UserID: "mina", Token: "t", ConcertID: 1, Amount: amount, Lines: []event.Line{}},
		PaymentID: "pay-" + sagaID,
	}
}

func question(sagaID string) event.Question {
	return event.Question{SagaID: sagaID, Step: event.Debit, Number: 1}
}

func TestAStepTakesTheMoneyOnceAndGivesItBackOnce(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	mina := d.user("mina", 50_000)
	d.answers("AskDebit", "s-1", question("s-1"), "DebitNotDone")
	for range 3 {
		d.answers("DebitBalance", "s-1", sale("s-1", 30_000), "BalanceDebited")
		d.wantBalance(mina, 20_000)
	}
	d.answers("FenceDebit", "s-1", question("s-1"), "BalanceDebited")
	d.restart()
	for range 3 {
		d.answers("UndoDebit", "s-1", question("s-1"), "DebitUndone")
		d.wantBalance(mina, 50_000)
	}
	d.answers("DebitBalance", "s-1", sale("s-1", 30_000), "BalanceDebitFailed undone")
	d.answers("AskDebit", "s-1", question("s-1"), "BalanceDebitFailed undone")
	d.wantBalance(mina, 50_000)
	entries := d.statement(mina, "").Entries
	if len(entries) != 3 || entries[0].Kind != user.Refund || entries[0].Amount != 30_000 || entries[0].PaymentID != "pay-s-1" ||
		entries[1].Kind != user.Debit || entries[1].PaymentID != "pay-s-1" || entries[2].Kind != user.Charge || entries[2].PaymentID != "" {
		t.Errorf("got %+v", entries)
	}
}

// An undo that overtakes its debit forbids it, and gives nothing back.
func TestAnUndoThatComesFirstForbidsTheDebit(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	mina := d.user("mina", 50_000)
	d.answers("UndoDebit", "s-1", question("s-1"), "DebitUndone")
	d.answers("DebitBalance", "s-1", sale("s-1", 30_000), "BalanceDebitFailed not-in-time")
	d.answers("FenceDebit", "s-2", question("s-2"), "BalanceDebitFailed not-in-time")
	d.restart()
	d.answers("DebitBalance", "s-2", sale("s-2", 30_000), "BalanceDebitFailed not-in-time")
	d.wantBalance(mina, 50_000)
}

// Whoever was told "no" can rely on it, also when money comes later.
func TestARefusedDebitStaysRefused(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	mina := d.user("mina", 1000)
	d.answers("DebitBalance", "s-1", sale("s-1", 1001), "BalanceDebitFailed insufficient-balance")
	d.charge(mina, 1000, "more").wants(t, http.StatusCreated)
	d.answers("DebitBalance", "s-1", sale("s-1", 1001), "BalanceDebitFailed insufficient-balance")
	d.answers("UndoDebit", "s-1", question("s-1"), "DebitUndone")
	d.answers("DebitBalance", "s-2", sale("s-2", 1001), "BalanceDebited")
	d.wantBalance(mina, 999)

	stranger := sale("s-3", 1)
	stranger.Sale.UserID = "nobody"
	d.answers("DebitBalance", "s-3", stranger, "BalanceDebitFailed unknown-user")
	again := sale("s-4", 1) // two sagas may not share a payment: one debit would pay for both
	again.PaymentID = "pay-s-2"
	d.answers("DebitBalance", "s-4", again, "BalanceDebitFailed payment-reused")
	d.answers("UndoDebit", "s-4", question("s-4"), "DebitUndone")
	d.answers("DebitBalance", "s-5", sale("s-5", 0), "BalanceDebitFailed invalid-request")
	d.wantBalance(mina, 999)
}

func TestABuyerIsToldHowSagasEnded(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	mina, jun := d.user("mina", 0), d.user("jun", 0)
	bought, err := event.New("orchestrator", "SagaCompleted", "s-1", event.SagaCompleted{SagaID: "s-1", UserID: "mina", PaymentID: "p", Amount: 700})
	must(t, err)
	for range 2 {
		d.hands(bought)
	}
	d.takes("SagaCompleted", "s-1", event.SagaCompleted{SagaID: "s-1", UserID: "mina", PaymentID: "p", Amount: 700}) // another message, the same news
	d.takes("SagaFailed", "s-2", event.SagaFailed{SagaID: "s-2", UserID: "mina", Step: event.Queue, Code: "foreign-token", Refunded: 300})
	d.takes("SagaFailed", "s-3", event.SagaFailed{SagaID: "s-3", UserID: "jun"})

	var got user.Inbox
	d.send(mina, "GET", "/notifications", "").wants(t, 200).into(t, &got)
	want := []user.Notification{
		{SagaID: "s-2", Kind: user.SaleFailed, Code: "foreign-token", Amount: 300, At: at},
		{SagaID: "s-1", Kind: user.SaleCompleted, Code: "paid", Amount: 700, At: at},
	}
	for i := range got.Notifications {
		got.Notifications[i].ID = 0
	}
	if !slices.Equal(got.Notifications, want) || got.Next != 0 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got = user.Inbox{}
	d.send(jun, "GET", "/notifications", "").wants(t, 200).into(t, &got)
	if len(got.Notifications) != 1 || got.Notifications[0].Code != "failed" {
		t.Errorf("got %+v", got)
	}
}

func TestWhatCannotBeReadIsADeadLetter(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for name, c := range map[string]struct{ typ, data string }{
		"no data":     {"SagaCompleted", `7`},
		"nobody's":    {"SagaCompleted", `{"sagaId":"s-1","amount":1}`},
		"no saga":     {"SagaFailed", `{"userId":"mina"}`},
		"no amount":   {"SagaFailed", `{"sagaId":"s-1","userId":"mina","refunded":-1}`},
		"no failure":  {"SagaFailed", `[]`},
		"not a debit": {"DebitBalance", `{"sail":1}`},
	} {
		m := message.Message{ID: name, Source: "/test", Type: c.typ, Key: "s-1", Correlation: "s-1", Data: []byte(c.data)}
		if err := d.service.Handlers()[c.typ](t.Context(), m); !errors.Is(err, message.ErrPoison) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the service takes is what the catalogue sends it.
func TestEveryMessageForTheServiceIsTaken(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	handlers := d.service.Handlers()
	for _, m := range event.Catalogue() {
		for _, to := range m.To {
			if to == "user" && handlers[m.Type] == nil {
				t.Errorf("nobody takes %s", m.Type)
			}
			if to == "user" {
				delete(handlers, m.Type)
			}
		}
	}
	for typ := range handlers {
		t.Errorf("%s is taken and never sent", typ)
	}
}
