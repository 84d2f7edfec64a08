package cli_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// order returns where each text first stands; they must all be there, in this order.
func inOrder(t *testing.T, out string, texts ...string) {
	t.Helper()
	from := 0
	for _, text := range texts {
		at := strings.Index(out[from:], text)
		if at < 0 {
			t.Fatalf("%q is not there, or not after what should stand before it:\n%s", text, out)
		}
		from += at + len(text)
	}
}

func TestListShowsWhatNeedsAPersonFirst(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	s.sleeps("order-0")
	s.away.Store(false)
	s.start("order-2")
	s.until("two to stand and one to end", func() bool {
		counts, err := s.engine.Count(t.Context())
		return err == nil && counts[saga.NeedsAttention] == 1 && counts[saga.Completed] == 1 && counts[saga.Running] == 1
	})
	r := s.run("list").ends(cli.ExitDone)
	inOrder(t, r.out, "ID", "DEFINITION", "STATUS", "STEP", "SINCE", "KNOWN",
		"order-1", "shop.order", "attention: in doubt", "charge", "●◇·", "Nobody knows whether charge took effect",
		"order-0", "slow.order", "running", "wait", "·",
		"● in effect   ◇ maybe done   · not started",
		"In the store: 1 need attention, 0 compensating, 1 running, 1 ended.")
	r.never("order-2", "No engine runs")
	inOrder(t, s.run("list", "-all").ends(cli.ExitDone).out, "order-1", "order-0", "order-2", "completed")
	inOrder(t, s.run("list", "-o", "wide").ends(cli.ExitDone).out, "CALLS", "order-1", "stock in effect, charge maybe done", "connection reset by peer")
	for text, ids := range map[string]string{
		"-status attention": "order-1", "-status running": "order-0", "-status completed": "order-2",
		"-definition slow.order": "order-0", "-step charge": "order-1", "-why in-doubt": "order-1", "-text ORDER-0": "order-0",
		"-id order-1 -id order-2": "order-1 order-2", "order-2": "order-2", "-older 1h": "", "-why stopped": "", "-all -limit 1": "order-1",
	} {
		var got []string
		r := s.run(append([]string{"list", "-o", "json"}, strings.Fields(text)...)...).ends(cli.ExitDone)
		for _, in := range r.listed().Instances {
			got = append(got, in.ID)
		}
		if strings.Join(got, " ") != ids {
			t.Errorf("list %s shows %q, want %q", text, got, ids)
		}
	}
}

// listed is what scripts read: the names are a promise.
type listed struct {
	ReadAt     time.Time      `json:"readAt"`
	EngineRuns bool           `json:"engineRuns"`
	Counts     map[string]int `json:"counts"`
	More       bool           `json:"more"`
	Instances  []struct {
		ID, Definition, Status, Reason, Explanation, Detail, Step, Call string
		Calls                                                           int
		Since, Started                                                  time.Time
		Steps                                                           []struct{ Name, Mark string }
		State                                                           map[string]any
		Allowed                                                         []string
		Hand                                                            *struct{ Verb, By, Reason string }
	} `json:"instances"`
}

func (r ran) listed() (l listed) {
	r.Helper()
	if err := json.Unmarshal([]byte(r.out), &l); err != nil {
		r.Fatalf("no JSON: %v\n%s", err, r.out)
	}
	return l
}

func TestListAsJSONHasTheSameFacts(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	l := s.run("list", "-o", "json").ends(cli.ExitDone).listed()
	if len(l.Instances) != 1 || l.More || !l.EngineRuns || l.Counts["needs attention"] != 1 || time.Since(l.ReadAt) > time.Minute {
		t.Fatalf("listed: %+v", l)
	}
	in, want := l.Instances[0], s.standing("order-1", saga.NeedsAttention)
	if in.ID != "order-1" || in.Status != "needs attention" || in.Reason != "in doubt" || in.Step != "charge" ||
		in.Call != "probe" || in.Calls != 1 || in.Explanation != want.Explain() || in.Explanation == "" ||
		!in.Since.Equal(want.Since) || in.Since.Location() != time.UTC || in.State["Item"] != "EST-1" ||
		len(in.Steps) != 3 || in.Steps[1].Mark != "maybe done" || len(in.Allowed) != 5 || in.Hand != nil {
		t.Errorf("listed: %+v", in)
	}
}

