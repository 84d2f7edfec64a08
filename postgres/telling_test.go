package postgres_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/postgres"
)

// told serves the shelf by message and hands it one call.
func (s *shelf) told(t *testing.T, call, key, request string) error {
	t.Helper()
	r := participant.NewResponder("/shop/catalog", nil)
	r.Handle("pick", s.operation())
	data := fmt.Sprintf(`{"key":%q}`, key)
	if request != "" {
		data = fmt.Sprintf(`{"key":%q,"request":%s}`, key, request)
	}
	return r.Take(t.Context(), message.Message{
		ID: "1", Source: "/shop/order", Type: "pick." + call, Key: "o-1", Data: json.RawMessage(data),
	})
}

// wantReplies wants so many replies in the outbox.
func (s *shelf) wantReplies(t *testing.T, want int) []message.Row {
	t.Helper()
	rows, err := postgres.NewQueue(s.pool).Rows(t.Context(), 0)
	if err != nil || len(rows) != want {
		t.Fatalf("%d messages are in the outbox, %v; want %d", len(rows), err, want)
	}
	return rows
}

// An effect, its ledger row and the reply to whoever asked are one transaction: none is there without
// the others.
func TestTheReplyIsCommittedWithTheEffect(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	if err := s.told(t, "do", "o-1/pick", `{"items":{"cat":2}}`); err != nil {
		t.Fatal(err)
	}
	s.want(t, 8, 10, 1)
	s.wantReplies(t, 1)
	if err := s.told(t, "do", "o-1/pick", `{"items":{"cat":2}}`); err != nil { // again, because the reply was lost
		t.Fatal(err)
	}
	s.want(t, 8, 10, 1)
	rows := s.wantReplies(t, 2)
	if one, two := rows[0].Message, rows[1].Message; string(one.Data) != string(two.Data) || one.ID == two.ID || !strings.Contains(string(one.Data), `"APPLIED"`) {
		t.Errorf("the replies are %+v and %+v", one, two)
	}

	// The outbox cannot take the reply: no effect either, and no ledger row.
	_, err := s.pool.Exec(t.Context(), `create function full_now() returns trigger language plpgsql as $$ begin raise 'no room'; end $$;
		create trigger full_now before insert on saga_outbox for each statement execute function full_now()`)
	must(t, err)
	if err := s.told(t, "do", "o-2/pick", `{"items":{"cat":2}}`); err == nil || errors.Is(err, message.ErrPoison) {
		t.Errorf("the error is %v; want one that is tried again", err)
	}
	if err := s.told(t, "undo", "o-1/pick", ""); err == nil {
		t.Error("an undo was done without its reply")
	}
	s.want(t, 8, 10, 1)
	s.wantReplies(t, 2)
}

// A refusal leaves nothing of the work, and is told.
func TestARefusalIsToldAndLeavesNothing(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	for key, request := range map[string]string{"o-1/pick": `{"items":{"cat":2,"dog":11}}`, "o-2/pick": `{"birds":1}`, "o-3/pick": `{"items":{"cat":2},"then":"reject"}`} {
		if err := s.told(t, "do", key, request); err != nil {
			t.Fatal(err)
		}
	}
	s.want(t, 10, 10, 1) // what can never be accepted is not recorded
	for _, row := range s.wantReplies(t, 3) {
		if !strings.Contains(string(row.Message.Data), `"REFUSED"`) {
			t.Errorf("the reply is %s", row.Message.Data)
		}
	}
}
