package page_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/cmd/demo/page"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// orderOf is an order with a history.
func orderOf(id int64, status string) page.Order {
	return page.Order{
		ID: id, Owner: "j2ee", Status: status, Attempt: 2, Lines: []page.Line{{Item: "EST-1", Quantity: 3}}, Total: 123450,
		Since: noon, Transaction: fmt.Sprintf("/transactions/%d%%2F2", id),
		Events: []page.Event{
			{At: noon, Status: "running"},
			{At: noon.Add(2 * time.Second), Step: "stock", Call: "action", Outcome: "unknown", Status: "running", Took: 2 * time.Second},
			{At: noon.Add(3 * time.Second), Step: "stock", Call: "fence", Outcome: "refused", Status: "compensating", Took: 8 * time.Millisecond},
			{At: noon.Add(3 * time.Second), Status: "failed"},
		},
	}
}

// passed is every row as it must end.
func passed(f *fake) {
	for _, row := range scenario.Rows() {
		f.results[row.ID] = page.Result{Passed: true, Got: row.Want, Order: 1000, Took: 812 * time.Millisecond, At: noon}
	}
}

func heading(w *httptest.ResponseRecorder) string {
	m := regexp.MustCompile(`<h1>([^<]*)</h1>`).FindStringSubmatch(w.Body.String())
	if m == nil {
		return ""
	}
	return m[1]
}

