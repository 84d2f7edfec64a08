package fault_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/fault"
)

// What each kind does to one call: how often it is carried out, what its caller sees, what is
// recorded.
func TestEveryKindOverHTTP(t *testing.T) {
	t.Parallel()
	for kind, c := range map[fault.Kind]struct {
		effects, crashes int64
		status           int // 0: the connection broke
		outcome, problem string
	}{
		"":                {1, 0, 200, "OK", ""},
		fault.Refuse:      {0, 0, 409, "NO", "refused"},
		fault.DropRequest: {0, 0, 0, "?", ""},
		fault.DropReply:   {1, 0, 0, "?", ""},
		fault.Delay:       {0, 0, 0, "?", ""},
		fault.Duplicate:   {2, 0, 200, "OK", ""},
		fault.FailBefore:  {0, 0, 500, "?", "internal"},
		fault.FailAfter:   {1, 0, 500, "?", "internal"},
		fault.CrashBefore: {0, 1, 0, "?", ""},
		fault.CrashAfter:  {1, 1, 0, "?", ""},
	} {
		b := newBench(t, fault.Config{})
		if kind != "" {
			b.arm(fault.Fault{At: "do", Kind: kind})
		}
		got := b.call(t.Context(), "do", "7")
		if got.status != c.status || (got.err != nil) != (c.status == 0) {
			t.Errorf("%q: the caller sees %d, %v; want %d", kind, got.status, got.err, c.status)
		}
		if n := b.effects.Load(); n != c.effects || b.crashes.Load() != c.crashes {
			t.Errorf("%q: carried out %d times with %d crashes, want %d and %d", kind, n, b.crashes.Load(), c.effects, c.crashes)
		}
		if got := b.last(); got != (fault.Call{Seq: 1, At: "do", Key: "7", Outcome: c.outcome, Fault: kind, Status: c.status}) {
			t.Errorf("%q: recorded %+v", kind, got)
		}
		checkProblem(t, kind, got, c.problem)
		if again := b.call(t.Context(), "do", "7"); again.status != 200 || again.body != `{"state":"APPLIED"}` {
			t.Errorf("%q: the next call sees %+v", kind, again)
		}
	}
}

func checkProblem(t *testing.T, kind fault.Kind, got seen, code string) {
	t.Helper()
	if code == "" {
		return
	}
	var p struct {
		Type, Title, Detail string
		Status              int
		Code, State, Key    string
	}
	if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.kind != "application/problem+json" {
		t.Errorf("%q: %s %q: %v", kind, got.kind, got.body, err)
	}
	if p.Type != "urn:problem-type:participant:"+code || p.Status != got.status || p.Title == "" || p.Detail == "" {
		t.Errorf("%q: %s", kind, got.body)
	}
	if refused := p.Code == "refused" && p.State == "REFUSED" && p.Key == "7"; refused != (kind == fault.Refuse) {
		t.Errorf("%q: %s", kind, got.body)
	}
}

// The refusal that nobody configured is one that a participant's client takes for its word, and the
// failure is one that tells it nothing.
func TestWhatAParticipantsClientMakesOfIt(t *testing.T) {
	t.Parallel()
	for kind, refused := range map[fault.Kind]bool{fault.Refuse: true, fault.FailBefore: false, fault.FailAfter: false, fault.DropReply: false} {
		b := newBench(t, fault.Config{})
		b.arm(fault.Fault{At: "do", Kind: kind})
		got := b.call(t.Context(), "do", "7")
		entry, err := participant.Classify(participant.Exchange{Status: got.status, ContentType: got.kind, Body: []byte(got.body), Err: got.err})
		if errors.Is(err, saga.Refused) != refused || errors.Is(err, saga.NotDone) || err == nil {
			t.Errorf("%s: %v", kind, err)
		}
		if refused && (entry.Key != "7" || entry.Refusal.Code != "refused") {
			t.Errorf("%s: %+v", kind, entry)
		}
	}
}