func TestListSaysWhatIsNotThere(t *testing.T) {
	s := newShop(t)
	s.run("list").ends(cli.ExitDone).says("Nothing is on its way and nothing needs you.", "0 need attention")
	s.run("list", "-step", "x", "-older", "2d").ends(cli.ExitDone).says("No instance matches -step x -older 48h0m0s.")
	s.close()
	s.run("list").ends(cli.ExitDone).says("No engine runs on this store: nothing moves until one does.")
}

// On a terminal a list has an end; in a pipe nothing is missing.
func TestListIsShortOnATerminal(t *testing.T) {
	s := newShop(t)
	s.start(numbered(60)...)
	terminal := func(c *cli.Command) { c.Out.Terminal = true }
	s.runAs(terminal, "list").ends(cli.ExitDone).says("The first 50; -limit 0 shows all.")
	for limit, want := range map[string]int{"0": 60, "60": 60, "59": 59} {
		l := s.runAs(terminal, "list", "-o", "json", "-limit", limit).ends(cli.ExitDone).listed()
		if len(l.Instances) != want || l.More != (want < 60) {
			t.Errorf("-limit %s: %d instances, more %v", limit, len(l.Instances), l.More)
		}
	}
	if n := len(s.run("list", "-o", "json").listed().Instances); n != 60 {
		t.Errorf("a pipe gets %d", n)
	}
	s.run("list", "-limit", "-2").ends(cli.ExitUsage)
}

// An id, a state and what a participant says come from outside.
func TestNothingListedMovesTheTerminal(t *testing.T) {
	s := newShop(t)
	s.says.Store("\x1b]0;owned\a\u202e\u009b2J")
	id := "order-\u009b31m\u202e"
	s.start(id)
	for _, args := range [][]string{
		{"list"}, {"list", "-o", "wide"}, {"list", "-o", "json"}, {"show", id}, {"show", "-o", "json", id}, {"show", id + "\x1b[2J"},
		{"retry", id, "-reason", "look", "-dry-run"}, {"retry", id, "-reason", "look"}, {"stop", id, "-reason", "한글 \u202e"},
		{"list", "-\x1b[2J"}, {"\x1b[2J"}, {"list", "-text", "\x1b[2J"}, {"list", "-status", "\x1b[2J"},
	} {
		r := s.run(args...)
		for _, c := range []string{"\x1b", "\a", "\u202e", "\u009b"} {
			if strings.Contains(r.out+r.err, c) {
				t.Errorf("%q prints %q:\n%q", args, c, r.out+r.err)
			}
		}
	}
}

// Colour marks where a person is needed, and is only for those who see it.
func TestListColoursWhatNeedsAPerson(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	s.runAs(func(c *cli.Command) { c.Out.Colour = true }, "list").ends(cli.ExitDone).says("\x1b[1;33mattention: in doubt\x1b[0m")
	s.run("list").never("\x1b")
}

// It fits the terminals that people have.
func TestListFitsIntoEightyColumns(t *testing.T) {
	s := newShop(t)
	s.start("order-1042", "주문-1043")
	for line := range strings.Lines(s.run("list").ends(cli.ExitDone).out) {
		if w := layout.Width(strings.TrimSuffix(line, "\n")); w > 80 {
			t.Errorf("%d cells: %s", w, line)
		}
	}
	var b bytes.Buffer
	s.runAs(func(c *cli.Command) { c.Out = layout.Screen{Writer: &b, Columns: 60, Terminal: true} }, "list").ends(cli.ExitDone)
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "    ") && layout.Width(line) > 61 {
			t.Errorf("a sentence of %d cells: %s", layout.Width(line), line)
		}
	}
}
