package slogsaga_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/observe/slogsaga"
)

// paper is a log that is written to memory, one JSON object a line.
type paper struct{ bytes.Buffer }

func logger(level slog.Level) (*slogsaga.Logger, *paper) {
	p := &paper{}
	return slogsaga.New(slog.New(slog.NewJSONHandler(p, &slog.HandlerOptions{Level: level}))), p
}

// lines returns what was written since the last time.
func (p *paper) lines(t *testing.T) (all []map[string]any) {
	t.Helper()
	for line := range strings.Lines(p.String()) {
		var attrs map[string]any
		if err := json.Unmarshal([]byte(line), &attrs); err != nil {
			t.Fatal(err)
		}
		all = append(all, attrs)
	}
	p.Reset()
	return all
}

// one returns the level and text of the only line, or "" if there is none.
func (p *paper) one(t *testing.T) string {
	t.Helper()
	switch all := p.lines(t); len(all) {
	case 0:
		return ""
	case 1:
		return fmt.Sprint(all[0]["level"], " ", all[0]["msg"])
	default:
		return fmt.Sprint(len(all), " lines")
	}
}

func answered(call saga.CallKind, o saga.Outcome, s saga.Status) saga.Event {
	return saga.Event{Kind: saga.EventAnswered, Step: "pay", Call: call, Number: 1, Outcome: o, Status: s}
}

func TestWhatIsWrittenOfATransition(t *testing.T) {
	stopped := saga.Event{Kind: saga.EventOperated, Step: "pay", Hand: &saga.Hand{Verb: saga.Stop, By: "kim", Reason: "harm"}, Status: saga.NeedsAttention, Reason: saga.Stopped}
	attention := answered(saga.CallAction, saga.Unknown, saga.NeedsAttention)
	attention.Reason = saga.InDoubt
	for name, c := range map[string]struct {
		e    saga.Event
		want string
	}{
		"attention":                   {attention, "ERROR a saga needs attention"},
		"parked":                      {saga.Event{Kind: saga.EventParked, Status: saga.NeedsAttention, Reason: saga.UnknownDefinition}, "ERROR a saga needs attention"},
		"an intervention":             {stopped, "WARN a person intervened in a saga"},
		"an unknown outcome":          {answered(saga.CallAction, saga.Unknown, saga.Running), "WARN the outcome of a call is unknown"},
		"an unknown undo":             {answered(saga.CallCompensation, saga.Unknown, saga.Compensating), "WARN the outcome of a call is unknown"},
		"a refusal that turns back":   {answered(saga.CallAction, saga.Refused, saga.Compensating), "INFO refused, and the saga goes back"},
		"a refusal that ends it":      {answered(saga.CallAction, saga.Refused, saga.Failed), "INFO refused, and the saga goes back"},
		"a refused probe":             {answered(saga.CallProbe, saga.Refused, saga.Compensating), "INFO refused, and the saga goes back"},
		"the deadline":                {saga.Event{Kind: saga.EventTurned, Status: saga.Compensating}, "INFO a saga turns back at its deadline"},
		"a refusal that is retried":   {answered(saga.CallAction, saga.Refused, saga.Running), ""},
		"a fence on the way back":     {answered(saga.CallFence, saga.Refused, saga.Compensating), ""},
		"a start":                     {saga.Event{Kind: saga.EventStarted, Status: saga.Running}, ""},
		"a success":                   {answered(saga.CallAction, saga.Succeeded, saga.Completed), ""},
		"a call that did nothing":     {answered(saga.CallAction, saga.NotDone, saga.Running), ""},
		"one of many in a takeover":   {saga.Event{Kind: saga.EventRecovered, Status: saga.Running}, ""},
		"one that waits without node": {saga.Event{Kind: saga.EventReleased, Status: saga.Running}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			log, paper := logger(slog.LevelInfo)
			log.Observe(c.e)
			if got := paper.one(t); got != c.want {
				t.Errorf("written: %q, want %q", got, c.want)
			}
			log, paper = logger(slog.LevelDebug)
			log.Observe(c.e)
			if got := paper.one(t); got == "" || c.want == "" && !strings.HasPrefix(got, "DEBUG saga ") {
				t.Errorf("at debug level: %q", got)
			}
		})
	}
}

