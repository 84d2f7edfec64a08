package console_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/console"
)

func TestRootLeadsToTheList(t *testing.T) {
	w := get(t, newConsole(t, &fake{}, nil), "/?lang=ko")
	if w.Code != 302 || w.Header().Get("Location") != "/transactions?lang=ko" {
		t.Errorf("%d to %q", w.Code, w.Header().Get("Location"))
	}
}

func TestListSaysWhatIsUnknownAndWhoIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		f.order("so-1000", 9*time.Second).completed()
		f.order("so-1001", 8*time.Second).unknown()
		f.order("so-1002", 7*time.Second).then(time.Second, saga.Event{Step: "STOCK", Call: saga.CallAction, Number: 5,
			Outcome: saga.Unknown, Status: saga.NeedsAttention, Reason: saga.InDoubt, Open: "STOCK"}, saga.MaybeDone)
		c := newConsole(t, f, nil)

		w := get(t, c, "/transactions")
		shows(t, w, 200, "2 outcomes are unknown. 1 needs you.", `href="/transactions/so-1000"`,
			`href="/transactions?status=unknown"`, `<tbody id="r`, "rl-unknown", "rl-flag", "20 ms", `lang="en"`)
		shows(t, get(t, c, "/transactions?lang=ko"), 200, "2건의 결과를 아직 모릅니다.", "알 수 없음",
			`href="/transactions/so-1001?lang=ko"`, `lang="ko"`)
		// The age of an unknown outcome counts from when the answer did not come.
		if row := rowOf(t, w.Body.String(), "so-1001"); !strings.Contains(row, "5.98 s") {
			t.Errorf("age of the unknown one: %s", row)
		}
	})
}

func rowOf(t *testing.T, page, id string) string {
	t.Helper()
	for _, row := range regexp.MustCompile(`(?s)<tbody id=.*?</tbody>`).FindAllString(page, -1) {
		if strings.Contains(row, id) {
			return row
		}
	}
	t.Fatalf("no row of %s", id)
	return ""
}

func TestCalmListSaysSo(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Second).completed()
	c := newConsole(t, f, nil)
	shows(t, get(t, c, "/transactions"), 200, "Nothing is unknown. Nothing needs you.")
}

func TestListFilters(t *testing.T) {
	f := &fake{}
	f.order("so-1", 4*time.Second).completed()
	f.order("so-2", 3*time.Second).unknown()
	f.order("so-3", 2*time.Second)
	c := newConsole(t, f, nil)
	for _, tc := range []struct {
		query      string
		has, lacks []string
	}{
		{"?status=unknown", []string{"so-2"}, []string{"so-1<", "so-3<"}},
		{"?status=running", []string{"so-3"}, []string{"so-1<", "so-2<"}},
		{"?status=unknown,completed", []string{"so-1", "so-2"}, []string{"so-3<"}},
		{"?id=so-3", []string{"so-3"}, []string{"so-1<", "so-2<"}},
		{"?definition=shop.order&status=&id=", []string{"so-1", "so-2", "so-3"}, nil},
		{"?definition=other", []string{"No transaction matches this filter.", "All transactions"}, []string{"so-1<"}},
	} {
		t.Run(tc.query, func(t *testing.T) {
			w := get(t, c, "/transactions"+tc.query)
			shows(t, w, 200, tc.has...)
			lacks(t, w, tc.lacks...)
		})
	}
}

func TestUnknownParameterIsNamedAndListsNothing(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Second)
	c := newConsole(t, f, nil)
	for query, text := range map[string]string{
		"?stauts=unknown":  "There is no parameter “stauts”.",
		"?status=lost":     "There is no status “lost”",
		"?before=tomorrow": "“tomorrow” is no time",
		"?as=xml":          "“xml” is no value for “as”",
	} {
		w := get(t, c, "/transactions"+query)
		shows(t, w, 400, text, "Nothing is listed")
		lacks(t, w, "so-1<")
	}
	shows(t, get(t, c, "/transactions?stauts=x&lang=ko"), 400, "“stauts” 매개변수는 없습니다.")
	w := get(t, c, "/transactions?stauts=x&as=json")
	if w.Code != 400 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("json: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
}

func TestPagesReachEveryInstanceOnce(t *testing.T) {
	f := &fake{}
	for i := range 60 {
		o := f.order(fmt.Sprintf("so-%d", 1000+i), time.Duration(i)*time.Second)
		if i%2 == 0 {
			o.unknown()
		}
	}
	c := newConsole(t, f, nil)
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	ids := regexp.MustCompile(`>(so-\d+)</a>`)
	for query, want := range map[string]int{"": 60, "?status=running": 30} {
		seen := map[string]bool{}
		for at := "/transactions" + query; at != ""; {
			page := get(t, c, strings.ReplaceAll(at, "&amp;", "&")).Body.String()
			for _, m := range ids.FindAllStringSubmatch(page, -1) {
				if seen[m[1]] {
					t.Errorf("%s comes twice", m[1])
				}
				seen[m[1]] = true
			}
			at = ""
			if m := next.FindStringSubmatch(page); m != nil {
				at = m[1]
			}
		}
		if len(seen) != want {
			t.Errorf("%q: %d instances, want %d", query, len(seen), want)
		}
	}
}

