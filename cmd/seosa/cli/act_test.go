package cli_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
)

func TestEveryVerbIsMadeAndRecorded(t *testing.T) {
	s := newShop(t)
	s.start("order-1", "order-2", "order-3", "order-4", "order-5")
	s.away.Store(false)
	for _, c := range []struct {
		line string
		ends saga.Status
		says string
	}{
		{"retry order-1 -reason back", saga.Completed, "order-1  → running"},
		{"compensate order-2 -reason back", saga.Compensated, "order-2  → compensating"},
		{"resolve order-3 -done -reason back", saga.Completed, "order-3  → running"},
		{"resolve order-4 -not-done -reason back", saga.Compensated, "order-4  → compensating"},
		{"skip order-5 -reason back", saga.Completed, "order-5  → running"},
	} {
		s.run(strings.Fields(c.line)...).ends(cli.ExitDone).says(c.says, "1 intervention: 1 made.")
		id := strings.Fields(c.line)[1]
		s.standing(id, c.ends)
		if hands := s.hands(id); len(hands) != 1 || hands[0].By != "lee" || hands[0].Reason != "back" {
			t.Errorf("%s: the history has %+v", c.line, hands)
		}
	}
}

// hands are the interventions that an instance's history has.
func (s *shop) hands(id string) (hands []saga.Hand) {
	s.Helper()
	events, err := s.engine.History(s.Context(), id)
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == saga.EventOperated {
			hands = append(hands, *e.Hand)
		}
	}
	return hands
}

// A dry run says what would follow, and nothing follows.
func TestDryRunDoesNothing(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	s.sleeps("order-0")
	seq := s.standing("order-1", saga.NeedsAttention).Seq
	s.run("retry", "order-1", "-reason", "x", "-dry-run").ends(cli.ExitDone).
		says("order-1  attention: in doubt → running", "1 intervention: 1 would be made, 0 refused. Nothing was done.")
	r := s.run("compensate", "-status", "attention,running", "-reason", "x", "-dry-run").ends(cli.ExitDone)
	inOrder(t, r.out, "order-1  attention: in doubt → compensating",
		"1      fence         charge  order-1/charge", "if it did not happen:", "1.1  compensation  stock   order-1/stock~undo",
		"if it did:", "2      compensation  charge  order-1/charge~undo", "3      compensation  stock   order-1/stock~undo")
	r = s.run("retry", "-status", "attention,running", "-reason", "x", "-dry-run", "-o", "json").ends(cli.ExitRefused)
	var got struct {
		Verb           string
		DryRun         bool
		Would, Refused int
		Effects        []struct {
			ID, From, FromReason, To, Refused string
			Calls                             []struct {
				Call, Step, Key string
				Otherwise       []struct{ Call, Step, Key string }
			}
		}
	}
	if err := json.Unmarshal([]byte(r.out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Verb != "retry" || !got.DryRun || got.Would != 1 || got.Refused != 1 || len(got.Effects) != 2 {
		t.Fatalf("%+v", got)
	}
	for _, e := range got.Effects {
		switch {
		case e.ID == "order-0" && e.Refused != "" && e.To == "" && len(e.Calls) == 0:
		case e.ID == "order-1" && e.To == "running" && e.FromReason == "in doubt" && len(e.Calls) == 2 && e.Calls[0].Call == "probe" &&
			e.Calls[0].Key == "order-1/charge" && e.Calls[0].Otherwise[0].Key == "order-1/stock~undo" && e.Calls[1].Step == "insert":
		default:
			t.Errorf("%+v", e)
		}
	}
	if in := s.standing("order-1", saga.NeedsAttention); in.Seq != seq || len(s.hands("order-1")) != 0 {
		t.Errorf("something was done: %+v", in)
	}
}

// One id that does not exist is a slip of the hand, and holds up the others.
func TestAnUnknownIdHoldsUpAll(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	s.run("skip", "order-1", "order-l", "order-7", "-reason", "x").ends(cli.ExitNone).
		says("there is no instance order-7, and 1 more of the ids do not exist; nothing was done")
	if len(s.hands("order-1")) != 0 {
		t.Error("something was done")
	}
	s.run("skip", "-step", "nothing", "-reason", "x").ends(cli.ExitNone).
		says("no instance that is not at its end matches -step nothing; nothing was done")
}

// What a verb does not fit is refused where it does not fit, and made where it does.
func TestSomeAreRefused(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	s.sleeps("order-0")
	s.run("retry", "order-0", "order-1", "-reason", "x").ends(cli.ExitRefused).
		says("order-1  → running", "order-0  refused: ", "2 interventions: 1 made, 1 refused.")
	s.handled("order-1", saga.Retry, saga.NeedsAttention) // the bank is away still
	s.away.Store(false)
	s.run("retry", "order-1", "order-1", "-id", "order-1", "-reason", "x").ends(cli.ExitDone).says("1 intervention: 1 made.")
	s.standing("order-1", saga.Completed)
	r := s.run("retry", "order-1", "-reason", "x", "-o", "json").ends(cli.ExitRefused)
	var got struct {
		Asked, Made, Refused int
		Results              []struct{ ID, Result, Why string }
	}
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || got.Asked != 1 || got.Refused != 1 || got.Made != 0 ||
		got.Results[0].Result != "refused" || got.Results[0].Why == "" {
		t.Errorf("%+v, error %v", got, err)
	}
	s.run("retry", "order-0", "-reason", strings.Repeat("x", 1001)).ends(cli.ExitUsage).says("Reason needs 1 to 1000 bytes")
}

// A step that is named must be open, and only resolve and skip are about one step.
func TestAStepIsNamed(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	s.run("resolve", "order-1", "-done", "-at", "stock", "-reason", "x").ends(cli.ExitRefused).
		says(`has no open step "stock"`, `open are ["charge"]`)
	s.run("retry", "order-1", "-at", "charge", "-reason", "x").ends(cli.ExitUsage)
	s.run("skip", "order-1", "-at", "charge", "-reason", "x").ends(cli.ExitDone).says("1 made")
	s.standing("order-1", saga.Completed)
}

// stopped counts the instances that rows show as stopped.
func (s *shop) stopped() int {
	s.Helper()
	found, err := s.engine.Find(s.Context(), saga.Filter{Reason: saga.Stopped})
	if err != nil {
		s.Fatal(err)
	}
	return len(found)
}

// A limit takes the first of the list, to try something out on a few.
func TestLimitTakesTheFirst(t *testing.T) {
	s := newShop(t)
	s.start(numbered(5)...)
	s.run("stop", "-why", "in-doubt", "-limit", "2", "-reason", "x").ends(cli.ExitDone).says("2 interventions: 2 made.")
	s.until("two to be shown as stopped", func() bool { return s.stopped() == 2 })
	s.run("stop", "order-0001", "order-0002", "order-0003", "-limit", "1", "-reason", "x", "-dry-run").says(fmt.Sprintf("%d intervention:", 1))
}