func TestWhatIsWrittenOfWorkOnTheStore(t *testing.T) {
	for name, c := range map[string]struct {
		m    saga.Measure
		want string
	}{
		"a takeover":            {saga.Measure{Kind: saga.MeasuredTakeover, Count: 7, Tries: 1}, "WARN took over another node's sagas"},
		"a takeover, or not":    {saga.Measure{Kind: saga.MeasuredTakeover, Failed: true, Tries: 1}, "WARN nobody knows whether a node was taken over; it is tried again"},
		"a rejected append":     {saga.Measure{Kind: saga.MeasuredAppend, Rejected: true, Tries: 1}, "WARN the store refused a write: another node has taken this one over"},
		"a rejected checkpoint": {saga.Measure{Kind: saga.MeasuredCheckpoint, Rejected: true, Tries: 1}, "WARN the store refused a write: another node has taken this one over"},
		"a slow append":         {saga.Measure{Kind: saga.MeasuredAppend, Took: slogsaga.Slow + 1, Tries: 1}, "WARN an append to the store was slow"},
		"a repeated append":     {saga.Measure{Kind: saga.MeasuredAppend, Tries: 2}, "WARN the store's answer to an append was lost, and it was repeated"},
		"an append":             {saga.Measure{Kind: saga.MeasuredAppend, Took: slogsaga.Slow, Tries: 1}, ""},
		"a slow checkpoint":     {saga.Measure{Kind: saga.MeasuredCheckpoint, Took: time.Minute, Tries: 1}, ""},
		"a claim":               {saga.Measure{Kind: saga.MeasuredClaim, Tries: 1}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			log, paper := logger(slog.LevelInfo)
			log.Measure(c.m)
			if got := paper.one(t); got != c.want {
				t.Errorf("written: %q, want %q", got, c.want)
			}
			log, paper = logger(slog.LevelDebug)
			log.Measure(c.m)
			if got := paper.one(t); got == "" || c.want == "" && !strings.HasPrefix(got, "DEBUG saga store ") {
				t.Errorf("at debug level: %q", got)
			}
		})
	}
}

// An instance that stands for a day must not fill the log with one line a minute.
func TestAttentionIsToldOfOnce(t *testing.T) {
	log, paper := logger(slog.LevelInfo)
	tell := func(seq int, s saga.Status, why saga.Reason) string {
		e := answered(saga.CallProbe, saga.Unknown, s)
		e.Instance, e.Seq, e.Reason = "i-1", seq, why
		log.Observe(e)
		return paper.one(t)
	}
	const again = "ERROR a saga needs attention"
	for _, c := range []struct {
		seq  int
		s    saga.Status
		why  saga.Reason
		want string
	}{
		{5, saga.NeedsAttention, saga.InDoubt, again},
		{6, saga.NeedsAttention, saga.InDoubt, ""},
		{7, saga.NeedsAttention, saga.CannotFence, again}, // the reason is new
		{8, saga.NeedsAttention, saga.CannotFence, ""},
		{11, saga.NeedsAttention, saga.CannotFence, again}, // another node had it in between
		{12, saga.NeedsAttention, saga.CannotFence, ""},
		{13, saga.Running, "", "INFO a saga needs attention no more and goes on"},
		{14, saga.NeedsAttention, saga.CannotFence, again},
		{15, saga.Compensated, "", "INFO a saga needs attention no more and has ended"},
	} {
		if got := tell(c.seq, c.s, c.why); got != c.want {
			t.Errorf("transition %d: %q, want %q", c.seq, got, c.want)
		}
	}
}

// In a crowd that is larger than the memory for it, something may be told of twice, and nothing is
// kept back.
func TestMoreInAttentionThanAreRemembered(t *testing.T) {
	log, paper := logger(slog.LevelInfo)
	const many = 10_100
	for i := range many {
		e := answered(saga.CallAction, saga.Unknown, saga.NeedsAttention)
		e.Instance, e.Seq, e.Reason = fmt.Sprint("i-", i), 2, saga.InDoubt
		log.Observe(e)
	}
	if n := len(paper.lines(t)); n != many {
		t.Errorf("%d of %d were told of", n, many)
	}
}