func TestADelayedCallArrivesAtRelease(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	b.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Err() != nil {
			t.Error("the call arrives with the context of a caller who has gone")
		}
		w.WriteHeader(http.StatusConflict)
	}
	b.arm(fault.Fault{At: "do", Kind: fault.Delay, Times: 2})
	ctx, cancel := context.WithCancel(t.Context())
	for range 2 {
		if got := b.call(ctx, "do", "7"); got.err == nil {
			t.Fatalf("the caller was answered: %+v", got)
		}
	}
	cancel()
	b.struck("do", 2)
	if b.effects.Load() != 0 {
		t.Error("arrived before it was released")
	}
	for range 2 { // the second has nothing to do
		if b.Release(); b.effects.Load() != 2 {
			t.Errorf("carried out %d times", b.effects.Load())
		}
	}
	want := fault.Call{Seq: 4, At: "do", Key: "7", Outcome: "NO", Fault: fault.Delay, Status: 409, Late: true}
	if b.last() != want || b.Calls()[0].Outcome != "?" || b.Calls()[0].Late {
		t.Errorf("recorded %+v", b.Calls())
	}
}

func TestADelayedCallArrivesByItself(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	arrived := make(chan struct{})
	b.answer = func(http.ResponseWriter, *http.Request) { close(arrived) }
	b.arm(fault.Fault{At: "do", Kind: fault.Delay, Hold: time.Millisecond})
	if got := b.call(t.Context(), "do", "7"); got.err == nil {
		t.Errorf("the caller was answered: %+v", got)
	}
	await(t, arrived)
	b.Release()
	if b.effects.Load() != 1 {
		t.Errorf("carried out %d times", b.effects.Load())
	}
}

func TestADelayedCallMayPanic(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	b.answer = func(http.ResponseWriter, *http.Request) { panic("late") }
	b.arm(fault.Fault{At: "do", Kind: fault.Delay})
	b.call(t.Context(), "do", "7")
	b.Release()
	if got := b.last(); !got.Late || got.Outcome != "?" || b.effects.Load() != 1 {
		t.Errorf("recorded %+v", got)
	}
}

func TestAHeldReplyIsLetGo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hold    time.Duration
		release bool
	}{"by release": {0, true}, "by time": {time.Millisecond, false}} {
		b := newBench(t, fault.Config{})
		b.arm(fault.Fault{At: "do", Kind: fault.HoldReply, Hold: c.hold})
		answered := make(chan seen)
		go func() { answered <- b.call(t.Context(), "do", "7") }()
		b.struck("do", 1)
		if b.effects.Load() != 1 {
			t.Errorf("%s: held, and not carried out", name)
		}
		if c.release {
			select {
			case got := <-answered:
				t.Errorf("%s: answered early: %+v", name, got)
			default:
			}
			if got := b.last(); got.Outcome != "?" || got.Fault != fault.HoldReply {
				t.Errorf("%s: recorded %+v while it is held", name, got)
			}
			b.Release()
		}
		if got := await(t, answered); got.status != 200 || b.last().Outcome != "OK" {
			t.Errorf("%s: saw %+v, recorded %+v", name, got, b.last())
		}
	}
}

// What is recorded as struck has had its effect.
func TestACallIsStruckWhenItIs(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	b.answer = func(http.ResponseWriter, *http.Request) {
		if got := b.last(); got.Fault != "" || len(b.Counts()) != 0 {
			t.Errorf("recorded %+v while it is carried out", got)
		}
	}
	for _, kind := range []fault.Kind{fault.DropReply, fault.Duplicate, fault.FailAfter, fault.CrashAfter} {
		b.arm(fault.Fault{At: "do", Kind: kind})
		b.call(t.Context(), "do", "7")
		if got := b.last(); got.Fault != kind {
			t.Errorf("recorded %+v", got)
		}
		b.Forget()
	}
}

func TestAHeldReplyEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	b.arm(fault.Fault{At: "do", Kind: fault.HoldReply})
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan seen)
	go func() { answered <- b.call(ctx, "do", "7") }()
	b.struck("do", 1)
	cancel()
	if got := await(t, answered); got.err == nil {
		t.Errorf("saw %+v", got)
	}
	b.server.Close() // returns when nothing is served any more
	if got := b.last(); got.Outcome != "?" || got.Status != 0 {
		t.Errorf("recorded %+v", got)
	}
}

func TestWhatIsNotWatchedPassesUntouched(t *testing.T) {
	t.Parallel()
	f := fault.New(nil)
	nowhere := func(*http.Request) string { return "" }
	var streamed bool
	h := f.HTTP(nowhere, nil, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, streamed = w.(http.Flusher) }))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	if !streamed || len(f.Calls()) != 0 {
		t.Errorf("streams: %v, calls: %v", streamed, f.Calls())
	}
}

func TestAnswersPassAsTheyAre(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	b.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("X-Two", "a")
		w.Header().Add("X-Two", "b")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, "short and stout")
	}
	reply, err := b.server.Client().Post(b.server.URL+"/do", "", strings.NewReader(`{"n":1}`))
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, _ := io.ReadAll(reply.Body)
	if reply.StatusCode != 418 || string(text) != "short and stout" || len(reply.Header.Values("X-Two")) != 2 {
		t.Errorf("got %d %q %v", reply.StatusCode, text, reply.Header)
	}
}

func TestALargeRequestIsNotKept(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.Duplicate, fault.Delay, fault.HoldReply} {
		b := newBench(t, fault.Config{})
		b.arm(fault.Fault{At: "do", Kind: kind})
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/do", strings.NewReader(strings.Repeat(" ", 1<<20+1)))
		at := func(*http.Request) string { return "do" }
		b.HTTP(at, nil, http.HandlerFunc(b.work)).ServeHTTP(w, r)
		if w.Code != 413 || !strings.Contains(w.Body.String(), "send less") || b.effects.Load() != 0 || b.last().Outcome != "NO" {
			t.Errorf("%s: got %d %s", kind, w.Code, w.Body)
		}
	}
}

func TestJudging(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status        int
		body, outcome string
	}{
		{200, ``, "OK"}, {201, `{"state":"APPLIED"}`, "OK"}, {200, `{"state":"REVERTED","key":"7"}`, "OK"}, {200, `[{"state":"NONE"}]`, "OK"},
		{200, `{"state":"NONE"}`, "NO"}, {200, ` {"state":"CANCELLED"}`, "NO"}, {200, `{"state":"REFUSED"}`, "NO"},
		{200, `{"other":1}`, "OK"}, {200, `<p>{"state"`, "OK"}, {204, ``, "OK"},
		{302, ``, "?"}, {400, ``, "NO"}, {409, `{"state":"APPLIED"}`, "NO"}, {499, ``, "NO"}, {500, ``, "?"}, {503, `{"state":"APPLIED"}`, "?"},
	} {
		b := newBench(t, fault.Config{})
		b.answer = func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}
		b.call(t.Context(), "do", "7")
		if got := b.last(); got.Outcome != c.outcome || got.Status != c.status {
			t.Errorf("%d %s: recorded %+v, want %s", c.status, c.body, got, c.outcome)
		}
	}
}

func TestRefusalAndJudgeAreTheWiringsOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{
		Refusal: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) },
		Judge:   func(at string, status int, _ []byte) string { return at + http.StatusText(status) },
	})
	b.arm(fault.Fault{At: "do", Kind: fault.Refuse})
	if got := b.call(t.Context(), "do", "7"); got.status != 418 || b.last().Outcome != "doI'm a teapot" {
		t.Errorf("saw %+v, recorded %+v", got, b.last())
	}
}

func await[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case v := <-from:
		return v
	case <-limit.C:
		t.Fatalf("nothing came within %v", patience)
		panic("not reached")
	}
}
