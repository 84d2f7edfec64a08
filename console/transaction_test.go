package console_test

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/console"
)

func TestCompletedInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.order("so-1", time.Minute).completed()
		w := get(t, newConsole(t, f, nil), "/transactions/so-1")
		shows(t, w, 200, "All 2 steps took effect.", "Completed", "20 ms", `id="a4"`, "so-1/STOCK", "EST-1", `class="d-bar-f"`)
		lacks(t, w, "data-live", "kno-")
	})
}

func TestUnknownInstanceSaysKnownNotKnownNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.order("so-1", 10*time.Second).unknown()
		f.found[0].Call, f.found[0].Due = saga.CallProbe, time.Now().Add(3*time.Second)
		c := newConsole(t, f, nil)
		shows(t, get(t, c, "/transactions/so-1"), 200, "Nobody knows whether ORDER took effect; it has gone forward since", "In effect: STOCK.",
			"Whether ORDER took effect.", "<p>Next, at 00:00:03.000, the engine asks what became of ORDER.</p>",
			"d-bar-u", "d-band", "ORDER not known for 7.98 s", `data-live="/stream?transaction=so-1"`)
		shows(t, get(t, c, "/transactions/so-1?lang=ko"), 200, "ORDER 단계가 반영됐는지 아무도 모릅니다.", "아는 것", "모르는 것", "다음", "7.98초")
	})
}

func TestTakeoverInTheMiddleOfAStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		o := f.order("so-1", 10*time.Second).then(10*time.Millisecond, succeeded("STOCK", "ORDER"), saga.InEffect).
			then(4*time.Second, saga.Event{Kind: saga.EventRecovered, Status: saga.Running, Open: "ORDER"}, saga.InEffect, saga.MaybeDone)
		c := newConsole(t, f, nil)
		shows(t, get(t, c, "/transactions/so-1"), 200, "Its node stopped on the way, and another one took over.",
			"Whether ORDER was called: the node that held it stopped before it recorded an answer.",
			"ORDER may or may not have been called", "Taken over", "d-bar-u", "Unknown")

		asked := succeeded("ORDER", "")
		asked.Call, asked.Status = saga.CallProbe, saga.Completed
		o.then(10*time.Millisecond, asked, saga.InEffect, saga.InEffect)
		w := get(t, c, "/transactions/so-1?lang=ko")
		shows(t, w, 200, "4.01초 동안 ORDER 단계가 반영됐는지 알 수 없었습니다.", "다른 노드가 이어받았습니다")
		lacks(t, w, "모르는 것")
	})
}

func TestCompensatedInstanceTurnsAndEnds(t *testing.T) {
	f := &fake{}
	no := saga.Event{Step: "ORDER", Call: saga.CallAction, Number: 1, Outcome: saga.Refused, Error: "refused: sold out",
		Took: time.Millisecond, Status: saga.Compensating, Open: "STOCK"}
	undo := saga.Event{Step: "STOCK", Call: saga.CallCompensation, Number: 1, Outcome: saga.Succeeded, Status: saga.Compensated}
	f.order("so-1", time.Minute).then(10*time.Millisecond, succeeded("STOCK", "ORDER"), saga.InEffect).
		then(10*time.Millisecond, no, saga.InEffect, saga.NeverDone).then(10*time.Millisecond, undo, saga.TakenBack)
	shows(t, get(t, newConsole(t, f, nil), "/transactions/so-1"), 200,
		"ORDER was refused, so everything before it was undone.", "Turned back", "undone in reverse order: STOCK",
		"Undo STOCK", "so-1/STOCK~undo", "refused: sold out", "go-l in-b", `class="d-b"`, "Compensated")
}

func TestEveryReasonIsExplained(t *testing.T) {
	for _, r := range []saga.Reason{saga.InDoubt, saga.CannotFence, saga.CannotFinish, saga.UndoRefused, saga.UndoUnfinished, saga.Stopped, saga.UnknownDefinition, "another"} {
		f := &fake{}
		f.order("so-1", time.Minute).then(time.Second, saga.Event{Kind: saga.EventParked, Status: saga.NeedsAttention, Reason: r, Open: "STOCK"})
		for _, lang := range []string{"en", "ko"} {
			shows(t, get(t, newConsole(t, f, nil), "/transactions/so-1?lang="+lang), 200, "st flagged")
		}
	}
}

