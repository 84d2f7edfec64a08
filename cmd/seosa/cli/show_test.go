package cli_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
)

// The page of an instance tells its whole story, the hand of a person included.
func TestShowTellsTheStory(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	inOrder(t, s.run("show", "order-1").ends(cli.ExitDone).out,
		"order-1 · shop.order version 1\n", "needs attention: in doubt since 20", " UTC (",
		"Nobody knows whether charge took effect",
		"next", "nothing, until a person decides", "may be", "retried, compensated, resolved, skipped, stopped",
		"Steps\n", "● stock   in effect", "◇ charge  maybe done   open: probe, 1 call so far", "· insert  not started",
		"State\n", `"Item": "EST-1"`,
		"Timeline, UTC\n", "started", "stock   action 1  ● succeeded", "order-1/stock", "charge  action 1  ◇ unknown", "order-1/charge",
		"connection reset by peer", "→ needs attention: in doubt")

	s.run("stop", "order-1", "-reason", "we look at it", "-by", "kim").ends(cli.ExitDone)
	s.handled("order-1", saga.Stop, saga.NeedsAttention)
	s.run("show", "order-1").ends(cli.ExitDone).says("needs attention: stopped", "kim stopped it at charge", "because: we look at it",
		"by hand", "kim stopped it at charge at 20")
	s.run("resolve", "order-1", "-done", "-set", `Receipt="88-1234"`, "-reason", "the bank says so").ends(cli.ExitDone)
	s.standing("order-1", saga.Completed)
	r := s.run("show", "order-1").ends(cli.ExitDone)
	inOrder(t, r.out, "completed since", "● charge  in effect", `"Receipt": "88-1234"`, "kim stopped it at charge", "→ needs attention: stopped",
		"lee resolved charge as done", "because: the bank says so", "→ running", "insert  action 1  ● succeeded", "→ completed")
	r.never("may be ", "next ")
}

func TestShowAsJSONHasTheSameFacts(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	s.run("stop", "order-1", "-reason", "we look at it").ends(cli.ExitDone)
	s.handled("order-1", saga.Stop, saga.NeedsAttention)
	var got struct {
		ID, Status, Reason, Explanation string
		Hand                            struct{ Verb, By, Reason, Step string }
		History                         []struct {
			Kind, Step, Call, Outcome, Key, Error, Status string
			Attempt                                       int
			Hand                                          *struct{ Verb, By, Reason string }
		}
	}
	r := s.run("show", "-o", "json", "order-1").ends(cli.ExitDone)
	if err := json.Unmarshal([]byte(r.out), &got); err != nil {
		t.Fatalf("%v\n%s", err, r.out)
	}
	if got.ID != "order-1" || got.Status != "needs attention" || got.Reason != "stopped" || got.Explanation == "" ||
		got.Hand.By != "lee" || got.Hand.Step != "charge" || len(got.History) < 5 {
		t.Fatalf("shown: %+v", got)
	}
	call, hand := got.History[2], got.History[4]
	if call.Step != "charge" || call.Call != "action" || call.Attempt != 1 || call.Outcome != "unknown" ||
		call.Key != "order-1/charge" || call.Error != "connection reset by peer" {
		t.Errorf("the call: %+v", call)
	}
	if hand.Kind != "operated" || hand.Hand == nil || hand.Hand.Verb != "stop" || hand.Hand.Reason != "we look at it" {
		t.Errorf("the intervention: %+v", hand)
	}
}

func TestShowWantsOneIdThatExists(t *testing.T) {
	s := newShop(t)
	s.run("show").ends(cli.ExitUsage).says("show wants one id")
	s.run("show", "a", "b").ends(cli.ExitUsage)
	s.run("show", "order-9").ends(cli.ExitNone).says("there is no instance order-9", "seosa list -all -text")
	s.close()
	s.run("show", "order-9").ends(cli.ExitNone)
	for address, want := range map[string]string{
		"postgres://app:secret@db/shop?search_path=s":                      "in 'postgres://app:xxxxx@db/shop?search_path=s'",
		"postgres://app@db/shop?sslpassword=secret&password=secret&user=b": "in 'postgres://app@db/shop?password=xxxxx&sslpassword=xxxxx&user=b'",
		"postgres://app:secret%zz@db/shop":                                 "in 'the store'",
	} {
		s.runAs(func(c *cli.Command) {
			c.Store, c.Open = address, func(ctx context.Context, _ string) (cli.Store, error) { return visit(ctx, s.file) }
		}, "show", "order-9").ends(cli.ExitNone).says(want).never("secret")
	}
}
