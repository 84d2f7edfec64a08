package console_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// by is an intervention.
func by(verb saga.Verb, step, open string, to saga.Status) saga.Event {
	e := saga.Event{Kind: saga.EventOperated, Open: open, Status: to,
		Hand: &saga.Hand{Verb: verb, Step: step, By: "j.kim", Reason: "because <b>", At: time.Now()}}
	if verb == saga.Stop {
		e.Reason = saga.Stopped
	}
	return e
}

func resolved(step string, o saga.Outcome, open string, to saga.Status) saga.Event {
	e := by(saga.Resolve, step, open, to)
	e.Hand.Outcome = o
	return e
}

// entries returns the list entries of a page's history, the newest last.
func entries(t *testing.T, f *fake, address string) []string {
	t.Helper()
	w := get(t, newConsole(t, f, nil), address)
	shows(t, w, 200)
	_, list, _ := strings.Cut(w.Body.String(), `<ol id="log">`)
	list, _, _ = strings.Cut(list, "</ol>")
	return strings.Split(strings.TrimSpace(list), "\n")
}

func wants(t *testing.T, entry string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(entry, text) {
			t.Errorf("the entry lacks %q: %s", text, entry)
		}
	}
}

func TestStopIsOneEntryThatSaysWhoAndWhy(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).unknown().then(time.Second, by(saga.Stop, "ORDER", "ORDER", saga.NeedsAttention))
	f.found[0].Hand = f.events["so-1"][3].Hand
	list := entries(t, f, "/transactions/so-1")
	if len(list) != 4 {
		t.Fatalf("%d entries: %s", len(list), list)
	}
	wants(t, list[3], "<h3>Stop <span class=\"dim\">by j.kim</span></h3>", "st flagged", "A person stopped it.", "because &lt;b&gt;", "at0")
	w := get(t, newConsole(t, f, nil), "/transactions/so-1")
	shows(t, w, 200, "j.kim stopped it at", "Whether ORDER took effect.", "The engine does nothing more by itself.", "ORDER not known for")
	wants(t, entries(t, f, "/transactions/so-1?lang=ko")[3], "정지", "사람이 정지했습니다.")
}

func TestRetryAndResolveSettleWhatWasUnknown(t *testing.T) {
	f := &fake{}
	o := f.order("so-1", time.Minute).unknown().
		then(time.Second, by(saga.Stop, "ORDER", "ORDER", saga.NeedsAttention)).
		then(time.Second, by(saga.Retry, "ORDER", "ORDER", saga.Running))
	wants(t, entries(t, f, "/transactions/so-1")[4], "<h3>Retry <span class=\"dim\">by j.kim</span></h3>", "#m-person", "By a person", "new budget")
	o.then(time.Second, resolved("ORDER", saga.Succeeded, "", saga.Completed), saga.InEffect, saga.InEffect)
	list := entries(t, f, "/transactions/so-1")
	wants(t, list[5], "<h3>ORDER <span class=\"dim\">by j.kim</span></h3>", "#m-ok", "Resolved as done", "at2", "A person settled it: done.")
	wants(t, list[6], "Ended", "Every step took effect.")
	// The outcome was unknown until a person settled it.
	shows(t, get(t, newConsole(t, f, nil), "/transactions/so-1"), 200, "ORDER not known for 3.00 s", "For 3.00 s nobody could say whether ORDER had taken effect, until a person settled it.")
}

func TestCompensateTurnsBack(t *testing.T) {
	f := &fake{}
	undo := saga.Event{Step: "STOCK", Call: saga.CallCompensation, Number: 1, Outcome: saga.Succeeded, Status: saga.Compensated}
	f.order("so-1", time.Minute).then(10*time.Millisecond, succeeded("STOCK", "ORDER"), saga.InEffect).
		then(time.Second, by(saga.Compensate, "ORDER", "STOCK", saga.Compensating)).then(time.Millisecond, undo, saga.TakenBack)
	list := entries(t, f, "/transactions/so-1")
	wants(t, list[2], "<h3>Compensate ", "A person turned it back.")
	wants(t, list[3], "Turned back", "undone in reverse order: STOCK")
	wants(t, list[5], "Everything that took effect is undone.")
}

func TestResolveAsNotDoneTurnsBack(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).unknown().then(time.Second, resolved("ORDER", saga.Refused, "STOCK", saga.Compensating), saga.InEffect, saga.NeverDone)
	list := entries(t, f, "/transactions/so-1")
	wants(t, list[3], "<h3>ORDER ", "#m-no", "Resolved as not done")
	wants(t, list[4], "Turned back")
}