func TestEveryAnswerIsExplained(t *testing.T) {
	for _, call := range []saga.CallKind{saga.CallAction, saga.CallProbe, saga.CallFence, saga.CallCompensation} {
		for _, o := range []saga.Outcome{saga.Succeeded, saga.Refused, saga.NotDone, saga.Unknown, ""} {
			for _, status := range []saga.Status{saga.Running, saga.Compensating, saga.Completed, saga.Compensated, saga.Failed, saga.NeedsAttention} {
				f := &fake{}
				f.order("so-1", time.Minute).
					then(time.Second, saga.Event{Step: "STOCK", Call: call, Number: 2, Round: 1, Outcome: o, Status: status, Open: "STOCK"}).
					then(time.Second, saga.Event{Kind: saga.EventResumed, Status: saga.Running, Open: "STOCK"})
				f.found[0].Call, f.found[0].Due = call, time.Now().Add(time.Minute)
				c := newConsole(t, f, nil)
				shows(t, get(t, c, "/transactions/so-1"), 200, "Resumed")
				shows(t, get(t, c, "/transactions/so-1?as=json&lang=ko"), 200)
			}
		}
	}
}

func TestDeadlineAndWaiting(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).then(time.Second, saga.Event{Kind: saga.EventReleased, Status: saga.Running, Open: "STOCK", Due: time.Now()}).
		then(time.Second, saga.Event{Kind: saga.EventTurned, Status: saga.Failed}, saga.NotStarted)
	shows(t, get(t, newConsole(t, f, nil), "/transactions/so-1"), 200, "Held by no node", "Waiting", "The deadline passed.", "Never ran", "Failed")
}

// What was waited for says by whom and for how long; what is undone is only what can be.
func TestWordsOfWaiting(t *testing.T) {
	f := &fake{}
	at := time.Now().Add(-time.Minute)
	timer := saga.Event{Step: "NAP", Outcome: saga.Pending, Sleep: time.Hour, Due: at.Add(30 * time.Minute), Status: saga.Running, Open: "NAP"}
	fact := saga.Event{Step: "STOCK", Call: saga.CallAction, Number: 1, Outcome: saga.Pending, Status: saga.Running, Open: "STOCK"}
	kept := saga.Event{Kind: saga.EventKept, Step: "ORDER", Call: saga.CallAction, Outcome: saga.Refused, Error: "sold out", By: "kim", Status: saga.Running, Open: "STOCK"}
	came := saga.Event{Kind: saga.EventReplied, Step: "STOCK", Call: saga.CallAction, Outcome: saga.Succeeded, By: "/shop/stock", Status: saga.Running, Open: "ORDER"}
	asked := saga.Event{Kind: saga.EventReplied, Step: "ORDER", Call: saga.CallAction, Outcome: saga.Succeeded, By: "kim", Status: saga.Running, Open: "NAP"}
	turned := saga.Event{Kind: saga.EventTurned, Status: saga.Compensating, Open: "STOCK"}
	undone := saga.Event{Kind: saga.EventReplied, Step: "STOCK", Call: saga.CallCompensation, Outcome: saga.Succeeded, By: "/shop/stock", Status: saga.Compensated}
	f.order("so-1", time.Minute).then(time.Second, fact).then(time.Second, kept).then(time.Second, came, saga.InEffect).
		then(time.Second, asked, saga.InEffect, saga.InEffect).then(time.Second, timer).then(time.Second, turned).then(time.Second, undone, saga.TakenBack)
	f.found[0].Steps[0].Kind, f.found[0].Steps[0].Compensation, f.found[0].Steps[0].Expects = saga.Compensatable, true, true
	f.found[0].Steps[1].Kind = saga.ReadOnly
	c := newConsole(t, f, nil)
	shows(t, get(t, c, "/transactions/so-1"), 200, "STOCK: a fact is awaited", "Nobody is called", "A reply from kim came before its step did. It says: Refused.",
		"sold out", "reply from /shop/stock", "It was set for 1 h 00 min, but the deadline comes first", "undone in reverse order: STOCK.", "Undo STOCK")
	lacks(t, get(t, c, "/transactions/so-1"), "attempt 1", "undone in reverse order: ORDER")
	shows(t, get(t, c, "/transactions/so-1?lang=ko"), 200, "kim의 답", "STOCK: 사실을 기다림")
	f.found[0].Steps[0].Compensation = false
	shows(t, get(t, c, "/transactions/so-1"), 200, "Nothing that took effect needs an undo.")
}