func TestEmptyListSaysSo(t *testing.T) {
	c := newConsole(t, &fake{}, nil)
	shows(t, get(t, c, "/transactions"), 200, "No transaction has been started yet.")
	shows(t, get(t, c, "/transactions?lang=ko"), 200, "아직 시작한 거래가 없습니다.")
}

func TestListAsJSON(t *testing.T) {
	f := &fake{}
	f.order("so-1", 9*time.Second).unknown()
	f.order("so-2", time.Second).completed()
	w := get(t, newConsole(t, f, nil), "/transactions?as=json")
	var facts struct {
		Unknown, NeedsAttention, Total int
		Counts                         map[string]int
		Transactions                   []struct {
			ID, Status, Step string
			Attempts         int
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &facts); err != nil {
		t.Fatal(err)
	}
	if facts.Unknown != 1 || facts.Total != 2 || facts.Counts["completed"] != 1 || len(facts.Transactions) != 2 ||
		facts.Transactions[1].Status != "unknown" || facts.Transactions[1].Attempts != 2 {
		t.Errorf("facts: %+v", facts)
	}
}

func TestPrefixIsOnEveryLink(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Second)
	c := newConsole(t, f, &console.Config{Prefix: "/ops"})
	w := get(t, c, "/ops/transactions")
	shows(t, w, 200, `href="/ops/transactions/so-1"`)
	for _, m := range regexp.MustCompile(`(?:href|src|action|data-live)="(/[^"]*)"`).FindAllStringSubmatch(w.Body.String(), -1) {
		if !strings.HasPrefix(m[1], "/ops/") {
			t.Errorf("link %s leaves the prefix", m[1])
		}
	}
	if w := get(t, c, "/ops"); w.Code != 302 {
		t.Errorf("the bare prefix: %d", w.Code)
	}
	shows(t, get(t, c, "/transactions"), 404)
}

// What needs a person may be unknown as well, and is then counted and listed as both.
func TestWhatNeedsAPersonAndIsUnknownIsBoth(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).then(time.Second, saga.Event{Step: "STOCK", Call: saga.CallAction, Number: 2,
		Outcome: saga.Unknown, Status: saga.NeedsAttention, Reason: saga.InDoubt, Open: "STOCK"}, saga.MaybeDone)
	f.order("so-2", time.Minute).then(time.Second, saga.Event{Step: "STOCK", Call: saga.CallAction, Number: 2,
		Outcome: saga.NotDone, Status: saga.NeedsAttention, Reason: saga.CannotFinish, Open: "STOCK"})
	f.order("so-3", time.Minute).unknown()
	c := newConsole(t, f, &console.Config{Home: "/shop", Location: time.UTC})
	shows(t, get(t, c, "/transactions"), 200, "<h1>2 outcomes are unknown. 2 need you.</h1>", `class="brand" href="/shop"`)
	for query, want := range map[string][]string{"unknown": {"so-1", "so-3"}, "attention": {"so-1", "so-2"}, "running": nil} {
		w := get(t, c, "/transactions?status="+query)
		for _, id := range []string{"so-1", "so-2", "so-3"} {
			if listed := strings.Contains(w.Body.String(), ">"+id+"</a>"); listed != slices.Contains(want, id) {
				t.Errorf("%s: %s listed: %v", query, id, listed)
			}
		}
	}
	var facts struct {
		Unknown, NeedsAttention, Total int
		Counts                         map[string]int
	}
	if err := json.Unmarshal(get(t, c, "/transactions?as=json").Body.Bytes(), &facts); err != nil {
		t.Fatal(err)
	}
	if facts.Unknown != 2 || facts.NeedsAttention != 2 || facts.Counts["unknown"] != 1 || facts.Counts["attention"] != 2 || facts.Total != 3 {
		t.Errorf("facts: %+v", facts)
	}
}

func TestListOfWhatNeedsAPersonOnly(t *testing.T) {
	f := &fake{}
	f.order("so-1", time.Minute).then(time.Second, saga.Event{Step: "STOCK", Call: saga.CallCompensation, Number: 2,
		Outcome: saga.Refused, Status: saga.NeedsAttention, Reason: saga.UndoRefused, Open: "STOCK"}, saga.InEffect)
	w := get(t, newConsole(t, f, nil), "/transactions")
	shows(t, w, 200, "<h1>1 needs you.</h1>", "The participant refuses to undo STOCK; ")
	lacks(t, w, "outcomes are unknown")
}
