package cli_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
)

// Above ten, somebody says how many they mean.
func TestManyWantTheirNumber(t *testing.T) {
	s := newShop(t)
	s.start(numbered(11)...)
	stop := strings.Fields("stop -why in-doubt -reason x")
	s.run(stop...).ends(cli.ExitUsage).says("11 instances, and nobody is here to confirm it", "-dry-run", "-yes 11")
	s.run(append(stop, "-yes", "12")...).ends(cli.ExitUsage).says("-yes says 12 and it is 11 now; nothing was done")
	for _, typed := range []string{"", "y", "yes", "1", "12", "11 "} {
		if typed != "11 " {
			s.runAs(typing(typed), stop...).ends(cli.ExitUsage).says("not confirmed; nothing was done")
		}
	}
	s.runAs(func(c *cli.Command) { c.In, c.Asks = strings.NewReader(""), true }, stop...).ends(cli.ExitUsage)
	for _, id := range numbered(11) {
		if hands := s.hands(id); len(hands) != 0 {
			t.Fatalf("%s was stopped: %+v", id, hands)
		}
	}
	s.runAs(typing("11"), stop...).ends(cli.ExitDone).
		says("stop, because: x", "11  attention: in doubt → attention: stopped", "Type 11 to do it", "11 interventions: 11 made.")
	s.until("all to be shown as stopped", func() bool { return s.stopped() == 11 })
	s.run(append(stop, "-yes", "11")...).ends(cli.ExitNone)
}

func TestFewAreNotAsked(t *testing.T) {
	s := newShop(t)
	s.start(numbered(10)...)
	s.run(strings.Fields("stop -status attention -reason x")...).ends(cli.ExitDone).says("10 interventions: 10 made.").never("Type")
	s.run(strings.Fields("stop -status attention -reason x -yes 9")...).ends(cli.ExitUsage)
}

// hesitant is a person who lets something happen before they answer.
type hesitant struct {
	first func()
	io.Reader
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.first != nil {
		h.first()
		h.first = nil
	}
	return h.Reader.Read(p)
}

// Two people want something else of one instance: one wins, the other is told what happened.
func TestWhatMovedIsLeftAlone(t *testing.T) {
	s := newShop(t)
	s.start(numbered(11)...)
	s.away.Store(false)
	var first ran
	other := func() { // not in the test's goroutine, so it asserts nothing
		first = s.run("resolve", "order-0003", "-not-done", "-reason", "the bank says no", "-by", "kim")
	}
	r := s.runAs(func(c *cli.Command) { c.In, c.Asks = &hesitant{other, strings.NewReader("11\n")}, true },
		"retry", "-status", "attention", "-reason", "back").ends(cli.ExitRefused)
	first.ends(cli.ExitDone)
	s.standing("order-0003", saga.Compensated)
	r.says("order-0003  moved: ", "11 interventions: 10 made, 1 moved.", "order-0004  → running")
	if hands := s.hands("order-0003"); len(hands) != 1 || hands[0].By != "kim" {
		t.Errorf("the history has %+v", hands)
	}
}

// silent is a person who does not answer; reading tells that they were asked.
type silent struct{ asked func() }

func (s silent) Read([]byte) (int, error) {
	s.asked()
	select {} // nothing ends the reading of a terminal
}

func TestAnInterruptedQuestionDoesNothing(t *testing.T) {
	s := newShop(t)
	s.start(numbered(11)...)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	r := s.runIn(ctx, func(c *cli.Command) { c.In, c.Asks = silent{interrupt}, true }, "skip", "-status", "attention", "-reason", "x")
	r.ends(cli.ExitInterrupted).says("interrupted; nothing was done")
	for _, id := range numbered(11) {
		if len(s.hands(id)) != 0 {
			t.Errorf("%s was skipped", id)
		}
	}
}