func TestHostileTextIsText(t *testing.T) {
	const evil = `"><script>alert(1)</script>/../x`
	f := &fake{}
	f.order(evil, time.Minute).then(time.Second, saga.Event{Step: `</text><script>`, Call: saga.CallAction, Outcome: saga.Unknown,
		Error: `<img src=x onerror=alert(1)>`, Status: saga.Running, Open: `<b>`}, saga.MaybeDone)
	f.found[0].State = json.RawMessage(`{"<i>":"<script>"}`)
	f.found[0].Steps[0].Name = `<svg onload=alert(1)>`
	c := newConsole(t, f, &console.Config{Title: "<u>", Environment: "<u>", Describe: func(saga.Instance, string) string { return "<script>d</script>" }})
	list := get(t, c, "/transactions")
	link := regexp.MustCompile(`class="id" href="([^"]+)"`).FindStringSubmatch(list.Body.String())
	if link == nil {
		t.Fatal("no link to the instance")
	}
	one := get(t, c, html.UnescapeString(link[1]))
	shows(t, one, 200, "&lt;img src=x onerror=alert(1)&gt;")
	for _, page := range []string{list.Body.String(), one.Body.String(), get(t, c, "/transactions?id=%22%3E%3Cscript%3E").Body.String()} {
		for _, bad := range []string{"<script>", "<img", "<svg onload", "<i>", "<u>", "<b><"} {
			if strings.Contains(page, bad) {
				t.Errorf("the page has %q as markup", bad)
			}
		}
	}
}

func TestIDsWithSlashesAndDots(t *testing.T) {
	for _, id := range []string{"1007/2", "a/b/c", "a//b", "..", "a/../b", "주문/1", "a?b#c%2F", "x/", "/x"} {
		f := &fake{}
		f.order(id, time.Minute).completed()
		c := newConsole(t, f, nil)
		link := regexp.MustCompile(`class="id" href="([^"]+)"`).FindStringSubmatch(get(t, c, "/transactions").Body.String())
		if link == nil {
			t.Fatalf("%q: no link", id)
		}
		shows(t, get(t, c, html.UnescapeString(link[1])), 200, "All 2 steps took effect.")
	}
}

func TestTransactionAsJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.order("so-1", 10*time.Second).unknown()
		w := get(t, newConsole(t, f, nil), "/transactions/so-1?as=json")
		var facts struct {
			Status    string
			UnknownMs int
			NotKnown  []string
			Steps     []struct{ Name, Mark string }
			State     map[string]any
			History   []struct{ Kind, Key, Outcome, Error string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &facts); err != nil {
			t.Fatal(err)
		}
		last := facts.History[len(facts.History)-1]
		if facts.Status != "unknown" || facts.UnknownMs != 7980 || len(facts.NotKnown) != 1 || facts.Steps[1].Mark != "maybe done" ||
			facts.State["item"] != "EST-1" || last.Outcome != "unknown" || last.Key != "so-1/ORDER" {
			t.Errorf("facts: %+v", facts)
		}
	})
}

func TestDescribeSpeaksTheLanguageOfThePage(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).completed()
	c := newConsole(t, f, &console.Config{Describe: func(in saga.Instance, lang string) string { return lang + " of " + in.ID }})
	shows(t, get(t, c, "/transactions/so-1?lang=ko"), 200, "ko of so-1")
	shows(t, get(t, c, "/transactions"), 200, "en of so-1")
}
