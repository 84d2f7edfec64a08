package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

func ledgerReplyChecks() []ledgerCheck {
	return []ledgerCheck{
		{"Reply/committed-with-the-effect", replyCommittedWithTheEffect},
		{"Reply/a-refusal-is-told-and-leaves-nothing", refusalIsTold},
	}
}

// told serves the shelf by message and hands it one call.
func (s *shelf) told(call, key, request string) error {
	r := participant.NewResponder("/shop/catalog", nil)
	r.Handle("pick", s.pick)
	data := fmt.Sprintf(`{"key":%q}`, key)
	if request != "" {
		data = fmt.Sprintf(`{"key":%q,"request":%s}`, key, request)
	}
	return r.Take(s.Context(), message.Message{
		ID: "1", Source: "/shop/order", Type: "pick." + call, Key: "o-1", Data: json.RawMessage(data),
	})
}

// replies wants so many replies in the outbox.
func (s *shelf) replies(want int) []message.Row {
	s.Helper()
	rows, err := s.Rows(s.Context(), 0)
	if err != nil || len(rows) != want {
		s.Fatalf("%d messages are in the outbox, %v; want %d", len(rows), err, want)
	}
	return rows
}

// An effect, its ledger row and the reply to whoever asked are one transaction: none is there without
// the others.
func replyCommittedWithTheEffect(s *shelf) {
	s.must(s.told("do", "o-1/pick", string(twoCats)))
	s.want(98, 100, 1)
	s.replies(1)
	s.must(s.told("do", "o-1/pick", string(twoCats))) // again, because the reply was lost
	s.want(98, 100, 1)
	rows := s.replies(2)
	if one, two := rows[0].Message, rows[1].Message; string(one.Data) != string(two.Data) || one.ID == two.ID || !strings.Contains(string(one.Data), `"APPLIED"`) {
		s.Errorf("the replies are %+v and %+v", one, two)
	}

	// The outbox cannot take the reply: no effect either, and no ledger row.
	s.must(s.Change(s.Context(), func(ctx context.Context, tx Stock) error { return tx.Fill(ctx) }))
	if err := s.told("do", "o-2/pick", string(twoCats)); err == nil || errors.Is(err, message.ErrPoison) {
		s.Errorf("the error is %v; want one that is tried again", err)
	}
	if err := s.told("undo", "o-1/pick", ""); err == nil {
		s.Error("an undo was done without its reply")
	}
	s.want(98, 100, 1)
	s.replies(2)
}

func refusalIsTold(s *shelf) {
	for key, request := range map[string]string{"o-1/pick": string(manyDogs), "o-2/pick": `{"birds":1}`, "o-3/pick": `{"items":{"cat":2},"then":"reject"}`} {
		s.must(s.told("do", key, request))
	}
	s.want(100, 100, 1) // what can never be accepted is not recorded
	for _, row := range s.replies(3) {
		if !strings.Contains(string(row.Message.Data), `"REFUSED"`) {
			s.Errorf("the reply is %s", row.Message.Data)
		}
	}
}
