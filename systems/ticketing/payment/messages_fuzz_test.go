package payment_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

// Whatever comes, a message is handled or a dead letter; a dead letter changes nothing and is answered by
// nothing; nobody's payment but the saga's own is moved, and that only where a payment may move.
func FuzzMessages(f *testing.F) {
	w := newTill(f, nil)
	types := []string{
		"PaymentInitiated", "BalanceDebited", "BalanceDebitFailed", "SagaFailed", "UndoPayment", "AskPayment", "FencePayment",
	}
	for i, data := range []any{
		initiated("OWN"), debited("OWN"), poor("OWN"), over("OWN"), event.Question{SagaID: "OWN", Step: event.Payment, Number: 1},
		initiated("NEIGHBOUR"), debited("NEIGHBOUR"), poor("NEIGHBOUR"), over("NEIGHBOUR"), nil, 7, "", []int{1}, map[string]any{"sagaId": "OWN"},
	} {
		text, err := json.Marshal(data)
		must(f, err)
		for begun := range 3 {
			f.Add(uint8(i), uint8(begun), text)
		}
	}
	f.Add(uint8(0), uint8(0), []byte(`{`))
	f.Add(uint8(1), uint8(1), []byte(`{"sale":{"sagaId":"OWN"},"paymentId":"P-OWN","code":"x"}`))
	f.Add(uint8(2), uint8(2), []byte(`{"sagaId":"OWN","step":"DEBIT","code":"x","more":{"a":1},"more":2}`))
	calls := 0
	f.Fuzz(func(t *testing.T, typ, begun uint8, data []byte) {
		calls++
		w.t = t
		own, neighbour := fmt.Sprintf("o-%d", calls), fmt.Sprintf("n-%d", calls)
		w.wants("PaymentInitiated", neighbour, initiated(neighbour), "DebitBalance")
		if begun%3 > 0 {
			w.wants("PaymentInitiated", own, initiated(own), "DebitBalance")
		}
		if begun%3 > 1 {
			w.wants("BalanceDebited", own, debited(own), "PaymentCompleted")
		}
		before, _, _ := w.Payment(t.Context(), mina, payment.ID(own))
		data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("OWN"), []byte(own)), []byte("NEIGHBOUR"), []byte(neighbour))
		m := message.Message{ID: fmt.Sprint("m", calls), Source: "test", Type: types[int(typ)%len(types)], Key: own, Correlation: own, Data: data}
		err := w.handlers[m.Type](t.Context(), m)
		if err != nil && !errors.Is(err, message.ErrPoison) {
			t.Fatalf("%s %q would be tried again: %v", m.Type, data, err)
		}
		out := w.sent()
		after, _, _ := w.Payment(t.Context(), mina, payment.ID(own))
		if moved := before.Status + ">" + after.Status; before.Status != after.Status && !slices.Contains(legal(m.Type), string(moved)) || err != nil && (before.Status != after.Status || len(out) > 0) {
			t.Fatalf("%s %q moved %s and sent %+v, with the error %v", m.Type, data, moved, out, err)
		}
		w.stands(neighbour, payment.Pending)
		if err := w.handlers[m.Type](t.Context(), m); err != nil && !errors.Is(err, message.ErrPoison) {
			t.Fatalf("%s %q would be tried again the second time: %v", m.Type, data, err)
		}
		if again, _, _ := w.Payment(t.Context(), mina, payment.ID(own)); again.Status != after.Status {
			t.Fatalf("%s %q moved %s to %s the second time", m.Type, data, after.Status, again.Status)
		}
		w.sent()
	})
}

// legal are the moves that a type of message may make.
func legal(typ string) []string {
	return map[string][]string{
		"PaymentInitiated": {">PENDING"}, "BalanceDebited": {"PENDING>COMPLETED"}, "BalanceDebitFailed": {"PENDING>FAILED"},
		"SagaFailed": {"PENDING>FAILED"}, "UndoPayment": {"COMPLETED>CANCELLED"},
	}[typ]
}
