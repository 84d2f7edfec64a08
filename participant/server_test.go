package participant_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/participant"
)

const urn = "urn:problem-type:participant:"

// said is any answer of a server.
type said struct {
	participant.Entry
	Type, Title, Detail string
	Status              int
	Code                string
	Data                json.RawMessage
}

// ask sends a request from this machine and reads the answer.
func ask(t testing.TB, h http.Handler, r *http.Request) (*httptest.ResponseRecorder, said) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var got said
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%s %s: %d %q: %v", r.Method, r.URL, w.Code, w.Body, err)
	}
	return w, got
}

func request(method, target, key, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:40000"
	if body != "" {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return r
}

// shop is a server with one operation, and what it logged.
func shop(c participant.ServerConfig) (*service, *participant.Server, *bytes.Buffer) {
	log := &bytes.Buffer{}
	c.Logger = slog.New(slog.NewTextHandler(log, nil))
	s, server := newService(), participant.NewServer(&c)
	server.Handle("stock/decrement", s.operation("stock/decrement"))
	return s, server, log
}

func TestAKeysLifeOverHTTP(t *testing.T) {
	t.Parallel()
	_, h, _ := shop(participant.ServerConfig{})
	const do = "/stock/decrement"
	for i, c := range []struct {
		method, path, key, body string
		status                  int
		want                    string // a state or a code
	}{
		{"GET", do + "?key=o/1", "", "", 200, "NONE"},
		{"POST", do, "o/1", two, 200, "APPLIED"},
		{"POST", do, "o/1", two, 200, "APPLIED"},
		{"POST", do, "o/1", three, 422, "key-reused"},
		{"GET", do + "?key=o%2F1", "", "", 200, "APPLIED"},
		{"POST", do + "/fence", "o/1", "", 200, "APPLIED"},
		{"POST", do + "/undo", "o/1", "", 200, "REVERTED"},
		{"POST", do + "/undo", "o/1", "", 200, "REVERTED"},
		{"POST", do, "o/1", two, 409, "reverted"},
		{"POST", do + "/fence", "o/2", "", 200, "CANCELLED"},
		{"POST", do, "o/2", two, 409, "cancelled"},
		{"POST", do + "/undo", "o/3", "", 200, "CANCELLED"},
		{"POST", do, "o/4", refused, 409, "refused"},
		{"POST", do, "o/4", refused, 409, "refused"},
		{"GET", do + "?key=o/4", "", "", 200, "REFUSED"},
		{"POST", do + "/undo", "o/4", "", 200, "REFUSED"},
	} {
		w, got := ask(t, h, request(c.method, c.path, c.key, c.body))
		state := got.State
		if w.Code != 200 {
			state = participant.State(strings.TrimPrefix(got.Type, urn))
		}
		if w.Code != c.status || string(state) != c.want || !strings.HasPrefix(got.Key, "o/") {
			t.Errorf("%d. %s %s: %d %s; want %d %s", i, c.method, c.path, w.Code, w.Body, c.status, c.want)
		}
	}
}

func TestARefusalIsToldInFull(t *testing.T) {
	t.Parallel()
	_, h, _ := shop(participant.ServerConfig{})
	w, got := ask(t, h, request("POST", "/stock/decrement", "k", refused))
	if w.Code != 409 || got.Status != 409 || got.Type != urn+"refused" || got.Key != "k" || got.State != participant.Refused ||
		got.Code != "sold-out" || string(got.Data) != `{"left":0}` || got.Detail != "Nothing is left. Come back tomorrow." {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	_, got = ask(t, h, request("GET", "/stock/decrement?key=k", "", ""))
	if got.Refusal == nil || got.Refusal.Code != "sold-out" || string(got.Request) != refused || got.Operation != "stock/decrement" || got.Decided.IsZero() {
		t.Errorf("the probe says %+v", got.Entry)
	}
}

func TestBadInputRecordsNothing(t *testing.T) {
	t.Parallel()
	twice := request("POST", "/stock/decrement", "k", two)
	twice.Header.Add("Idempotency-Key", "k")
	form := request("POST", "/stock/decrement", "k", two)
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	cut := request("POST", "/stock/decrement", "k", "")
	cut.Body, cut.Header["Content-Type"] = io.NopCloser(io.MultiReader(strings.NewReader(`{"quan`), broken{})), []string{"application/json"}
	untyped := request("POST", "/stock/decrement", "k", "")
	empty := request("POST", "/stock/decrement", "k", "")
	empty.Header.Set("Content-Type", "application/json")
	const do = "/stock/decrement"
	for name, c := range map[string]struct {
		r      *http.Request
		status int
		code   string
	}{
		"malformed":         {request("POST", do, "k", `{"quantity":`), 400, "invalid-request"},
		"trailing":          {request("POST", do, "k", two+"{}"), 400, "invalid-request"},
		"a member twice":    {request("POST", do, "k", `{"quantity":2,"quantity":3}`), 400, "invalid-request"},
		"a name twice deep": {request("POST", do, "k", `{"quantity":2,"x":[{"a":1,"a":1}]}`), 400, "invalid-request"},
		"empty":             {empty, 400, "invalid-request"},
		"the work says so":  {request("POST", do, "k", `{"quantity":2,"then":"reject"}`), 400, "invalid-request"},
		"no key":            {request("POST", do, "", two), 400, "invalid-request"},
		"two keys":          {twice, 400, "invalid-request"},
		"a long key":        {request("POST", do, strings.Repeat("k", 301), two), 400, "invalid-request"},
		"a key with space":  {request("POST", do, "k k", two), 400, "invalid-request"},
		"fence, no key":     {request("POST", do+"/fence", "", ""), 400, "invalid-request"},
		"undo, no key":      {request("POST", do+"/undo", "", ""), 400, "invalid-request"},
		"probe, no key":     {request("GET", do, "k", ""), 400, "invalid-request"},
		"probe, two keys":   {request("GET", do+"?key=k&key=k", "", ""), 400, "invalid-request"},
		"probe, a bad key":  {request("GET", do+"?key=k%20k", "", ""), 400, "invalid-request"},
		"body cut short":    {cut, 400, "incomplete-request"},
		"no content type":   {untyped, 415, "unsupported-media-type"},
		"a form":            {form, 415, "unsupported-media-type"},
		"oversized":         {request("POST", do, "k", `{"x":"`+strings.Repeat("x", 64<<10)+`"}`), 413, "too-large"},
		"oversized by room": {request("POST", do, "k", two+strings.Repeat(" ", 64<<10)), 413, "too-large"},
		"method":            {request("DELETE", do, "k", ""), 405, "method-not-allowed"},
		"HEAD":              {request("HEAD", do+"?key=k", "", ""), 405, "method-not-allowed"},
		"method of a fence": {request("GET", do+"/fence", "k", ""), 405, "method-not-allowed"},
		"path":              {request("POST", "/stock", "k", two), 404, "no-such-resource"},
		"slash at the end":  {request("POST", do+"/", "k", two), 404, "no-such-resource"},
		"two slashes":       {request("POST", "/stock//decrement", "k", two), 404, "no-such-resource"},
	} {
		s, h, log := shop(participant.ServerConfig{})
		w, got := ask(t, h, c.r)
		if w.Code != c.status || got.Status != c.status || got.Type != urn+c.code || got.Title == "" || len(got.Detail) < 20 {
			t.Errorf("%s: %d %s; want %d %s", name, w.Code, w.Body, c.status, c.code)
		}
		if kind := w.Header().Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("%s: content type %q", name, kind)
		}
		if (w.Header().Get("Allow") != "") != (c.status == 405) || log.Len() > 0 || len(s.ledger) > 0 || len(s.done) > 0 {
			t.Errorf("%s: header %v, log %s, ledger %v", name, w.Header(), log, s.ledger)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// The key tells a client that the server read the request it sent, header and all.
func TestAnInvalidRequestNamesTheKeyItCameWith(t *testing.T) {
	t.Parallel()
	_, h, _ := shop(participant.ServerConfig{})
	if _, got := ask(t, h, request("POST", "/stock/decrement", "k", "{")); got.Key != "k" {
		t.Errorf("the problem is about %q", got.Key)
	}
	if _, got := ask(t, h, request("POST", "/stock/decrement", "", "{")); got.Key != "" {
		t.Errorf("without a key, the problem is about %q", got.Key)
	}
}

func TestMaxBody(t *testing.T) {
	t.Parallel()
	_, h, _ := shop(participant.ServerConfig{MaxBody: int64(len(two))})
	if w, _ := ask(t, h, request("POST", "/stock/decrement", "k", two)); w.Code != 200 {
		t.Errorf("a body of just that size: %d", w.Code)
	}
	if w, _ := ask(t, h, request("POST", "/stock/decrement", "j", two+" ")); w.Code != 413 {
		t.Errorf("one byte more: %d", w.Code)
	}
}

func TestOnlyTheAuthorizedAreAnswered(t *testing.T) {
	t.Parallel()
	never := func(*http.Request) error { return errors.New("no badge") }
	always := func(*http.Request) error { return nil }
	for name, c := range map[string]struct {
		authorize func(*http.Request) error
		from      string
		allowed   bool
	}{
		"this machine":        {nil, "127.0.0.1:1", true},
		"this machine, IPv6":  {nil, "[::1]:1", true},
		"this machine, as v4": {nil, "[::ffff:127.0.0.1]:1", true},
		"another":             {nil, "192.0.2.7:1", false},
		"all addresses":       {nil, "0.0.0.0:1", false},
		"link local":          {nil, "[fe80::1%eth0]:1", false},
		"a name":              {nil, "localhost:1", false},
		"no port":             {nil, "127.0.0.1", false},
		"a socket":            {nil, "@", false},
		"nothing":             {nil, "", false},
		"never":               {never, "127.0.0.1:1", false},
		"always":              {always, "192.0.2.7:1", true},
	} {
		for _, target := range []string{"POST /stock/decrement", "GET /stock/decrement?key=k", "POST /stock/decrement/fence", "POST /stock/decrement/undo"} {
			s, h, _ := shop(participant.ServerConfig{Authorize: c.authorize})
			method, path, _ := strings.Cut(target, " ")
			r := request(method, path, "k", two)
			r.RemoteAddr, r.Host = c.from, "127.0.0.1"
			r.Header.Set("X-Forwarded-For", "127.0.0.1") // what a caller says of itself counts for nothing
			w, got := ask(t, h, r)
			if c.allowed != (w.Code == 200) || !c.allowed && (w.Code != 403 || got.Type != urn+"forbidden" || len(s.ledger) > 0) {
				t.Errorf("%s, %s: %d %s", name, target, w.Code, w.Body)
			}
			if name == "never" && !strings.Contains(got.Detail, "no badge") {
				t.Errorf("the caller was not told why: %s", got.Detail)
			}
		}
	}
}

func TestAFailureGoesIntoTheLogOnly(t *testing.T) {
	t.Parallel()
	unwritable := func(context.Context, string, json.RawMessage) (participant.Entry, error) {
		return participant.Entry{Key: "k", State: participant.Applied, Reply: raw("{")}, nil
	}
	undecided := func(context.Context, string, json.RawMessage) (participant.Entry, error) {
		return participant.Entry{Key: "k", State: participant.None}, nil
	}
	silent := func(context.Context, string, json.RawMessage) (participant.Entry, error) {
		return participant.Entry{Key: "k", State: participant.Refused}, nil
	}
	for name, do := range map[string]func(context.Context, string, json.RawMessage) (participant.Entry, error){
		"an error": nil, "unwritable": unwritable, "undecided": undecided, "silent": silent,
	} {
		s, h, log := shop(participant.ServerConfig{})
		op := s.operation("other")
		if do != nil {
			op.Do = do
		}
		h.Handle("other", op)
		w, got := ask(t, h, request("POST", "/other", "k", `{"quantity":2,"then":"fail"}`))
		if w.Code != 500 || got.Type != urn+"internal" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "fire") || log.Len() == 0 || do == nil && !strings.Contains(log.String(), "fire") {
			t.Errorf("%s: the caller got %s, the log %s", name, w.Body, log)
		}
	}
}

func TestAnswersAreNotKept(t *testing.T) {
	t.Parallel()
	_, h, _ := shop(participant.ServerConfig{})
	for _, r := range []*http.Request{request("POST", "/stock/decrement", "k", two), request("GET", "/nowhere", "", "")} {
		w, _ := ask(t, h, r)
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("header %v", w.Header())
		}
	}
}

func TestWhatCannotBeUndoneHasNoUndo(t *testing.T) {
	t.Parallel()
	op := newService().operation("mail")
	op.Undo = nil
	h := participant.NewServer(nil)
	h.Handle("mail", op)
	if w, got := ask(t, h, request("POST", "/mail/undo", "k", "")); w.Code != 404 || !strings.Contains(got.Detail, "/mail/fence") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestHandleRefusesWhatCannotBeServed(t *testing.T) {
	t.Parallel()
	good := newService().operation("x")
	for name, op := range map[string]participant.Operation{
		"": good, "/a": good, "a/": good, "a//b": good, "a b": good, "a?b": good, "{a}": good, "..": good, "a/../b": good,
		"taken": good, "taken/undo": good, "é": good,
		"nodo":    {Probe: good.Probe, Fence: good.Fence},
		"noprobe": {Do: good.Do, Fence: good.Fence},
		"nofence": {Do: good.Do, Probe: good.Probe},
	} {
		h := participant.NewServer(nil)
		h.Handle("taken", good)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was accepted", name)
				}
			}()
			h.Handle(name, op)
		}()
	}
	participant.NewServer(nil).Handle("a/b.c-d_e~f/0", good)
}
