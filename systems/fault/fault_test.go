package fault_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
)

const patience = 10 * time.Second

// bench is a service that counts what it does, behind faults, with a client.
type bench struct {
	*fault.Faults
	t       *testing.T
	server  *httptest.Server
	effects atomic.Int64 // requests carried out, with their whole body
	crashes atomic.Int64
	answer  func(w http.ResponseWriter, r *http.Request) // default: 200 {"state":"APPLIED"}
}

func newBench(t *testing.T, config fault.Config) *bench {
	t.Helper()
	b := &bench{t: t}
	config.Crash = func() { b.crashes.Add(1) }
	config.Logger = slog.New(slog.DiscardHandler)
	b.Faults = fault.New(&config)
	at := func(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/") }
	key := func(r *http.Request) string { return r.Header.Get("Idempotency-Key") }
	b.server = httptest.NewServer(b.HTTP(at, key, http.HandlerFunc(b.work)))
	t.Cleanup(b.server.Close)
	return b
}

func (b *bench) work(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || string(body) != `{"n":1}` {
		http.Error(w, "not the body that was sent", http.StatusBadRequest)
		return
	}
	b.effects.Add(1)
	if b.answer != nil {
		b.answer(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"state":"APPLIED"}`)
}

// seen is what a caller sees: a status, or 0 and an error.
type seen struct {
	status int
	kind   string
	body   string
	err    error
}

// call sends exactly one request.
func (b *bench) call(ctx context.Context, at, key string) seen {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.server.URL+"/"+at, struct{ io.Reader }{strings.NewReader(`{"n":1}`)})
	if err != nil {
		return seen{err: err}
	}
	r.Header.Set("Idempotency-Key", key)
	reply, err := b.server.Client().Do(r)
	if err != nil {
		return seen{err: err}
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	return seen{reply.StatusCode, reply.Header.Get("Content-Type"), string(text), err}
}

func (b *bench) arm(faults ...fault.Fault) {
	b.t.Helper()
	if err := b.Arm(faults...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) struck(at string, n int) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	if err := b.Struck(ctx, at, n); err != nil {
		b.t.Fatal(err)
	}
}

// last is the newest recorded call.
func (b *bench) last() fault.Call {
	b.t.Helper()
	calls := b.Calls()
	if len(calls) == 0 {
		b.t.Fatal("no call was recorded")
	}
	return calls[len(calls)-1]
}

func TestWhatMakesNoSenseIsNotArmed(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	b.Publisher("publish", nil)
	for name, c := range map[string]struct {
		fault fault.Fault
		hint  string
	}{
		"no place":               {fault.Fault{Kind: fault.Refuse}, "name the place"},
		"no kind":                {fault.Fault{At: "a"}, "drop-reply"},
		"unknown kind":           {fault.Fault{At: "a", Kind: "explode"}, "crash-after, crash-before, delay"},
		"off, no publisher":      {fault.Fault{At: "a", Kind: fault.Off}, "drop-reply"},
		"reject, no table":       {fault.Fault{At: "a", Kind: fault.Reject, Times: -1}, "drop-reply"},
		"refuse, publisher":      {fault.Fault{At: "publish", Kind: fault.Refuse}, "off"},
		"hold-reply, publisher":  {fault.Fault{At: "publish", Kind: fault.HoldReply}, "off"},
		"times below -1":         {fault.Fault{At: "a", Kind: fault.Refuse, Times: -2}, "-1 for until cleared"},
		"a negative hold":        {fault.Fault{At: "a", Kind: fault.Delay, Hold: -1}, "not negative"},
		"a hold without a delay": {fault.Fault{At: "a", Kind: fault.Refuse, Hold: 1}, "only delay, hold-reply and postpone"},
	} {
		err := b.Arm(fault.Fault{At: "a", Kind: fault.DropReply}, c.fault)
		if !errors.Is(err, fault.ErrInvalid) || !strings.Contains(err.Error(), c.hint) {
			t.Errorf("%s: got %v, want an invalid fault and %q", name, err, c.hint)
		}
	}
	if armed := b.Armed(); len(armed) != 0 {
		t.Errorf("armed all the same: %v", armed)
	}
}

func TestTooManyFaultsAreNotArmed(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	one := fault.Fault{At: "a", Kind: fault.Refuse}
	for range 1000 {
		b.arm(one)
	}
	if err := b.Arm(one); !errors.Is(err, fault.ErrInvalid) || len(b.Armed()) != 1000 {
		t.Errorf("got %v with %d armed", err, len(b.Armed()))
	}
}

func TestFaultsStrikeInOrderAsOftenAsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	b.arm(
		fault.Fault{At: "do", Kind: fault.FailBefore, Times: 2},
		fault.Fault{At: "do", Kind: fault.Refuse, Match: "other"},
		fault.Fault{At: "do", Kind: fault.Refuse},
		fault.Fault{At: "undo", Kind: fault.FailBefore, Times: -1},
	)
	var got []int
	for range 4 {
		got = append(got, b.call(t.Context(), "do", "1").status)
	}
	got = append(got, b.call(t.Context(), "do", "another").status)
	for range 3 {
		got = append(got, b.call(t.Context(), "undo", "1").status)
	}
	want := []int{500, 500, 409, 200, 409, 500, 500, 500}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("answers %v, want %v", got, want)
		}
	}
	if armed := b.Armed(); len(armed) != 1 || armed[0].At != "undo" || armed[0].Times != -1 {
		t.Errorf("left: %v", armed)
	}
	if counts := b.Counts(); counts["fail-before"] != 5 || counts["refuse"] != 2 {
		t.Errorf("counts %v", counts)
	}
	if err := b.Clear(); err != nil || len(b.Armed()) != 0 || b.call(t.Context(), "undo", "1").status != 200 {
		t.Errorf("cleared: %v, left %v", err, b.Armed())
	}
}

func TestForgetAndTheLimitOfCalls(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	place := func(r *http.Request) string { return "p" }
	h := b.HTTP(place, nil, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for range 1005 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}
	calls := b.Calls()
	if len(calls) != 1000 || calls[0].Seq != 6 || calls[999].Seq != 1005 || calls[999].Key != "" {
		t.Errorf("%d calls, from %v to %v", len(calls), calls[0], calls[len(calls)-1])
	}
	b.arm(fault.Fault{At: "do", Kind: fault.Refuse})
	b.call(t.Context(), "do", "1")
	b.Forget()
	if len(b.Calls()) != 0 || len(b.Counts()) != 0 {
		t.Errorf("remembered %v %v", b.Calls(), b.Counts())
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Struck(ended, "do", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for what was forgotten: %v", err)
	}
	if b.call(t.Context(), "do", "1"); b.last().Seq != 1 {
		t.Errorf("numbers go on at %d", b.last().Seq)
	}
}
