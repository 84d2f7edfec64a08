package event_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// bench is a queue service with nothing behind its desk but a ledger.
type bench struct {
	t        *testing.T
	db       *sqlite.DB
	handlers map[string]message.Handler
	done     int
	refuse   bool
}

func newBench(t *testing.T) *bench {
	t.Helper()
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "queue.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b := &bench{t: t, db: db}
	b.handlers = event.Desk{Step: event.StepOf(event.Queue), Operation: sqlite.Operation(db, "queue", b.do, b.undo)}.Handlers()
	return b
}

func (b *bench) do(_ context.Context, _ *sql.Tx, _ string, c event.ReservationsCompleted) (event.QueueCompleted, error) {
	if b.refuse {
		return event.QueueCompleted{}, &participant.Refusal{Code: "foreign-token", Detail: "Take one of your own."}
	}
	b.done++
	return event.QueueCompleted(c), nil
}

func (b *bench) undo(context.Context, *sql.Tx, string, event.ReservationsCompleted, event.QueueCompleted) error {
	b.done--
	return nil
}

// takes hands in a message and returns what went out, as words.
func (b *bench) takes(typ string, data any) string {
	b.t.Helper()
	m, err := event.New("test", typ, "s-1", data)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.handlers[typ](b.t.Context(), m); err != nil {
		b.t.Fatalf("%s: %v", typ, err)
	}
	return b.told(m)
}

func (b *bench) told(cause message.Message) string {
	b.t.Helper()
	q := sqlite.NewQueue(b.db, b.db.Read)
	rows, err := q.Claim(b.t.Context(), 10, 1e9)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := q.Delivered(b.t.Context(), rows...); err != nil {
		b.t.Fatal(err)
	}
	var words []string
	for _, row := range rows {
		m := row.Message
		if m.Causation != cause.ID || m.Correlation != "s-1" || m.Key != "s-1" || m.Source != "/ticketing/queue" {
			b.t.Errorf("%+v is not a consequence of %s", m, cause.ID)
		}
		var f event.Failed
		_ = json.Unmarshal(m.Data, &f)
		words = append(words, strings.TrimSpace(m.Type+" "+f.Code))
	}
	return strings.Join(words, ", ")
}

func question(n int) event.Question {
	return event.Question{SagaID: "s-1", Step: event.Queue, Number: n}
}

func (b *bench) wants(typ string, data any, want string) {
	b.t.Helper()
	if got := b.takes(typ, data); got != want {
		b.t.Errorf("%s was answered by %q, want %q", typ, got, want)
	}
}

var sold = event.ReservationsCompleted{Sale: event.Sale{SagaID: "s-1", UserID: "mina", Token: "t", Lines: []event.Line{}}}

func TestADeskDoesItsStepOnceAndSaysSo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.wants("AskQueue", question(1), "QueueNotDone")
	b.wants("ReservationsCompleted", sold, "QueueCompleted")
	b.wants("ReservationsCompleted", sold, "") // what followed was told
	b.wants("AskQueue", question(2), "QueueCompleted")
	b.wants("FenceQueue", question(3), "QueueCompleted")
	b.wants("UndoQueue", question(1), "QueueUndone")
	b.wants("UndoQueue", question(2), "QueueUndone")
	b.wants("AskQueue", question(3), "QueueFailed undone")
	if b.done != 0 {
		t.Error("done and not undone:", b.done)
	}
}

func TestWhatWasForbiddenIsNotDoneLater(t *testing.T) {
	t.Parallel()
	for _, first := range []struct{ typ, answer string }{{"FenceQueue", "QueueFailed not-in-time"}, {"UndoQueue", "QueueUndone"}} {
		b := newBench(t)
		b.wants(first.typ, question(1), first.answer)
		b.wants("ReservationsCompleted", sold, "")
		b.wants("AskQueue", question(2), "QueueFailed not-in-time")
		if b.done != 0 {
			t.Error("it was done after", first.typ)
		}
	}
}

func TestARefusalIsAFactAndStands(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.refuse = true
	b.wants("ReservationsCompleted", sold, "QueueFailed foreign-token")
	b.refuse = false
	b.wants("ReservationsCompleted", sold, "")
	b.wants("AskQueue", question(1), "QueueFailed foreign-token")
	b.wants("UndoQueue", question(1), "QueueUndone")
}

func TestACommandIsAnsweredEveryTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	op := sqlite.Operation(b.db, "debit", func(_ context.Context, _ *sql.Tx, _ string, c event.DebitBalance) (event.BalanceDebited, error) {
		b.done++
		return event.BalanceDebited(c), nil
	}, nil)
	b.handlers = event.Desk{Step: func() event.Step { s := event.StepOf(event.Debit); s.Service = "queue"; return s }(), Operation: op}.Handlers()
	asked := event.DebitBalance{Sale: sold.Sale, PaymentID: "p"}
	b.wants("DebitBalance", asked, "BalanceDebited")
	b.wants("DebitBalance", asked, "BalanceDebited")
	if b.done != 1 {
		t.Error("debited", b.done, "times")
	}
}

func TestWhatCannotBeReadIsADeadLetter(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, m := range map[string]message.Message{
		"no data":        {Type: "UndoQueue", Correlation: "s-1"},
		"another's":      {Type: "UndoQueue", Correlation: "s-2", Data: []byte(`{"sagaId":"s-1","step":"QUEUE"}`)},
		"another step":   {Type: "AskQueue", Correlation: "s-1", Data: []byte(`{"sagaId":"s-1","step":"CONCERT"}`)},
		"no saga":        {Type: "ReservationsCompleted", Data: []byte(`{}`)},
		"another's sale": {Type: "ReservationsCompleted", Correlation: "s-1", Data: []byte(`{"sale":{"sagaId":"s-2","lines":[]}}`)},
		"nobody's sale":  {Type: "ReservationsCompleted", Correlation: "s-1", Data: []byte(`{"sale":{"lines":[]}}`)},
		"unknown member": {Type: "ReservationsCompleted", Correlation: "s-1", Data: []byte(`{"sail":1}`)},
		"changed":        {Type: "FenceQueue", Correlation: "s-1", Data: []byte(`7`)},
	} {
		if err := b.handlers[m.Type](t.Context(), m); !errors.Is(err, message.ErrPoison) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := b.told(message.Message{}); got != "" {
		t.Error("told", got)
	}
}
