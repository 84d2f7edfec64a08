package page_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/cmd/demo/page"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// Whatever cannot be done is answered with why, what to do next, and nothing changed.
func TestBadInput(t *testing.T) {
	for name, c := range map[string]struct {
		method, path, form string
		headers            []string
		status             int
		says               []string
	}{
		"unknown row":        {method: "GET", path: "/scenarios/B-S99", status: 404, says: []string{"There is no such row.", "B-S99", `href="/scenarios/B-S7c"`}},
		"row in small":       {method: "GET", path: "/scenarios/b-s1", status: 404, says: []string{`href="/scenarios/B-S1"`}},
		"no row":             {method: "GET", path: "/scenarios/", status: 404},
		"unknown row played": {method: "POST", path: "/scenarios/S1?lang=ko", status: 404, says: []string{"그런 행이 없습니다.", "B-S13"}},
		"bad kind":           {method: "POST", path: "/faults", form: "at=decrement&kind=explode&on=1", status: 400, says: []string{"There is no such switch.", "decrement explode on=1", "decrement drop-reply"}},
		"kind of elsewhere":  {method: "POST", path: "/faults", form: "at=insert&kind=delay&on=1", status: 400},
		"a kill":             {method: "POST", path: "/faults", form: "at=decrement&kind=crash-before&on=1", status: 400},
		"bad place":          {method: "POST", path: "/faults", form: "at=moon&kind=delay&on=1", status: 400},
		"neither on nor off": {method: "POST", path: "/faults", form: "at=check&kind=delay&on=yes", status: 400},
		"empty form":         {method: "POST", path: "/faults", status: 400},
		"switch in address":  {method: "POST", path: "/faults?at=check&kind=delay&on=1", status: 400},
		"broken form":        {method: "POST", path: "/faults", form: "at=%zz", status: 400, says: []string{"The form could not be read."}},
		"large form":         {method: "POST", path: "/faults", form: "at=" + strings.Repeat("x", 5000), status: 413, says: []string{"4,096 bytes"}},
		"large play":         {method: "POST", path: "/scenarios/B-S1", form: strings.Repeat("x", 5000), status: 413},
		"large clear":        {method: "POST", path: "/faults/clear", form: strings.Repeat("x", 5000), status: 413},
		"other site plays":   {method: "POST", path: "/scenarios/B-S1", headers: []string{"Sec-Fetch-Site", "cross-site"}, status: 403, says: []string{"Another site sent this."}},
		"other site all":     {method: "POST", path: "/scenarios", headers: []string{"Origin", "https://evil.example"}, status: 403},
		"other site clears":  {method: "POST", path: "/faults/clear", headers: []string{"Sec-Fetch-Site", "same-site"}, status: 403},
		"other site flips":   {method: "POST", path: "/faults", form: "at=check&kind=delay&on=1", headers: []string{"Sec-Fetch-Site", "cross-site"}, status: 403},
		"no page":            {method: "GET", path: "/nowhere", status: 404, says: []string{"/nowhere", `href="/"`}},
		"no file":            {method: "GET", path: "/page/style.css", status: 404},
		"post to the page":   {method: "POST", path: "/", status: 405, says: []string{"POST is not answered here."}},
		"get of an action":   {method: "GET", path: "/faults", status: 405},
		"delete":             {method: "DELETE", path: "/scenarios/B-S1", status: 405},
		"no stream":          {method: "GET", path: "/events", status: 400},
		"stream of no row":   {method: "GET", path: "/events?row=x", status: 400},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			w := ask(newPage(t, f), c.method, c.path, c.form, c.headers...)
			shows(t, w, c.status, c.says...)
			if len(f.results) > 0 || len(f.armed) > 0 || f.cleared > 0 {
				t.Errorf("something was changed: %+v", f)
			}
		})
	}
}

func TestMethodsThatAreAnsweredAreNamed(t *testing.T) {
	p := newPage(t, newFake())
	for path, want := range map[string]string{"/": "GET, HEAD", "/scenarios/B-S1": "GET, HEAD, POST", "/faults": "POST", "/events": "GET, HEAD"} {
		if got := ask(p, "PATCH", path, "").Header().Get("Allow"); got != want {
			t.Errorf("%s: Allow %q, want %q", path, got, want)
		}
	}
}

func TestProblemsForPrograms(t *testing.T) {
	f := newFake()
	f.results["B-S4"] = page.Result{Playing: true}
	w := ask(newPage(t, f), "POST", "/scenarios/B-S1?as=json", "")
	var problem struct {
		Title, Detail string
		Status        int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil || w.Code != 409 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%v: %d %v %s", err, w.Code, w.Header(), w.Body)
	}
	if problem.Status != 409 || problem.Title == "" || !strings.Contains(problem.Detail, "B-S4 plays now") {
		t.Errorf("problem %+v", problem)
	}
}

func TestErrorsOfTheSource(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{fmt.Errorf("row: %w", page.ErrBusy), http.StatusConflict, "another one plays now"},
		{fmt.Errorf("%w: no", fault.ErrInvalid), http.StatusBadRequest, "The demo answered: fault: invalid: no"},
		{errors.New("dial unix /secret"), http.StatusServiceUnavailable, "Whether it took effect."},
	} {
		f := newFake()
		f.err, f.refuse = c.err, c.err
		p := newPage(t, f)
		for _, w := range []string{"/scenarios/B-S1", "/faults/clear", "/faults"} {
			got := ask(p, "POST", w, "at=check&kind=delay&on=1")
			shows(t, got, c.status, c.says)
			lacks(t, got, "/secret")
		}
	}
}

func TestEverySwitchThatIsShownIsAccepted(t *testing.T) {
	f := newFake()
	p := newPage(t, f)
	page := get(p, "/").Body.String()
	n := 0
	for _, at := range []string{scenario.Decrement, scenario.Check, scenario.Compensation, scenario.Insert} {
		for _, kind := range []fault.Kind{fault.DropRequest, fault.DropReply, fault.Delay, fault.Duplicate, fault.FailBefore, fault.FailAfter, fault.Refuse, fault.Off, fault.Reject} {
			if !strings.Contains(page, `id="f-`+at+"-"+string(kind)+`"`) {
				continue
			}
			n++
			redirects(t, ask(p, "POST", "/faults", "at="+at+"&kind="+string(kind)+"&on=1"), "/#faults")
		}
	}
	if n != 18 || len(f.armed) != 18 {
		t.Errorf("%d switches, %d armed", n, len(f.armed))
	}
}
