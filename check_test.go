package saga_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

func nothing(context.Context, *cart, saga.Attempt) error { return nil }

// plain is a step without a mistake.
func plain(name string) saga.Step[cart] {
	return saga.Step[cart]{Name: name, Action: nothing, Compensation: nothing}
}

func of(kind saga.Kind, name string) saga.Step[cart] { return final(kind, plain(name)) }

func TestNewSaysWhatToChange(t *testing.T) {
	long := strings.Repeat("x", 201)
	for _, c := range []struct {
		name string
		def  saga.Definition[cart]
		says []string
	}{
		{"no action", def(saga.Step[cart]{Name: "pay", Compensation: nothing}), []string{"pay", "no Action"}},
		{"no undo", def(saga.Step[cart]{Name: "pay", Action: nothing}), []string{"pay", "needs a Compensation"}},
		{"fallible after the pivot", def(of(saga.Pivot, "pay"), plain("ship")), []string{"ship", "pay", "make it retriable"}},
		{"two pivots", def(of(saga.Pivot, "pay"), of(saga.Pivot, "ship")), []string{"ship", "pay", "only retriable"}},
		{"a pivot after a retriable step", def(of(saga.Retriable, "mail"), of(saga.Pivot, "pay")), []string{"pay", "mail"}},
		{"fallible after a retriable step", def(of(saga.Retriable, "mail"), plain("pay")), []string{"pay", "mail"}},
		{"undo of the pivot", def(saga.Step[cart]{Name: "pay", Kind: saga.Pivot, Action: nothing, Compensation: nothing}),
			[]string{"pay", "remove its Compensation"}},
		{"undo of a retriable step", def(saga.Step[cart]{Name: "mail", Kind: saga.Retriable, Action: nothing, Compensation: nothing}),
			[]string{"mail", "remove its Compensation"}},
		{"unknown kind", def(of("optional", "pay")), []string{"pay", `"optional"`, "Compensatable, Pivot, Retriable or ReadOnly"}},
		{"a reply without a time", def(saga.Step[cart]{Name: "pay", Action: nothing, Compensation: nothing, Reply: folded}), []string{"pay", "needs a ReplyTimeout"}},
		{"a time without a reply", def(saga.Step[cart]{Name: "pay", Action: nothing, Compensation: nothing, ReplyTimeout: 1}), []string{"pay", "without a Reply"}},
		{"a timer that acts", def(saga.Step[cart]{Name: "rest", Action: nothing, Sleep: func(cart) time.Duration { return 0 }}), []string{"rest", "make them two steps"}},
		{"a timer that is undone", def(saga.Step[cart]{Name: "rest", Compensation: nothing, Sleep: func(cart) time.Duration { return 0 }}), []string{"rest", "calls nobody"}},
		{"undo of a question", def(saga.Step[cart]{Name: "ask", Kind: saga.ReadOnly, Action: nothing, Compensation: nothing}), []string{"ask", "remove its Compensation"}},
		{"a question after the pivot", def(of(saga.Pivot, "pay"), of(saga.ReadOnly, "ask")), []string{"ask", "make it retriable"}},
		{"a name twice", def(plain("pay"), plain("ship"), plain("pay")), []string{"pay", "twice"}},
		{"no step", def(), []string{"0 steps"}},
		{"no name", def(plain("")), []string{`step ""`, "the name needs"}},
		{"slash in a name", def(plain("a/b")), []string{`"a/b"`, "/ and ~"}},
		{"tilde in a name", def(plain("a~undo")), []string{`"a~undo"`, "/ and ~"}},
		{"line break in a name", def(plain("a\nb")), []string{`"a\nb"`, "control characters"}},
		{"delete in a name", def(plain("a\x7f")), []string{"control characters"}},
		{"no UTF-8 in a name", def(plain("a\xff")), []string{"UTF-8"}},
		{"a long name", def(plain(long)), []string{"1 to 200 bytes"}},
		{"negative timeout", def(saga.Step[cart]{Name: "pay", Action: nothing, Compensation: nothing, Timeout: -1}),
			[]string{"pay", "timeout is negative"}},
		{"too many attempts", def(saga.Step[cart]{Name: "pay", Action: nothing, Compensation: nothing, Retry: saga.RetryPolicy{MaxAttempts: 10_001}}),
			[]string{"pay", "MaxAttempts is 10001"}},
		{"a wait longer than the longest", def(saga.Step[cart]{Name: "pay", Action: nothing, Compensation: nothing,
			Retry: saga.RetryPolicy{Initial: time.Minute, Max: time.Second}}), []string{"pay", "Initial 1m0s", "Max 1s"}},
		{"a shrinking wait", def(saga.Step[cart]{Name: "pay", Action: nothing, Compensation: nothing, Retry: saga.RetryPolicy{Factor: 0.5}}),
			[]string{"pay", "Factor is 0.5"}},
		{"unnamed definition", saga.Definition[cart]{Version: 1, Steps: []saga.Step[cart]{plain("pay")}}, []string{`definition ""`, "the name needs"}},
		{"no version", saga.Definition[cart]{Name: "order", Steps: []saga.Step[cart]{plain("pay")}}, []string{"version is 0", "from 1"}},
		{"negative deadline", saga.Definition[cart]{Name: "order", Version: 1, Deadline: -1, Steps: []saga.Step[cart]{plain("pay")}},
			[]string{"deadline is negative"}},
		{"a timeout longer than the deadline", saga.Definition[cart]{Name: "order", Version: 1, Deadline: time.Minute,
			Steps: []saga.Step[cart]{{Name: "pay", Action: nothing, Compensation: nothing, Timeout: time.Hour}}}, []string{"pay", "1h0m0s", "1m0s"}},
		{"the default timeout longer than the deadline", saga.Definition[cart]{Name: "order", Version: 1, Deadline: time.Second,
			Steps: []saga.Step[cart]{plain("pay")}}, []string{"pay", "10s", "1s"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine, err := saga.New(memory.Open(), nil, c.def)
			wantSaid(t, err, append(c.says, "definition")...)
			wantIs(t, err, saga.ErrInvalid)
			if engine != nil {
				t.Error("an engine was made all the same")
			}
		})
	}
}