func TestNoSecretsAndNoNovels(t *testing.T) {
	log, paper := logger(slog.LevelDebug)
	e := answered(saga.CallAction, saga.Unknown, saga.NeedsAttention)
	e.Instance, e.Patch, e.Reason = "i-1", json.RawMessage(`{"Card":"5105 1051 0510 5100"}`), saga.InDoubt
	e.Error = "gateway:\n\x1b[31m" + strings.Repeat("ü", 300) + "\xff: out of reach"
	log.Observe(e)
	e.Kind, e.Hand = saga.EventOperated, &saga.Hand{Verb: saga.Stop, By: strings.Repeat("k", 300), Reason: strings.Repeat("w", 1000)}
	log.Observe(e)
	if strings.Contains(paper.String(), "5105") {
		t.Errorf("the state was written: %s", paper)
	}
	lines := paper.lines(t)
	said := lines[0]["error"].(string)
	if !strings.HasPrefix(said, "gateway: ·[31mü") || !strings.HasSuffix(said, "ü·: out of reach") || strings.ContainsAny(said, "\n\x1b") {
		t.Errorf("it was said: %q", said)
	}
	for name, text := range map[string]any{"error": said, "by": lines[1]["by"], "why": lines[1]["why"]} {
		if n := utf8.RuneCountInString(text.(string)); n > slogsaga.MostSaid || n < slogsaga.MostSaid-3 {
			t.Errorf("%s has %d characters", name, n)
		}
	}
	if lines[1]["verb"] != "stop" || lines[1]["msg"] != "a person intervened in a saga" {
		t.Errorf("%v", lines[1])
	}
}

func TestWhatHelpsAtThreeInTheMorningIsThere(t *testing.T) {
	log, paper := logger(slog.LevelInfo)
	e := answered(saga.CallCompensation, saga.Refused, saga.NeedsAttention)
	e.Instance, e.Definition, e.Version, e.Seq, e.Number = "order-1007", "order", 3, 9, 2
	e.Reason, e.Error, e.Took, e.Due, e.Open = saga.UndoRefused, "refused: shipped", 40*time.Millisecond, time.Unix(60, 0).UTC(), "mail"
	log.Observe(e)
	got := paper.lines(t)[0]
	for key, want := range map[string]any{
		"instance": "order-1007", "definition": "order", "version": 3.0, "seq": 9.0, "status": "needs attention",
		"reason": "undo refused", "step": "pay", "call": "compensation", "number": 2.0, "outcome": "refused",
		"error": "refused: shipped", "took": 4e7, "due": "1970-01-01T00:01:00Z", "open": "mail",
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	log.Measure(saga.Measure{Kind: saga.MeasuredTakeover, Node: "node-1", Count: 12, Took: time.Second, Bytes: 5, Tries: 2, Failed: true, Residents: 3, Batch: 4, Behind: 6, Lag: time.Second})
	got = paper.lines(t)[0]
	for key, want := range map[string]any{
		"kind": "takeover", "node": "node-1", "count": 12.0, "took": 1e9, "bytes": 5.0, "tries": 2.0, "failed": true,
		"residents": 3.0, "batch": 4.0, "behind": 6.0, "lag": 1e9,
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
}

// An instance in doubt is asked about once a minute; the log has one line until it is settled.
func TestHoursInDoubtAreOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type cart struct{ Item string }
		var up atomic.Bool
		probe := func(context.Context, *cart, saga.Attempt) error {
			if up.Load() {
				return nil
			}
			return errors.New("no answer")
		}
		d := saga.Definition[cart]{Name: "order", Version: 1, Steps: []saga.Step[cart]{{
			Name: "pay", Kind: saga.Pivot, Probe: probe, Retry: saga.RetryPolicy{MaxAttempts: 1},
			Action: func(context.Context, *cart, saga.Attempt) error { return errors.New("connection reset") },
		}}}
		log, paper := logger(slog.LevelInfo)
		e, err := saga.New(memory.Open(), &saga.Config{Observe: log.Observe, Measure: log.Measure, Logger: slog.New(slog.DiscardHandler)}, d)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- e.Run(ctx) }()
		if _, err := d.Start(ctx, e, "i-1", cart{}); err != nil {
			t.Fatal(err)
		}
		<-time.After(3 * time.Hour)
		synctest.Wait()
		if got := paper.one(t); got != "ERROR a saga needs attention" {
			t.Errorf("after three hours: %q", got)
		}
		up.Store(true)
		<-time.After(2 * time.Minute)
		synctest.Wait()
		if got := paper.one(t); got != "INFO a saga needs attention no more and has ended" {
			t.Errorf("once it answered: %q", got)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestNilIsTheDefaultLogger(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	p := &paper{}
	slog.SetDefault(slog.New(slog.NewJSONHandler(p, nil)))
	slogsaga.New(nil).Observe(saga.Event{Kind: saga.EventTurned, Status: saga.Compensating})
	if got := p.one(t); !strings.HasPrefix(got, "INFO") {
		t.Errorf("written: %q", got)
	}
}
