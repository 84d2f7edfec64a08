package console_test

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// every is an instance for each combination of what an explanation looks at.
func every(yield func(in saga.Instance)) {
	at := time.Date(2026, 11, 22, 5, 27, 45, 0, time.UTC)
	for _, status := range []saga.Status{saga.Running, saga.Compensating, saga.NeedsAttention} {
		for _, reason := range []saga.Reason{"", saga.InDoubt, saga.CannotFence, saga.CannotFinish, saga.UndoRefused, saga.UndoUnfinished,
			saga.Stopped, saga.UnknownDefinition, "of a later version"} {
			for _, call := range []saga.CallKind{"", saga.CallAction, saga.CallProbe, saga.CallFence, saga.CallCompensation} {
				for i := range 36 {
					in := saga.Instance{ID: "so-1", Definition: "shop.order", Version: 2, Seq: 5, Status: status, Reason: reason, Call: call,
						Step: "ORDER", Back: status == saga.Compensating, Calls: i % 3, Started: at, Since: at, Deadline: at.Add(2 * time.Hour),
						Detail: []string{"", `503 "Service" <Unavailable>`}[i%2], Due: at.Add(time.Duration(i%3) * time.Hour),
						Steps: []saga.StepStatus{{Name: "STOCK", Mark: saga.InEffect}, {Name: "ORDER", Mark: saga.MaybeDone}, {Name: "MAIL", Mark: saga.MaybeDone}}}
					in.Waits = i%5 == 4
					in.Steps[1].Kind, in.Steps[1].Expects = []saga.Kind{saga.Compensatable, saga.Pivot, saga.ReadOnly}[i/12], i/12 == 1
					in.Steps = in.Steps[:1+i%3]
					in.Allowed = [][]saga.Verb{nil, {saga.Retry, saga.Compensate, saga.Resolve, saga.Skip}, {saga.Compensate, saga.Stop}, {saga.Stop}}[i%4]
					if i%2 == 1 {
						in.Hand = &saga.Hand{Verb: saga.Stop, By: "j.kim", Reason: "the bank is down", At: at}
					}
					if i%3 == 0 {
						in.Due = time.Time{}
					}
					if i%12 == 11 {
						in.Step, in.Steps = "", nil
					}
					yield(in)
				}
			}
		}
	}
	yield(saga.Instance{ID: "so-1", Definition: "shop.order", Status: saga.Running})
}

// Page, list, JSON and command line say the same of an instance that has not ended.
func TestExplanationIsTheEnginesToTheByte(t *testing.T) {
	f := &fake{}
	c := newConsole(t, f, nil)
	says := regexp.MustCompile(`<p class="says">(.*?)</p>`)
	every(func(in saga.Instance) {
		f.found = []saga.Instance{in}
		var facts struct{ Explanation string }
		if err := json.Unmarshal(get(t, c, "/transactions/so-1?as=json").Body.Bytes(), &facts); err != nil {
			t.Fatal(err)
		}
		page := says.FindStringSubmatch(get(t, c, "/transactions/so-1").Body.String())
		if facts.Explanation != in.Explain() || page == nil || html.UnescapeString(page[1]) != in.Explain() {
			t.Errorf("%s %s %s:\nengine %s\nJSON   %s\npage   %s", in.Status, in.Reason, in.Call, in.Explain(), facts.Explanation, page)
		}
	})
}

func TestEveryExplanationSpeaksKorean(t *testing.T) {
	f := &fake{}
	c := newConsole(t, f, nil)
	latin := regexp.MustCompile(`[a-z]{3,}`)
	own := strings.NewReplacer("shop.order", "", "j.kim", "", "the bank is down", "", `503 "Service" <Unavailable>`, "", "of a later version", "")
	every(func(in saga.Instance) {
		f.found = []saga.Instance{in}
		w := get(t, c, "/transactions/so-1?as=json&lang=ko")
		var facts struct {
			Explanation string
			Next        []string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &facts); err != nil {
			t.Fatal(err)
		}
		said := facts.Explanation + strings.Join(facts.Next, " ")
		if facts.Explanation == "" || strings.ContainsAny(said, "⟦{}") || latin.MatchString(own.Replace(said)) || strings.Contains(said, "  ") {
			t.Errorf("%s %s %s: %s", in.Status, in.Reason, in.Call, said)
		}
	})
}

func TestListExplainsWhatNeedsAPerson(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).then(time.Second, saga.Event{Step: "STOCK", Call: saga.CallAction, Number: 2, Error: "<no> answer",
		Outcome: saga.Unknown, Status: saga.NeedsAttention, Reason: saga.InDoubt, Open: "STOCK"}, saga.MaybeDone)
	f.order("so-2", time.Second).unknown()
	c := newConsole(t, f, nil)
	page := get(t, c, "/transactions").Body.String()
	if row := html.UnescapeString(rowOf(t, page, "so-1")); !strings.Contains(row, f.found[1].Explain()) {
		t.Errorf("the row does not explain: %s", row)
	}
	if row := rowOf(t, page, "so-2"); strings.Contains(row, "says") {
		t.Errorf("a row that needs nobody explains: %s", row)
	}
	var facts struct {
		Transactions []struct{ ID, Explanation string }
	}
	if err := json.Unmarshal(get(t, c, "/transactions?as=json").Body.Bytes(), &facts); err != nil {
		t.Fatal(err)
	}
	for i, row := range facts.Transactions {
		if row.Explanation == "" || row.Explanation != f.found[i].Explain() {
			t.Errorf("%s: %q", row.ID, row.Explanation)
		}
	}
}