func TestNewChecksTheConfig(t *testing.T) {
	for _, c := range []struct {
		says   string
		config saga.Config
	}{
		{"Config.Concurrency is -1", saga.Config{Concurrency: -1}},
		{"Config.Drain", saga.Config{Drain: -1}},
		{"Config.Lease is 1ms", saga.Config{Lease: time.Millisecond}},
		{"Config.StateLimit is 600000", saga.Config{StateLimit: 600_000}},
		{"Config.StateLimit is -1", saga.Config{StateLimit: -1}},
		{"Config.Timeout", saga.Config{Timeout: -1}},
		{`Config.Node "a\x00b"`, saga.Config{Node: "a\x00b"}},
		{"Config.Retry", saga.Config{Retry: saga.RetryPolicy{MaxAttempts: -1}}},
		{"Config.CompensationRetry", saga.Config{CompensationRetry: saga.RetryPolicy{Max: 25 * time.Hour}}},
	} {
		t.Run(c.says, func(t *testing.T) {
			_, err := saga.New(memory.Open(), &c.config, def(plain("pay")))
			wantSaid(t, err, c.says)
			wantIs(t, err, saga.ErrInvalid)
		})
	}
}

// Whoever repairs what New says has nothing to repair a second time.
func TestNewReportsAllMistakesAtOnce(t *testing.T) {
	bad := saga.Definition[cart]{Name: "bad", Deadline: -time.Second, Steps: []saga.Step[cart]{
		{Name: "a/b", Compensation: nothing}, {Name: "undoless", Action: nothing},
		of(saga.Pivot, "go"), of(saga.Pivot, "again"), plain("after"), of("odd", "kind"), plain("twice"), plain("twice"),
	}}
	lossy := saga.Definition[struct{ hidden int }]{Name: "lossy", Version: 1}
	_, err := saga.New(nil, &saga.Config{Concurrency: -1, Drain: -1}, bad, lossy)
	wantIs(t, err, saga.ErrInvalid)
	wantSaid(t, err, "no store", "Config.Concurrency", "Config.Drain",
		"version is 0", "deadline is negative", `"a/b"`, "no Action", `"undoless"`, `"again"`, `"after"`, `"odd"`, `"twice": the name stands twice`,
		"hidden", "0 steps")
}

// A budget that cannot be kept is a mistake like the others and is reported beside them.
func TestNewReportsEveryBudget(t *testing.T) {
	slow := func(name string) saga.Step[cart] {
		st := plain(name)
		st.Timeout = time.Hour
		return st
	}
	d := saga.Definition[cart]{Name: "slow", Version: 1, Deadline: time.Minute, Steps: []saga.Step[cart]{
		slow("first"), slow("second"), {Name: "undoless", Action: nothing}}}
	_, err := saga.New(memory.Open(), nil, d)
	wantSaid(t, err, `"undoless"`, `step "first": its timeout 1h0m0s`, `step "second": its timeout 1h0m0s`)
}

func TestNewTakesADefinitionOnce(t *testing.T) {
	d, second := def(plain("pay")), def(plain("pay"))
	second.Version = 2
	_, err := saga.New(memory.Open(), nil, d, second, d)
	wantSaid(t, err, `"order" version 1`, "twice")
	wantIs(t, err, saga.ErrInvalid)
	if _, err := saga.New(memory.Open(), nil, d, second); err != nil {
		t.Errorf("two versions of one definition: %v", err)
	}
}

// A policy names what it wants; the rest is filled in so that it makes sense.
func TestNewFillsPoliciesSensibly(t *testing.T) {
	st := plain("pay")
	st.Retry = saga.RetryPolicy{Initial: time.Minute}
	for name, c := range map[string]*saga.Config{
		"nothing":     nil,
		"zero":        {},
		"long first":  {Retry: saga.RetryPolicy{Initial: time.Minute}},
		"short waits": {Retry: saga.RetryPolicy{Max: 50 * time.Millisecond}},
	} {
		if _, err := saga.New(memory.Open(), c, def(st)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func folded(*cart, saga.Reply) error { return nil }
