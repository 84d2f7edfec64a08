package saga_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/seosa-dev/saga"
)

// clock is a time on the day of the table.
func clock(s string) time.Time {
	t, err := time.Parse(time.DateTime, "2026-11-22 "+s)
	if err != nil {
		panic(err)
	}
	return t
}

// marked is an instance of shop.order with these marks: "s" took effect, "?" nobody knows, "." not
// started, "u" undone, "r" never.
func marked(marks string, in saga.Instance) saga.Instance {
	in.ID, in.Definition, in.Version, in.Seq = "1007/1", "shop.order", 2, 7
	names := map[rune]saga.Mark{'s': saga.InEffect, '?': saga.MaybeDone, '.': saga.NotStarted, 'u': saga.TakenBack, 'r': saga.NeverDone}
	for i, m := range marks {
		in.Steps = append(in.Steps, saga.StepStatus{Name: []string{"STOCK", "PAYMENT", "ORDER"}[i], Mark: names[m]})
	}
	return in
}

// facing is an instance of shop.order whose open step, PAYMENT, is of a certain nature.
func facing(st saga.StepStatus, in saga.Instance) saga.Instance {
	in.Step = "PAYMENT"
	in = marked("s..", in)
	st.Name = in.Step
	in.Steps[1] = st
	return in
}

const (
	running      = saga.Running
	compensating = saga.Compensating
	attention    = saga.NeedsAttention
)

func inAttention() []saga.Verb { return []saga.Verb{saga.Retry, saga.Resolve, saga.Skip, saga.Stop} }

