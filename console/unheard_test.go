package console_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// What was sent and moved nothing stands on the page, with who sent it and why; where there is nothing,
// there is no section.
func TestThePageListsWhatWasNotApplied(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).completed()
	c := newConsole(t, f, nil)
	lacks(t, get(t, c, "/transactions/so-1"), "Sent, and not applied")
	at := time.Now()
	no := func(kind error, why string) saga.Result { return saga.Result{Err: fmt.Errorf("%w: %s", kind, why)} }
	f.sent = map[string][]saga.Sent{"so-1": {
		{At: at, Verb: "reply", Step: "STOCK", Outcome: saga.Succeeded, By: "loud", Result: saga.Result{}},
		{At: at, Verb: "reply", Step: "STOCK", Outcome: saga.Refused, By: "/shop/stock", Reason: "<sold out>", Result: no(saga.ErrLate, "it has ended: completed")},
		{At: at, Verb: "reply", Step: "STOKC", Outcome: saga.Succeeded, Result: no(saga.ErrLate, "it has ended")},
		{At: at, Verb: saga.Resolve, Outcome: saga.Succeeded, By: "kim", Reason: "the bank says so", Result: no(saga.ErrMoved, "it is completed now")},
		{At: at, Verb: saga.Stop, By: "lee", Reason: "wait", Result: no(saga.ErrWaiting, "")},
	}}
	shows(t, get(t, c, "/transactions/so-1"), 200, "Sent, and not applied", "Reply about STOCK: Refused", "from /shop/stock", "Too late", "&lt;sold out&gt;",
		"it has ended: completed", "It contradicts what is known of STOCK (In effect)", "This definition has no step of that name",
		"Resolve as done", "by kim", "the bank says so", "Look again, and decide anew", "Stop", "by lee", "It is stored")
	lacks(t, get(t, c, "/transactions/so-1"), "loud", "saga:")
	shows(t, get(t, c, "/transactions/so-1?lang=ko"), 200, "보냈지만 반영되지 않은 것", "STOCK 단계에 대한 답: 거절", "늦었고 어긋남")
	var facts struct {
		Unheard []struct{ Verb, Step, By, State, Why string }
	}
	if err := json.Unmarshal(get(t, c, "/transactions/so-1?as=json").Body.Bytes(), &facts); err != nil || len(facts.Unheard) != 4 ||
		facts.Unheard[0].State != "waits" || facts.Unheard[2].State != "step" || facts.Unheard[3].By != "/shop/stock" {
		t.Errorf("a script reads %+v, %v", facts, err)
	}
	for i := range 40 {
		f.sent["so-1"] = append(f.sent["so-1"], saga.Sent{At: at.Add(time.Duration(i) * time.Second), Verb: "reply", Step: "STOCK", Outcome: saga.Succeeded, Result: no(saga.ErrLate, "it has ended")})
	}
	shows(t, get(t, c, "/transactions/so-1"), 200, "32 earlier ones are left out")
}

// A success of what was never done may be money that somebody has taken.
func TestALateSuccessOfWhatNeverRanStandsOut(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).then(time.Second, saga.Event{Step: "STOCK", Call: saga.CallAction, Number: 1, Outcome: saga.Refused, Status: saga.Failed}, saga.NeverDone)
	late := saga.Result{Err: fmt.Errorf("%w: it has ended: failed", saga.ErrLate)}
	f.sent = map[string][]saga.Sent{"so-1": {{At: time.Now(), Verb: "reply", Step: "ORDER", Outcome: saga.Succeeded, By: "bank", Result: late}}}
	shows(t, get(t, newConsole(t, f, nil), "/transactions/so-1"), 200, "It contradicts what is known of ORDER")
}
