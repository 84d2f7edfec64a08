package openapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/internal/web"
)

// witness is a test that only notes what it is told.
type witness struct {
	testing.TB
	mu       sync.Mutex
	reported []string
}

func (w *witness) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reported = append(w.reported, fmt.Sprintf(format, args...))
}

// request is one with all that the document asks for.
func request(method, target, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.AddCookie(&http.Cookie{Name: "toy_session", Value: "x"})
	r.Header.Set("Idempotency-Key", "k")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func ask(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAnHonestServicePasses(t *testing.T) {
	t.Parallel()
	c := openapi.Check(t, toy{}.mux())
	for _, e := range []struct {
		method, target, body string
		status               int
	}{
		{"GET", "/things/a?lang=ko", "", 200},
		{"HEAD", "/things/a", "", 200},
		{"GET", "/things/a%2Fb%20c", "", 200},
		{"GET", "/things/none", "", 404},
		{"POST", "/things", `{"name":"a"}`, 201},
		{"POST", "/things", `{"nam`, 400},
		{"POST", "/things", ``, 415},
		{"DELETE", "/things/a", "", 204},
		{"GET", "/pages/a/b/c", "", 200},
		{"GET", "/openapi.json", "", 200},
		{"GET", "/nothing", "", 404},
		{"PATCH", "/things", "", 405},
		{"GET", "//things/a", "", 307},
	} {
		if w := ask(c, request(e.method, e.target, e.body)); w.Code != e.status {
			t.Errorf("%s %s: got %d %s, want %d", e.method, e.target, w.Code, w.Body, e.status)
		}
	}
	if unseen := c.Unseen(); !slices.Equal(unseen, []string{"DELETE /things/{name}: never answered 403"}) {
		t.Errorf("unseen: %q", unseen)
	}
}

func TestWhatNobodyAskedIsUnseen(t *testing.T) {
	t.Parallel()
	c := openapi.Check(t, toy{}.mux())
	want := []string{
		"DELETE /things/{name}: never asked", "GET /pages/{path}: never asked", "GET /things/{name}: never asked", "POST /things: never asked",
	}
	if unseen := c.Unseen(); !slices.Equal(unseen, want) {
		t.Errorf("unseen: %q", unseen)
	}
}

// answer is a handler that answers this, whatever it was asked.
func answer(status int, contentType, body string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, _ *http.Request) error {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		return nil
	}
}

func TestALyingHandlerIsCaught(t *testing.T) {
	t.Parallel()
	const (
		plain   = "application/json"
		trouble = "application/problem+json"
		made    = `"made":"2026-01-02T03:04:05Z"`
		whole   = `{"name":"a","count":1,` + made + `,"note":null}`
	)
	for name, c := range map[string]struct {
		status     int
		kind, body string
		reason     string // "" for an honest answer
	}{
		"honest":               {200, plain, whole, ""},
		"a note":               {200, plain, `{"name":"a","count":1,` + made + `,"note":"n"}`, ""},
		"optional left out":    {200, plain, `{"name":"a","count":1,` + made + `}`, ""},
		"the largest int64":    {200, plain, `{"name":"a","count":9223372036854775807,` + made + `}`, ""},
		"honest problem":       {404, trouble, `{"type":"x","title":"t","status":404,"detail":"d","more":1,"no":null}`, ""},
		"honest 500":           {500, trouble, `{"type":"x","title":"t","status":500,"detail":"d"}`, ""},
		"a wrong status":       {202, plain, whole, "status 202 is not documented"},
		"a missing member":     {200, plain, `{"name":"a",` + made + `}`, "count"},
		"an extra member":      {200, plain, `{"name":"a","count":1,` + made + `,"price":1}`, "price"},
		"a wrong type":         {200, plain, `{"name":"a","count":"1",` + made + `}`, "count"},
		"a fraction":           {200, plain, `{"name":"a","count":1.5,` + made + `}`, "count"},
		"null for a string":    {200, plain, `{"name":null,"count":1,` + made + `}`, "name"},
		"a number for a note":  {200, plain, `{"name":"a","count":1,` + made + `,"note":1}`, "note"},
		"no time":              {200, plain, `{"name":"a","count":1,"made":"today"}`, "made"},
		"a wrong part":         {200, plain, `{"name":"a","count":1,` + made + `,"parts":[{"name":"b","count":true,` + made + `}]}`, "count"},
		"parts are null":       {200, plain, `{"name":"a","count":1,` + made + `,"parts":null}`, "parts"},
		"a list":               {200, plain, `[` + whole + `]`, "object"},
		"no JSON":              {200, plain, `hello`, "decode"},
		"no body":              {200, plain, ``, "decode"},
		"a wrong content type": {200, "text/plain", whole, "text/plain"},
		"no content type":      {200, "", whole, "Content-Type"},
		"a plain problem":      {404, plain, `{"type":"x","title":"t","status":404,"detail":"d"}`, plain},
		"a problem untitled":   {404, trouble, `{"type":"x","status":404,"detail":"d"}`, "title"},
		"a problem of text":    {500, "text/plain; charset=utf-8", "internal server error", "text/plain"},
	} {
		w := &witness{TB: t}
		checker := openapi.Check(w, toy{get: answer(c.status, c.kind, c.body)}.mux())
		if got := ask(checker, request("GET", "/things/a", "")); got.Code != c.status || got.Body.String() != c.body {
			t.Errorf("%s: the exchange was changed: %d %s", name, got.Code, got.Body)
		}
		wantReport(t, name, w, c.reason)
		if c.reason != "" && len(w.reported) == 1 && !strings.Contains(w.reported[0], fmt.Sprintf("GET /things/a (GET /things/{name}) answered %d", c.status)) {
			t.Errorf("%s: the report does not say which exchange: %s", name, w.reported[0])
		}
	}
}

func wantReport(t *testing.T, name string, w *witness, reason string) {
	t.Helper()
	switch {
	case reason == "" && len(w.reported) > 0:
		t.Errorf("%s: reported %q", name, w.reported)
	case reason != "" && (len(w.reported) != 1 || !strings.Contains(w.reported[0], reason)):
		t.Errorf("%s: reported %q, want something about %q", name, w.reported, reason)
	}
}

func TestARequestThatIsTakenMustBeDocumented(t *testing.T) {
	t.Parallel()
	taken := func(w http.ResponseWriter, r *http.Request) error {
		if r.Body != nil {
			_ = json.NewDecoder(r.Body).Decode(new(any))
		}
		web.WriteJSON(w, http.StatusCreated, thing("a"))
		return nil
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		body   string
		reason string
	}{
		"right":            {nil, `{"name":"a"}`, ""},
		"a missing header": {func(r *http.Request) { r.Header.Del("Idempotency-Key") }, `{"name":"a"}`, "Idempotency-Key"},
		"a query":          {func(r *http.Request) { r.URL.RawQuery = "dry=1" }, `{"name":"a"}`, `"dry" is not documented`},
		"a form":           {func(r *http.Request) { r.Header.Set("Content-Type", "text/csv") }, `{"name":"a"}`, "text/csv"},
		"an extra member":  {nil, `{"name":"a","price":1}`, "price"},
		"a missing member": {nil, `{}`, "name"},
		"no body":          {nil, ``, "required"},
	} {
		w := &witness{TB: t}
		r := request("POST", "/things", c.body)
		if c.change != nil {
			c.change(r)
		}
		ask(openapi.Check(w, toy{post: taken}.mux()), r)
		wantReport(t, name, w, c.reason)
	}
}

func TestASessionThatNobodyAskedForIsMissed(t *testing.T) {
	t.Parallel()
	w := &witness{TB: t}
	c := openapi.Check(w, toy{del: answer(204, "", "")}.mux())
	ask(c, httptest.NewRequest("DELETE", "/things/a", nil))
	wantReport(t, "without the cookie", w, "security")
	w.reported = nil
	ask(c, request("DELETE", "/things/a", ""))
	wantReport(t, "with the cookie", w, "")
}

func TestABodyThatIsNotDocumentedIsCaught(t *testing.T) {
	t.Parallel()
	w := &witness{TB: t}
	del := func(w http.ResponseWriter, r *http.Request) error { return answer(204, "", "gone")(w, r) }
	ask(openapi.Check(w, toy{del: del}.mux()), request("DELETE", "/things/a", ""))
	wantReport(t, "204 with a body", w, "none is documented")
}

func TestWhatIsServedBesidesTheDocumentIsCaught(t *testing.T) {
	t.Parallel()
	honest := toy{}.mux()
	hidden := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/hidden") {
			_, _ = w.Write([]byte("psst"))
			return
		}
		honest.ServeHTTP(w, r)
	})
	w := &witness{TB: t}
	ask(openapi.Check(w, hidden), request("GET", "/hidden/door", ""))
	wantReport(t, "a hidden route", w, "status 200 is not documented")
}

func TestConcurrentExchanges(t *testing.T) {
	t.Parallel()
	c := openapi.Check(t, toy{}.mux())
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 20 {
				ask(c, request("GET", fmt.Sprintf("/things/%d", i), ""))
				ask(c, request("POST", "/things", `{"name":"a"}`))
			}
		})
	}
	group.Wait()
	if unseen := strings.Join(c.Unseen(), "\n"); strings.Contains(unseen, "POST /things: never asked") || strings.Contains(unseen, "answered 200") {
		t.Errorf("unseen: %s", unseen)
	}
}