// Each sentence says what is not known, since when, what was tried, what comes by itself, and what
// a person can do.
func TestExplain(t *testing.T) {
	for _, c := range []struct {
		name string
		in   saga.Instance
		says string
	}{
		{"in doubt, asked slowly",
			marked("?..", saga.Instance{Status: attention, Reason: saga.InDoubt, Step: "STOCK", Call: saga.CallProbe, Calls: 5,
				Detail: "no answer within 2 s", Since: clock("05:27:45"), Due: clock("05:28:45"), Allowed: inAttention()}),
			"Nobody knows whether STOCK took effect; a person has been needed since 2026-11-22 05:27:45 UTC; " +
				"5 calls were made, and the last said “no answer within 2 s”; " +
				"next, at 05:28:45 UTC, the engine asks what became of STOCK; " +
				"ask the participant and resolve STOCK as done or not done; retry asks again."},
		{"in doubt, left alone",
			marked("s?.", saga.Instance{Status: attention, Reason: saga.InDoubt, Step: "PAYMENT", Call: saga.CallAction, Calls: 1,
				Detail: "connection reset", Since: clock("05:27:45"), Allowed: inAttention()}),
			"Nobody knows whether PAYMENT took effect; a person has been needed since 2026-11-22 05:27:45 UTC; " +
				"1 call was made and said “connection reset”; the engine does nothing more by itself; " +
				"ask the participant and resolve PAYMENT as done or not done; retry calls it again."},
		{"it cannot be asked",
			marked("?.r", saga.Instance{Status: attention, Reason: saga.CannotFence, Step: "STOCK", Back: true,
				Detail: "refused: sold out", Since: clock("23:59:59"), Allowed: inAttention()}),
			"Nobody knows whether STOCK took effect, and it can be neither asked nor fenced; " +
				"a person has been needed since 2026-11-22 23:59:59 UTC; the last trouble was “refused: sold out”; " +
				"the engine does nothing more by itself; ask the participant and resolve STOCK as done or not done."},
		{"it must finish",
			marked("ss.", saga.Instance{Status: attention, Reason: saga.CannotFinish, Step: "ORDER", Call: saga.CallAction, Calls: 8,
				Detail: "refused: the table is locked", Since: clock("23:59:30"), Due: clock("23:59:30").Add(time.Minute), Allowed: inAttention()}),
			"ORDER must be done and is not, and there is no way back; a person has been needed since 2026-11-22 23:59:30 UTC; " +
				"8 calls were made, and the last said “refused: the table is locked”; " +
				"next, at 2026-11-23 00:00:30 UTC, the engine calls ORDER; " +
				"clear what keeps ORDER from being done and retry, or do it by hand and resolve it as done."},
		{"an undo is refused",
			marked("s?r", saga.Instance{Status: attention, Reason: saga.UndoRefused, Step: "STOCK", Call: saga.CallCompensation, Back: true,
				Calls: 1, Detail: "refused: already shipped", Since: clock("05:27:45"), Allowed: inAttention()}),
			"The participant refuses to undo STOCK; nobody knows whether PAYMENT took effect; " +
				"a person has been needed since 2026-11-22 05:27:45 UTC; 1 call was made and said “refused: already shipped”; " +
				"the engine does nothing more by itself; " +
				"settle with the participant why and retry, or undo STOCK by hand and resolve it as done."},
		{"an undo does not come to its end",
			marked("sur", saga.Instance{Status: attention, Reason: saga.UndoUnfinished, Step: "STOCK", Call: saga.CallCompensation, Back: true,
				Calls: 20, Detail: "503 Service Unavailable", Since: clock("05:27:45"), Due: clock("05:28:45"), Allowed: inAttention()}),
			"STOCK is not known to be undone; a person has been needed since 2026-11-22 05:27:45 UTC; " +
				"20 calls were made, and the last said “503 Service Unavailable”; " +
				"next, at 05:28:45 UTC, the engine calls the undo of STOCK; " +
				"find out whether STOCK is undone and resolve its undo as done or not done, or retry."},
		{"stopped by a person",
			marked("s?.", saga.Instance{Status: attention, Reason: saga.Stopped, Step: "PAYMENT", Call: saga.CallProbe, Calls: 2,
				Detail: "503 Service Unavailable", Since: clock("05:27:45"),
				Hand:    &saga.Hand{Verb: saga.Stop, Step: "PAYMENT", By: "j.kim", Reason: "the bank is down\nfor the night", At: clock("05:40:00")},
				Allowed: []saga.Verb{saga.Retry, saga.Compensate, saga.Resolve, saga.Skip}}),
			"Nobody knows whether PAYMENT took effect; " +
				"j.kim stopped it at 2026-11-22 05:40:00 UTC, saying “the bank is down for the night”; " +
				"2 calls were made, and the last said “503 Service Unavailable”; the engine does nothing more by itself; " +
				"retry lets it go on, and compensate turns it back."},
		{"stopped on the way back",
			marked("ssr", saga.Instance{Status: attention, Reason: saga.Stopped, Step: "PAYMENT", Call: saga.CallCompensation, Back: true,
				Since: clock("05:40:00"), Hand: &saga.Hand{Verb: saga.Stop, Step: "PAYMENT", By: "j.kim", Reason: "wrong account", At: clock("05:40:00")},
				Allowed: []saga.Verb{saga.Retry, saga.Resolve, saga.Skip}}),
			"PAYMENT is still to be undone; j.kim stopped it at 2026-11-22 05:40:00 UTC, saying “wrong account”; " +
				"the engine does nothing more by itself; retry lets it go on."},
		{"no engine has its definition",
			marked("s?.", saga.Instance{Status: attention, Reason: saga.UnknownDefinition, Step: "PAYMENT", Call: saga.CallProbe,
				Since: clock("05:27:45"), Due: clock("05:37:45"), Allowed: inAttention()}),
			"No engine that runs has version 2 of shop.order, so PAYMENT stands still; nobody knows whether PAYMENT took effect; " +
				"a person has been needed since 2026-11-22 05:27:45 UTC; " +
				"next, at 05:37:45 UTC, an engine looks for that version again; run an engine that has that version."},
		{"going forward",
			marked("s..", saga.Instance{Status: running, Step: "PAYMENT", Call: saga.CallAction, Since: clock("05:27:31"),
				Allowed: []saga.Verb{saga.Compensate, saga.Skip, saga.Stop}}),
			"1 of 3 steps took effect; it has gone forward since 2026-11-22 05:27:31 UTC; next the engine calls PAYMENT; " +
				"no person is needed, but one can turn it back or stop it."},
		{"called again",
			marked("ss.", saga.Instance{Status: running, Step: "ORDER", Call: saga.CallAction, Calls: 2, Detail: "not done: connection refused",
				Since: clock("05:27:31"), Due: clock("05:27:34"), Allowed: []saga.Verb{saga.Skip, saga.Stop}}),
			"ORDER has not been done so far; it has gone forward since 2026-11-22 05:27:31 UTC; " +
				"2 calls were made, and the last said “not done: connection refused”; next, at 05:27:34 UTC, the engine calls ORDER; " +
				"no person is needed, but one can stop it."},
		{"taken over",
			marked("s??", saga.Instance{Status: running, Step: "PAYMENT", Call: saga.CallProbe, Since: clock("05:27:31"),
				Allowed: []saga.Verb{saga.Compensate, saga.Resolve, saga.Skip, saga.Stop}}),
			"Nobody knows whether PAYMENT and 1 more took effect; it has gone forward since 2026-11-22 05:27:31 UTC; " +
				"next the engine asks what became of PAYMENT; " +
				"no person is needed, but one who knows can resolve PAYMENT as done or not done."},
		{"waiting for its deadline",
			marked("s..", saga.Instance{Status: running, Step: "PAYMENT", Call: saga.CallAction, Calls: 3, Since: clock("05:27:31"),
				Due: clock("05:30:00"), Deadline: clock("05:30:00"), Allowed: []saga.Verb{saga.Compensate, saga.Skip, saga.Stop}}),
			"PAYMENT has not been done so far; it has gone forward since 2026-11-22 05:27:31 UTC; 3 calls were made; " +
				"next, at 05:30:00 UTC, its deadline, the engine turns it back; " +
				"no person is needed, but one can turn it back or stop it."},
		{"finding out before it goes back",
			marked("s?.", saga.Instance{Status: compensating, Step: "PAYMENT", Call: saga.CallFence, Back: true, Detail: "the deadline passed",
				Since: clock("05:30:00"), Allowed: []saga.Verb{saga.Resolve, saga.Skip, saga.Stop}}),
			"Nobody knows whether PAYMENT took effect; it has gone back since 2026-11-22 05:30:00 UTC; " +
				"the last trouble was “the deadline passed”; next the engine fences PAYMENT and learns what became of it; " +
				"no person is needed, but one who knows can resolve PAYMENT as done or not done."},
		{"undoing",
			marked("sr.", saga.Instance{Status: compensating, Step: "STOCK", Call: saga.CallCompensation, Back: true, Calls: 1,
				Detail: "no answer within 2 s", Since: clock("05:27:33"), Due: clock("05:27:36"), Allowed: []saga.Verb{saga.Resolve, saga.Skip, saga.Stop}}),
			"STOCK is not known to be undone; it has gone back since 2026-11-22 05:27:33 UTC; " +
				"1 call was made and said “no answer within 2 s”; next, at 05:27:36 UTC, the engine calls the undo of STOCK; " +
				"no person is needed, but one who knows can resolve the undo of STOCK as done or not done."},
		{"undoing what may never have been done",
			marked("?r.", saga.Instance{Status: compensating, Step: "STOCK", Call: saga.CallCompensation, Back: true, Calls: 1,
				Since: clock("05:27:33"), Allowed: []saga.Verb{saga.Resolve, saga.Skip, saga.Stop}}),
			"Nobody knows whether STOCK took effect; STOCK is not known to be undone; it has gone back since 2026-11-22 05:27:33 UTC; " +
				"1 call was made; next the engine calls the undo of STOCK; " +
				"no person is needed, but one who knows can resolve the undo of STOCK as done or not done."},
		{"a fact is awaited",
			facing(saga.StepStatus{Mark: saga.Awaited, Kind: saga.Pivot, Expects: true, ReplyTimeout: time.Minute}, saga.Instance{Status: running, Call: saga.CallAction,
				Waits: true, Calls: 1, Since: clock("05:27:31"), Due: clock("05:28:31"), Allowed: []saga.Verb{saga.Resolve, saga.Skip, saga.Stop}}),
			"The fact that PAYMENT was done is awaited; it has gone forward since 2026-11-22 05:27:31 UTC; " +
				"next, at 05:28:31 UTC, without it, the engine takes the outcome of PAYMENT for unknown; " +
				"no person is needed, but one who knows can resolve PAYMENT as done or not done."},
		{"a fact has not come",
			facing(saga.StepStatus{Mark: saga.MaybeDone, Kind: saga.Pivot, Expects: true, ReplyTimeout: time.Minute}, saga.Instance{Status: running, Call: saga.CallProbe,
				Calls: 1, Detail: "no reply within 1m0s", Since: clock("05:27:31"), Due: clock("05:28:32"), Allowed: []saga.Verb{saga.Resolve, saga.Skip, saga.Stop}}),
			"The fact about PAYMENT has not come within 1m0s; nobody knows whether PAYMENT took effect; it has gone forward since 2026-11-22 05:27:31 UTC; " +
				"next, at 05:28:32 UTC, the engine asks what became of PAYMENT; " +
				"no person is needed, but one who knows can resolve PAYMENT as done or not done."},
		{"a fact has not come, and asking did not help",
			facing(saga.StepStatus{Mark: saga.MaybeDone, Kind: saga.Compensatable, Expects: true, ReplyTimeout: time.Minute}, saga.Instance{Status: attention, Reason: saga.InDoubt,
				Call: saga.CallProbe, Calls: 3, Detail: "connection reset", Since: clock("05:29:00"), Due: clock("05:30:00"), Allowed: inAttention()}),
			"The fact about PAYMENT has not come within 1m0s; nobody knows whether PAYMENT took effect; a person has been needed since 2026-11-22 05:29:00 UTC; " +
				"what was asked about it said “connection reset”; next, at 05:30:00 UTC, the engine asks what became of PAYMENT; " +
				"find out whether PAYMENT was done and resolve it as done or not done, unless the fact comes; retry asks again."},
		{"an approval is awaited",
			facing(saga.StepStatus{Mark: saga.Awaited, Kind: saga.ReadOnly, ReplyTimeout: time.Hour}, saga.Instance{Status: running, Call: saga.CallAction,
				Waits: true, Calls: 1, Since: clock("05:27:31"), Due: clock("06:27:31"), Allowed: []saga.Verb{saga.Resolve, saga.Skip, saga.Stop}}),
			"A reply about PAYMENT is awaited; it has gone forward since 2026-11-22 05:27:31 UTC; 1 call was made; " +
				"next, at 06:27:31 UTC, without a reply, the engine asks again, as often as the retry policy of PAYMENT says, and silence at the end is a no; " +
				"the reply is all that is needed, and one who may answer can also resolve PAYMENT as done or not done."},
		{"an approval is asked for again",
			facing(saga.StepStatus{Mark: saga.MaybeDone, Kind: saga.ReadOnly, ReplyTimeout: time.Hour}, saga.Instance{Status: running, Call: saga.CallAction,
				Calls: 1, Detail: "no reply within 1h0m0s", Since: clock("05:27:31"), Due: clock("06:27:32"), Allowed: []saga.Verb{saga.Resolve, saga.Skip, saga.Stop}}),
			"PAYMENT has not been answered so far; it has gone forward since 2026-11-22 05:27:31 UTC; 1 call was made and said “no reply within 1h0m0s”; " +
				"next, at 06:27:32 UTC, the engine calls PAYMENT; " +
				"no person is needed, but one who may answer can resolve PAYMENT as done or not done."},
		{"only its start can be read", saga.Instance{ID: "1007/1", Definition: "shop.order", Status: running},
			"Its start is recorded, and no checkpoint shows more of it yet; read it again in a moment."},
		{"read where its definition is not known",
			saga.Instance{ID: "1007/1", Definition: "shop.order", Version: 2, Seq: 9, Status: attention, Reason: saga.InDoubt,
				Call: saga.CallProbe, Calls: 4, Since: clock("05:27:45")},
			"Nobody knows whether its open step took effect; a person has been needed since 2026-11-22 05:27:45 UTC; 4 calls were made; " +
				"the engine does nothing more by itself; ask the participant, and act where the definition can be read."},
		{"completed", marked("sss", saga.Instance{Status: saga.Completed}), ""},
		{"compensated", marked("uur", saga.Instance{Status: saga.Compensated}), ""},
		{"failed", marked("r..", saga.Instance{Status: saga.Failed}), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.in.Explain(); got != c.says {
				t.Errorf("it says\n  %s\nwant\n  %s", got, c.says)
			}
		})
	}
}