func TestTheHeadingIsTheFact(t *testing.T) {
	differs := page.Result{Got: scenario.End{Status: "Fail"}, At: noon}
	for want, change := range map[string]func(f *fake){
		"No row has been played yet. No order is unknown.":                                         func(*fake) {},
		"18 rows passed. No order is unknown.":                                                     passed,
		"2 orders are not known yet. 18 rows passed.":                                              func(f *fake) { passed(f); f.orders = []page.Order{orderOf(2, "Unknown"), orderOf(1, "Unknown")} },
		"1 order is not known yet. 1 row did not end as it must.":                                  func(f *fake) { f.results["B-S1"] = differs; f.orders = []page.Order{orderOf(1, "Unknown")} },
		"1 row did not end as it must. 17 rows passed. No order is unknown.":                       func(f *fake) { passed(f); f.results["B-S2"] = differs },
		"B-S3 plays. No order is unknown.":                                                         func(f *fake) { f.results["B-S3"] = page.Result{Playing: true} },
		"Where the orders stand is not known: they could not be read. No row has been played yet.": func(f *fake) { f.err = errors.New("away") },
	} {
		f := newFake()
		change(f)
		if got := heading(get(newPage(t, f), "/")); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestEveryRowHasItsPartsAndWorksWithoutScript(t *testing.T) {
	f := newFake()
	w := get(newPage(t, f), "/")
	for _, row := range scenario.Rows() {
		shows(t, w, 200, `<tr id="`+row.ID+`">`, `href="/scenarios/`+row.ID+`"`, `<form method="post" action="/scenarios/`+row.ID+`">`, row.English)
	}
	shows(t, w, 200, `action="/scenarios"`, `action="/faults/clear"`, "m-todo", "Not played yet.",
		`/session --json '{"user":"j2ee","password":"j2ee"}'`, "-X POST http://example.com/orders/new", "-X PUT http://example.com/orders/$number")
	if n := strings.Count(w.Body.String(), `action="/faults"`); n != 18 {
		t.Errorf("%d switches, want 18", n)
	}
	if regexp.MustCompile(`(?i) style=|<style|<script>| on[a-z]+="|javascript:`).MatchString(w.Body.String()) {
		t.Error("something is inline")
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
}

func TestExpectedAndActualStandSideBySide(t *testing.T) {
	f := newFake()
	p := newPage(t, f)
	f.ended("B-S6", page.Result{Got: scenario.End{Calls: []string{"decrement ?", "late check NO"}, Status: "Fail", Stock: "s", Answers: []int{409, 0}}, Took: 2064 * time.Millisecond, At: noon})
	row := regexp.MustCompile(`<tr id="B-S6">.*`).FindString(get(p, "/").Body.String())
	want, got, _ := strings.Cut(row, `class="c-got"`)
	for text, in := range map[string]string{
		"Unknown": want, "stock s−q": want, "answered 202": want,
		`off"><svg class="mark no" aria-hidden="true"><use href="#m-no"/></svg><strong>late check NO`: got,
		`off"><strong>stock s</strong>`:               got,
		`off"><strong>answered 409, cut off</strong>`: got,
		`class="part"><span>no order stored`:          got,
		"2.06 s":                                      got,
		"<span>Failed</span>":                         want,
	} {
		if !strings.Contains(in, text) {
			t.Errorf("%q is not where it belongs: %s", text, row)
		}
	}
	if strings.Contains(want, " off") {
		t.Errorf("what must be is marked as different: %s", want)
	}
	f.ended("B-S7a", page.Result{Err: "the order did not end", At: noon})
	shows(t, get(p, "/"), 200, "It did not come to an end: the order did not end")
}

func TestOrdersShowStatusLinesAndTimeline(t *testing.T) {
	f := newFake()
	last := orderOf(1003, "Fail")
	last.Compensating = true
	f.orders = []page.Order{last, orderOf(1002, "Unknown"), orderOf(1001, "Success"), {ID: 1000, Owner: "ACID", Status: "Unprocessed"}}
	p := newPage(t, f)
	w := get(p, "/")
	shows(t, w, 200, "Order 1003", "3 × EST-1", "$1,234.50", "attempt 2", "since 2026-03-01 12:00:00", "Compensation on its way", "m-back",
		`href="/transactions/1003%2F2"`, "4 events in 3.00 s", `<span class="mono">stock</span> <span class="dim">fence</span>`, "Nothing is recorded of it yet.",
		`<details id="now-events" open>`, `<details id="o-1002-events" open>`, `<details id="o-1001-events">`, `data-live="/events?newest=1003"`)
	if n := strings.Count(w.Body.String(), "Order 1003<"); n != 1 {
		t.Errorf("the latest order stands %d times on the page", n)
	}
	shows(t, get(p, "/?lang=ko"), 200, "주문 1003번", "EST-1 × 3", "2번째 시도", "이력 4건, 3.00초", "보상 진행 중")
	f.set(func(f *fake) { f.err = errors.New("secret path") })
	w = get(p, "/")
	shows(t, w, 200, "The orders could not be read.", "Which switches are on is not known", "Not known", `<tr id="B-S1">`)
	lacks(t, w, "secret path", "Order 1003")
}

// A node that was lost is not a step that runs: nobody knows whether it was called.
func TestTakeoversAndInterventionsAreNamed(t *testing.T) {
	f := newFake()
	o := orderOf(7, "Unknown")
	o.Events = []page.Event{
		{Kind: "started", At: noon, Status: "running"},
		{Kind: "recovered", At: noon.Add(time.Second), Step: "stock", Status: "running"},
		{Kind: "operated", At: noon.Add(2 * time.Second), Step: "stock", Status: "needs attention", By: "j.kim <b>"},
	}
	o.Explained = map[string]string{"en": "Nobody knows whether stock took <effect>.", "ko": "아무도 모릅니다."}
	f.orders = []page.Order{o}
	p := newPage(t, f)
	w := get(p, "/")
	shows(t, w, http.StatusOK, `<p class="o-says">Nobody knows whether stock took &lt;effect&gt;.</p>`, "Taken over", "#m-person", "by j.kim &lt;b&gt;")
	lacks(t, w, "Running", "아무도")
	shows(t, get(p, "/?lang=ko"), http.StatusOK, "아무도 모릅니다.", "이어받음", "사람이 함")
	f.orders[0].Explained = nil
	lacks(t, get(p, "/"), `class="o-says"`)
}

func TestPlayingARow(t *testing.T) {
	f := newFake()
	p := newPage(t, f)
	redirects(t, ask(p, "POST", "/scenarios/B-S7c?lang=ko&theme=dark", ""), "/?lang=ko&theme=dark#B-S7c")
	if f.playing() != "B-S7c" {
		t.Fatalf("%q plays", f.playing())
	}
	shows(t, get(p, "/"), 200, "B-S7c plays.", "Not known yet: it plays.")
	shows(t, ask(p, "POST", "/scenarios/B-S1", ""), 409, "Another row plays.", "B-S7c plays now. Nothing was started.")
}

func TestTheSwitches(t *testing.T) {
	f := newFake()
	p := newPage(t, f)
	redirects(t, ask(p, "POST", "/faults", "at=check&kind=delay&on=1"), "/#faults")
	want := fault.Fault{At: "check", Kind: fault.Delay, Times: -1}
	if len(f.armed) != 1 || f.armed[0] != want {
		t.Fatalf("armed %+v", f.armed)
	}
	f.set(func(f *fake) {
		f.armed = append(f.armed, fault.Fault{At: "decrement", Kind: fault.DropReply, Times: 2, Match: "/2/"})
	})
	w := get(p, "/")
	shows(t, w, 200, "1 switch is on until it is switched off", "Armed by a row: decrement drop-reply (2 times).", `aria-label="Switch off: check, delay"`)
	if n := strings.Count(w.Body.String(), `name="on" value="0"`); n != 1 {
		t.Errorf("%d switches show as on", n)
	}
	redirects(t, ask(p, "POST", "/faults", "at=check&kind=delay&on=0"), "/#faults")
	redirects(t, ask(p, "POST", "/faults/clear?lang=ko", ""), "/?lang=ko#faults")
	if len(f.armed) != 0 || f.cleared != 1 {
		t.Errorf("armed %+v, cleared %d times", f.armed, f.cleared)
	}
}

func TestOneRowHasAPageOfItsOwn(t *testing.T) {
	f := newFake()
	p := newPage(t, f)
	for _, row := range scenario.Rows() {
		for _, lang := range []string{"en", "ko"} {
			w := get(p, "/scenarios/"+row.ID+"?lang="+lang)
			shows(t, w, 200, `action="/scenarios/`+row.ID+`?lang=`+lang, `data-live="/events?lang=`+lang+`&amp;row=`+row.ID)
			lacks(t, w, "⟦", ">–<")
		}
	}
	shows(t, get(p, "/scenarios/B-S12"), 200, "Before it", "Until it is healed: Nothing can be published; the message waits.", "What happens")
	f.ended("B-S1", page.Result{Passed: true, Got: scenario.Rows()[0].Want, Order: 1007, Took: time.Second, At: noon})
	shows(t, get(p, "/scenarios/B-S1"), 200, "Played with order 1007, ended at 2026-03-01 12:00:00 after 1.00 s.", "Play again")

	var facts struct {
		ID, Korean, State string
		Want              scenario.End
		Result            *struct {
			Passed bool
			Got    scenario.End
			Order  int64
			TookMs int64
		}
	}
	w := get(p, "/scenarios/B-S1?as=json")
	if err := json.Unmarshal(w.Body.Bytes(), &facts); err != nil || w.Header().Get("Content-Type") != "application/json" {
		t.Fatal(err, w.Header())
	}
	if facts.ID != "B-S1" || facts.State != "passed" || facts.Korean != "주문 성공" || facts.Result == nil ||
		!facts.Result.Got.Equal(facts.Want) || facts.Result.Order != 1007 || facts.Result.TookMs != 1000 {
		t.Errorf("facts %+v", facts)
	}
	facts.Result = nil
	if err := json.Unmarshal(get(p, "/scenarios/B-S2?as=json").Body.Bytes(), &facts); err != nil || facts.State != "todo" || facts.Result != nil {
		t.Errorf("never played: %v %+v", err, facts)
	}
}

func TestLanguageAndTheme(t *testing.T) {
	p := newPage(t, newFake())
	for _, c := range []struct{ path, accept, lang string }{
		{"/", "", "en"}, {"/", "ko-KR,ko;q=0.9,en;q=0.8", "ko"}, {"/?lang=en", "ko", "en"}, {"/?lang=ko", "", "ko"}, {"/?lang=fr", "", "en"},
	} {
		shows(t, get(p, c.path, "Accept-Language", c.accept), 200, `<html lang="`+c.lang+`"`)
	}
	shows(t, get(p, "/?theme=dark"), 200, `data-theme="dark"`, `action="/scenarios?theme=dark"`, `href="?lang=ko&amp;theme=dark"`)
	lacks(t, get(p, "/?theme=%22%3E"), "data-theme")
	korean := get(p, "/?lang=ko")
	shows(t, korean, 200, "아직 돌려 본 행이 없습니다. 모르는 주문이 없습니다.", "정해진 결과", "실제 결과", "모두 실행")
	lacks(t, korean, "⟦", "Play")
	english := strings.ReplaceAll(get(p, "/?lang=en").Body.String(), "한국어", "")
	if m := regexp.MustCompile(`\p{Hangul}+`).FindString(english); m != "" {
		t.Errorf("the English page has %q", m)
	}
}

func TestFilesMayBeKept(t *testing.T) {
	p := newPage(t, newFake())
	links := regexp.MustCompile(`(?:href|src)="(/page/[a-z]+\.[0-9a-f]{12}\.(?:css|js|svg))"`).FindAllStringSubmatch(get(p, "/").Body.String(), -1)
	if len(links) != 4 {
		t.Fatalf("%d files, want 4", len(links))
	}
	for _, l := range links {
		w := get(p, l[1])
		if w.Code != http.StatusOK || w.Body.Len() == 0 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", l[1], w.Code, w.Header())
		}
	}
}

// What others wrote is text wherever it stands.
func TestTextOfOthersIsText(t *testing.T) {
	const evil = `<script>alert(1)</script>"'>`
	f := newFake()
	f.orders = []page.Order{{ID: 1, Owner: evil, Status: evil, Lines: []page.Line{{Item: evil, Quantity: 1}}, Transaction: "javascript:alert(1)",
		Events: []page.Event{{At: noon, Step: evil, Call: evil, Outcome: evil, Status: evil}, {At: noon, Status: evil}}}}
	f.armed = []fault.Fault{{At: evil, Kind: evil}}
	f.results["B-S1"] = page.Result{Err: evil, At: noon}
	f.results["B-S2"] = page.Result{Got: scenario.End{Calls: []string{evil}, Status: evil, Stock: evil}, At: noon}
	p := newPage(t, f)
	for _, path := range []string{"/", "/scenarios/B-S1", "/scenarios/B-S2", "/scenarios/%3Cscript%3E", "/%3Cscript%3E"} {
		lacks(t, get(p, path), "<script>", `href="javascript`)
	}
	w := ask(p, "GET", "/", "", "Host", "x")
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = "h;rm -rf ~"
	p.ServeHTTP(w, r)
	lacks(t, w, "rm -rf")
	shows(t, ask(p, "POST", "/faults", "at=%3Cscript%3E&kind=x&on=1"), 400, "&lt;script&gt;")
}

func TestASourceIsNeeded(t *testing.T) {
	if _, err := page.New(page.Config{}); err == nil || !strings.Contains(err.Error(), "Source") {
		t.Errorf("got %v", err)
	}
}