// On the way back a word is about the undo, unless it is still to be found out what became of the
// step itself.
func TestWordsAboutUndos(t *testing.T) {
	for _, c := range []struct {
		name  string
		last  saga.Event
		word  saga.Event
		mark  saga.Mark
		wants []string
	}{
		{"undo done", saga.Event{Call: saga.CallCompensation, Outcome: saga.Unknown}, resolved("STOCK", saga.Succeeded, "", saga.Compensated),
			saga.TakenBack, []string{"<h3>Undo STOCK ", "#m-ok", "Resolved as done"}},
		{"undo not done", saga.Event{Call: saga.CallCompensation, Outcome: saga.Unknown}, resolved("STOCK", saga.Refused, "STOCK", saga.Compensating),
			saga.InEffect, []string{"<h3>Undo STOCK ", "#m-none", "Resolved as not done", "It is still to be undone."}},
		{"undo skipped", saga.Event{Call: saga.CallCompensation, Outcome: saga.Refused}, by(saga.Skip, "STOCK", "", saga.Compensated),
			saga.LeftBehind, []string{"<h3>Undo STOCK ", "#m-left", "Left as it is", "without this undo"}},
		{"step not done", saga.Event{Call: saga.CallFence, Outcome: saga.Unknown}, resolved("STOCK", saga.Refused, "", saga.Failed),
			saga.NeverDone, []string{"<h3>STOCK ", "#m-no", "Resolved as not done", "it will not be"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fake{}
			c.last.Step, c.last.Number, c.last.Status, c.last.Open = "STOCK", 2, saga.Compensating, "STOCK"
			f.order("so-1", time.Minute).
				then(time.Millisecond, saga.Event{Step: "STOCK", Call: saga.CallAction, Number: 1, Outcome: saga.Unknown, Status: saga.Running, Open: "STOCK"}, saga.MaybeDone).
				then(time.Millisecond, saga.Event{Kind: saga.EventTurned, Status: saga.Compensating, Open: "STOCK"}).
				then(time.Millisecond, c.last).then(time.Second, c.word, c.mark)
			wants(t, entries(t, f, "/transactions/so-1")[4], c.wants...)
		})
	}
}

func TestSkippedIsSaidForEver(t *testing.T) {
	f := &fake{}
	o := f.order("so-1", time.Minute).
		then(time.Second, saga.Event{Step: "STOCK", Call: saga.CallAction, Number: 1, Outcome: saga.Unknown, Status: saga.Running, Open: "STOCK"}, saga.MaybeDone).
		then(time.Second, by(saga.Skip, "STOCK", "ORDER", saga.Running), saga.Skipped)
	shows(t, get(t, newConsole(t, f, nil), "/transactions/so-1"), 200, "Whether STOCK took effect: a person skipped it", "#m-skipped", "Skipped")
	end := succeeded("ORDER", "")
	end.Status = saga.Completed
	o.then(time.Second, end, saga.Skipped, saga.InEffect)
	w := get(t, newConsole(t, f, nil), "/transactions/so-1")
	shows(t, w, 200, "1 of 2 steps took effect. A person skipped STOCK: nobody knows what stands there.", "Every step took effect or was skipped.")
	lacks(t, w, "All 2 steps took effect")
	f.found[0].Steps[0].Skipped, f.found[0].Steps[0].Mark = true, saga.TakenBack
	shows(t, get(t, newConsole(t, f, nil), "/transactions/so-1"), 200, "skipped before")
}

func TestInterventionsAsJSON(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).unknown().then(time.Second, by(saga.Stop, "ORDER", "ORDER", saga.NeedsAttention))
	f.found[0].Hand, f.found[0].Calls, f.found[0].Allowed = f.events["so-1"][3].Hand, 1, []saga.Verb{saga.Retry, saga.Resolve}
	var facts struct {
		Reason  saga.Reason
		Calls   int
		Allowed []saga.Verb
		Hand    *saga.Hand
		History []struct {
			Kind string
			Hand *saga.Hand
		}
	}
	if err := json.Unmarshal(get(t, newConsole(t, f, nil), "/transactions/so-1?as=json").Body.Bytes(), &facts); err != nil {
		t.Fatal(err)
	}
	last := facts.History[len(facts.History)-1]
	if facts.Reason != saga.Stopped || facts.Calls != 1 || len(facts.Allowed) != 2 || facts.Hand == nil || facts.Hand.By != "j.kim" ||
		last.Kind != "operated" || last.Hand == nil || last.Hand.Verb != saga.Stop || last.Hand.Reason != "because <b>" || facts.History[1].Hand != nil {
		t.Errorf("facts: %+v", facts)
	}
}

func TestAnInterventionOfALaterVersionIsShown(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).then(time.Second, by("pause", "STOCK", "STOCK", saga.Running)).
		then(time.Second, saga.Event{Kind: saga.EventOperated, Status: saga.Running, Open: "STOCK"})
	wants(t, entries(t, f, "/transactions/so-1?lang=ko")[1], "<h3>pause ", "because &lt;b&gt;")
}