// whatever returns an instance for every combination of what Explain looks at.
func whatever(yield func(name string, in saga.Instance)) {
	reasons := []saga.Reason{"", saga.InDoubt, saga.CannotFence, saga.CannotFinish, saga.UndoRefused, saga.UndoUnfinished,
		saga.Stopped, saga.UnknownDefinition, "of a later version"}
	calls := []saga.CallKind{"", saga.CallAction, saga.CallProbe, saga.CallFence, saga.CallCompensation}
	verbs := [][]saga.Verb{nil, inAttention(), {saga.Compensate, saga.Skip, saga.Stop}, {saga.Retry, saga.Compensate, saga.Resolve, saga.Skip}}
	for _, status := range []saga.Status{running, compensating, attention} {
		for _, reason := range reasons {
			for _, call := range calls {
				for i := range 4 * 4 * 4 {
					in := marked([]string{"...", "s?.", "ss?", "??."}[i%4], saga.Instance{Status: status, Reason: reason, Step: "PAYMENT",
						Call: call, Back: status == compensating, Calls: i % 3, Allowed: verbs[i/4%4], Since: clock("05:27:45")})
					in.Detail = []string{"", "50% of it\n\tfailed", "no  answer"}[i%3]
					if i >= 32 {
						in.Due = clock("05:28:45")
					}
					if i%5 > 0 {
						in.Hand = &saga.Hand{Verb: saga.Stop, By: "j.kim", Reason: "because", At: clock("05:30:00")}
					}
					yield(fmt.Sprintf("%s/%s/%s/%d", status, reason, call, i), in)
				}
			}
		}
	}
}

