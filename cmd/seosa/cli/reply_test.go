package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
)

// trip expects a seat that others take unasked, whose undo is answered later, and asks a person.
func trip() saga.Definition[purchase] {
	yes := func(context.Context, *purchase, saga.Attempt) error { return nil }
	asked := func(context.Context, *purchase, saga.Attempt) error { return saga.Pending }
	heard := func(*purchase, saga.Reply) error { return nil }
	return saga.Definition[purchase]{Name: "trip", Version: 1, Steps: []saga.Step[purchase]{
		{Name: "seat", Compensation: asked, Fence: yes, Reply: heard, ReplyTimeout: time.Hour},
		{Name: "approval", Kind: saga.ReadOnly, Action: asked, Reply: heard, ReplyTimeout: time.Hour},
	}}
}

// nap is a timer of an hour, which its deadline ends before.
func nap() saga.Definition[purchase] {
	return saga.Definition[purchase]{Name: "nap", Version: 1, Deadline: 30 * time.Minute, Steps: []saga.Step[purchase]{
		{Name: "nap", Sleep: func(purchase) time.Duration { return time.Hour }},
	}}
}

func (s *shop) deliver(id, step, by string, o saga.Outcome, undo bool) {
	s.Helper()
	if err := s.engine.Deliver(s.Context(), saga.Reply{Key: saga.Key{Instance: id, Step: step, Undo: undo}, Outcome: o, By: by}); err != nil {
		s.Fatal(err)
	}
}

func (s *shop) reaches(id string, there func(saga.Instance) bool) {
	s.Helper()
	s.until(id+" to come so far", func() bool {
		in, err := s.engine.Find(s.Context(), saga.Filter{IDs: []string{id}}) // a checkpoint behind, as a command is
		return err == nil && len(in) == 1 && there(in[0])
	})
}

// Who said what about which step, about its undo too, and what was not heard and why.
func TestShowTellsOfReplies(t *testing.T) {
	s := newShop(t)
	s.close()
	s.serve(trip(), s.definition())
	d := trip()
	if _, err := d.Start(t.Context(), s.engine, "trip-1", purchase{}); err != nil {
		t.Fatal(err)
	}
	s.reaches("trip-1", func(in saga.Instance) bool { return in.Waits })
	s.run("show", "trip-1").ends(cli.ExitDone).says("The fact that seat was done is awaited", "the fact about seat is awaited", "open: a fact is awaited").
		never("1 call was made", "seat  action 1", "1 call so far")
	s.deliver("trip-1", "approval", "kim", saga.Refused, false)
	s.reaches("trip-1", func(in saga.Instance) bool { return in.Seq > 2 })
	s.deliver("trip-1", "seat", "/shop/seats", saga.Succeeded, false)
	s.reaches("trip-1", func(in saga.Instance) bool { return in.Waits && in.Call == saga.CallCompensation })
	s.deliver("trip-1", "seat", "/shop/seats", saga.Succeeded, true)
	s.standing("trip-1", saga.Compensated)
	s.deliver("trip-1", "seat", "/shop/seats", saga.Refused, false)
	s.deliver("trip-1", "insert", "/shop/seats", saga.Succeeded, false)
	s.until("both to be answered", func() bool {
		sent, err := s.engine.Sent(t.Context(), "trip-1")
		n := 0
		for _, r := range sent {
			if r.Result.Err != nil && (r.Step == "insert" || r.Outcome == saga.Refused && r.Step == "seat") && !waits(r) {
				n++
			}
		}
		return err == nil && n == 2
	})
	r := s.run("show", "trip-1").ends(cli.ExitDone)
	inOrder(t, r.out, "Sent, and not made", "a reply about seat: refused, from /shop/seats — it", "came too late: it has ended",
		"a reply about insert: succeeded, from /shop/seats —", `its definition has no step "insert"`, "Timeline",
		"a reply from kim about approval came early and is kept: ■ refused", "a reply from /shop/seats about seat: ● succeeded",
		"a reply from /shop/seats about the undo of seat: ● succeeded")
	r.never("saga: the reply")
	var got struct{ History []struct{ Kind, By string } }
	if err := json.Unmarshal([]byte(s.run("show", "-o", "json", "trip-1").out), &got); err != nil {
		t.Fatal(err)
	}
	for _, e := range got.History {
		if (e.Kind == "kept" || e.Kind == "replied") && e.By == "" {
			t.Errorf("a script does not read who replied: %+v", got.History)
		}
	}
}

func waits(s saga.Sent) bool { return errors.Is(s.Result.Err, saga.ErrWaiting) }

// A timer that the deadline ends says both.
func TestShowTellsOfATimer(t *testing.T) {
	s := newShop(t)
	s.close()
	s.serve(nap())
	if _, err := nap().Start(t.Context(), s.engine, "nap-1", purchase{}); err != nil {
		t.Fatal(err)
	}
	s.until("it to sleep", func() bool {
		events, err := s.engine.History(t.Context(), "nap-1")
		return err == nil && len(events) > 1
	})
	s.run("show", "nap-1").ends(cli.ExitDone).says("nap sleeps for 1h0m0s; the deadline comes first, at 20", "at its deadline, 20")
}