func TestExplainSaysSomethingWholeInEveryCase(t *testing.T) {
	n := 0
	whatever(func(name string, in saga.Instance) {
		n++
		says := in.Explain()
		words := len(strings.Fields(says))
		switch {
		case !strings.HasSuffix(says, ".") || strings.HasSuffix(says, ".."):
			t.Errorf("%s: no full stop at the end: %q", name, says)
		case !strings.Contains(says, "PAYMENT"):
			t.Errorf("%s: the step is not named: %q", name, says)
		case strings.Contains(says, "  ") || strings.Contains(says, "%!") || strings.ContainsAny(says, "{}\n\t") || strings.Contains(says, "; ;"):
			t.Errorf("%s: not one clean line: %q", name, says)
		case unicode.IsLower([]rune(says)[0]):
			t.Errorf("%s: no capital at the start: %q", name, says)
		case !strings.Contains(says, "2026-11-22 05:"):
			t.Errorf("%s: it does not say since when: %q", name, says)
		case words < 15 || words > 80:
			t.Errorf("%s: %d words: %q", name, words, says)
		}
	})
	if n < 8000 {
		t.Errorf("only %d cases", n)
	}
}

// What people and participants say ends up on terminals and pages, and may be long.
func TestExplainQuotesNothingThatMovesATerminal(t *testing.T) {
	in := marked("s?.", saga.Instance{Status: attention, Reason: saga.Stopped, Step: "PAY\u202eMENT", Call: saga.CallAction, Calls: 2,
		Detail: "\x1b[2J\u202egone\xff " + strings.Repeat("long ", 100) + "{step}", Since: clock("05:27:45"),
		Hand: &saga.Hand{Verb: saga.Stop, By: strings.Repeat("j", 200), Reason: "{by}\r\n" + strings.Repeat("길", 300), At: clock("05:40:00")}})
	in.Steps[1].Name = in.Step
	says := in.Explain()
	for _, r := range says {
		if !unicode.IsPrint(r) {
			t.Fatalf("it has %q: %s", r, says)
		}
	}
	in.Detail = "participant: /catalog/stock/decrement was asked about 1005/1/stock: participant: no complete reply: unexpected EOF"
	if long := in.Explain(); !strings.Contains(long, "said “participant: /catalog/stock/decrement") || !strings.Contains(long, "reply: unexpected EOF”") {
		t.Errorf("the cause is cut off: %s", long)
	}
	if len([]rune(says)) > 600 || !strings.Contains(says, "saying “{by} 길") || !strings.HasSuffix(strings.Split(says, "”; the engine")[0], "{step}") {
		t.Errorf("%d characters: %s", len([]rune(says)), says)
	}
}

func TestExplanationIsWhatExplainSays(t *testing.T) {
	whatever(func(name string, in saga.Instance) {
		x, says := in.Explanation(), in.Explain()
		pairs := []string{}
		for place, with := range x.Places {
			pairs = append(pairs, "{"+place+"}", with)
		}
		at := strings.NewReplacer(pairs...)
		for _, phrase := range append(x.Facts[1:], x.Next, x.Person) {
			if part := at.Replace(phrase); !strings.Contains(says, part) {
				t.Errorf("%s: %q is not in %q", name, part, says)
			}
		}
	})
	if x := (saga.Instance{Status: saga.Completed, Detail: "once"}).Explanation(); len(x.Facts) > 0 || x.Next != "" || x.Person != "" {
		t.Errorf("an instance that has ended is explained: %+v", x)
	}
}
