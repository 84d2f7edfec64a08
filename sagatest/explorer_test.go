package sagatest_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
)

// recorder stands in for a test that is expected to fail.
type recorder struct {
	testing.TB
	failed string
	logged string
}

func (r *recorder) Helper() {}
func (r *recorder) Fatal(args ...any) {
	r.failed = fmt.Sprint(args...)
	panic(r)
}
func (r *recorder) Fatalf(format string, args ...any) { r.Fatal(fmt.Sprintf(format, args...)) }
func (r *recorder) Log(args ...any)                   { r.logged += fmt.Sprintln(args...) }

// recorded runs a test that may fail.
func recorded(t *testing.T, run func(tb testing.TB)) (r *recorder) {
	r = &recorder{TB: t}
	defer func() {
		if v := recover(); v != nil && v != any(r) {
			panic(v)
		}
	}()
	run(r)
	return r
}

// The five natures of steps survive two faults, and chance, and nothing of them is left out.
func TestReferenceSurvives(t *testing.T) {
	report := sagatest.Explore(t, &sagatest.Config{Schedules: 1500, Random: 500, Without: replies()}, reference.Case)
	if len(report.NotOffered)+len(report.NotCalled)+len(report.NotModelled) > 0 {
		t.Errorf("the reference leaves something out:\n%v", report)
	}
	for _, end := range []saga.Status{saga.Completed, saga.Compensated, saga.Failed} {
		if report.Ends[string(end)] == 0 {
			t.Errorf("no run ended %s:\n%v", end, report)
		}
	}
}

func TestModelOfADefinition(t *testing.T) {
	never := func(context.Context, *Order, saga.Attempt) error {
		t.Error("a function of the definition is called")
		return nil
	}
	report := sagatest.Explore(t, short(), func(w *sagatest.World) sagatest.Case[Order] {
		return sagatest.Case[Order]{Definition: sagatest.Model(w, saga.Definition[Order]{
			Name: "order", Version: 2, LeaveInDoubt: true, Steps: []saga.Step[Order]{
				{Name: "status", Action: never, Compensation: never, Replayable: true},
				{Name: "stock", Action: never, Compensation: never, Probe: never, Fence: never, Timeout: time.Second,
					Retry: saga.RetryPolicy{MaxAttempts: 2, Initial: time.Millisecond}},
				{Name: "insert", Kind: saga.Pivot, Action: never, Probe: never, Fence: never, Replayable: true,
					Retry: saga.RetryPolicy{MaxAttempts: 2, Initial: time.Millisecond}},
			},
		}), Input: Order{Item: "EST-1"}}
	})
	if report.Ends[string(saga.Completed)] == 0 || report.Ends[string(saga.Compensated)] == 0 || report.Ends[string(saga.Failed)] == 0 {
		t.Errorf("not every end was reached:\n%v", report)
	}
}

func TestTheSameSeedGivesTheSameReport(t *testing.T) {
	explore := func(seed uint64) sagatest.Report {
		c := short()
		c.Schedules, c.Seed = 400, seed
		report, failure := sagatest.Find(c, twoSteps)
		if failure != nil {
			t.Fatal(failure)
		}
		report.Took = 0
		return report
	}
	first := explore(7)
	if second := explore(7); !reflect.DeepEqual(first, second) {
		t.Errorf("seed 7 gave\n%v\nand then\n%v", first, second)
	}
	if other := explore(8); reflect.DeepEqual(first, other) {
		t.Errorf("seeds 7 and 8 gave the same:\n%v", first)
	}
	if first.Complete {
		t.Error("400 schedules cannot be all")
	}
}

// undoTwice is a case whose undo is not idempotent.
func undoTwice(w *sagatest.World) sagatest.Case[Order] {
	c := twoSteps(w)
	c.Definition.Steps[0].Compensation = func(_ context.Context, _ *Order, a saga.Attempt) error {
		w.Happened(a.Key)
		return nil
	}
	return c
}

// lostAnswers is what shows it.
func lostAnswers() *sagatest.Config {
	return only(sagatest.AnswerLost, sagatest.CallLost, sagatest.Refuses)
}

func TestAPrintedScheduleIsTheSameRun(t *testing.T) {
	failure := broken(t, lostAnswers(), undoTwice, sagatest.OneEffect)
	text := failure.Schedule.String()
	if !strings.HasPrefix(text, "sagatest.Schedule{{At: ") || strings.Count(text, "Do: sagatest.") != len(failure.Schedule) {
		t.Fatalf("%q is not Go source of %d faults", text, len(failure.Schedule))
	}
	for range 3 {
		story, again := sagatest.Play(lostAnswers(), failure.Schedule, undoTwice)
		if again == nil || again.What != failure.What || !slices.Equal(again.Schedule, failure.Schedule) {
			t.Fatalf("replayed, %v broke %v", failure.Schedule, again)
		}
		if !slices.Equal(story, failure.Story) {
			t.Fatalf("another story:\n%s\nfirst it was\n%s", strings.Join(story, "\n"), strings.Join(failure.Story, "\n"))
		}
	}
}

func TestAFailedExplorationTellsEverything(t *testing.T) {
	r := recorded(t, func(tb testing.TB) { sagatest.Explore(tb, lostAnswers(), undoTwice) })
	for _, text := range []string{
		"broken: 4: one key, one effect", "the undo of step reserve took effect twice", "schedule (found as number ",
		"sagatest.Schedule{{At: ", "client", "dur", "schedules in",
	} {
		if !strings.Contains(r.failed, text) {
			t.Errorf("it does not say %q:\n%s", text, r.failed)
		}
	}
}

func TestReplay(t *testing.T) {
	failure := broken(t, lostAnswers(), undoTwice, sagatest.OneEffect)
	r := recorded(t, func(tb testing.TB) { sagatest.Replay(tb, lostAnswers(), failure.Schedule, undoTwice) })
	if !strings.Contains(r.failed, "took effect twice") {
		t.Errorf("replayed, it says %q", r.failed)
	}
	r = recorded(t, func(tb testing.TB) { sagatest.Replay(tb, lostAnswers(), failure.Schedule, twoSteps) })
	if r.failed != "" || !strings.Contains(r.logged, "fault") {
		t.Errorf("with the mistake mended, it fails with %q and tells\n%s", r.failed, r.logged)
	}
}

func TestAnExplorationThatProvesLittleFails(t *testing.T) {
	c := only(sagatest.CallLost, sagatest.GivesUp)
	report, failure := sagatest.Find(c, twoSteps)
	if failure == nil || failure.Guarantee != sagatest.Covered || !strings.Contains(failure.What, "GivesUp never came to strike") {
		t.Fatalf("no client is left without an answer, so none gives up, but: %v\n%v", failure, report)
	}
	c.Without = append(c.Without, sagatest.GivesUp)
	report, failure = sagatest.Find(c, twoSteps)
	if failure != nil || len(report.Struck) != 1 || report.Struck[sagatest.CallLost] == 0 {
		t.Errorf("%v\n%v", failure, report)
	}
}

// Each kind strikes at least once at each place where it was possible, however small the search.
func TestASmallSearchIsMadeComplete(t *testing.T) {
	report, failure := sagatest.Find(&sagatest.Config{Bound: 1, Random: -1}, twoSteps)
	if failure != nil || report.Struck[sagatest.GivesUp] == 0 {
		t.Errorf("a client that gives up needs two faults and should have been tried: %v\n%v", failure, report)
	}
}

// What a definition leaves no place for is listed with the reason, and does not fail.
func TestWhatCannotStrikeIsExplained(t *testing.T) {
	report, failure := sagatest.Find(short(), func(w *sagatest.World) sagatest.Case[struct{ Items []string }] {
		done := false
		return sagatest.Case[struct{ Items []string }]{Definition: saga.Definition[struct{ Items []string }]{
			Name: "d", Version: 1, Steps: []saga.Step[struct{ Items []string }]{{
				Name: "only", Kind: saga.Retriable,
				Action: func(_ context.Context, _ *struct{ Items []string }, a saga.Attempt) error {
					if !done {
						done = true
						w.Happened(a.Key)
					}
					return nil
				},
				Probe: func(context.Context, *struct{ Items []string }, saga.Attempt) error {
					if !done {
						return saga.NotDone
					}
					return nil
				},
			}},
		}}
	})
	if failure != nil {
		t.Fatal(failure)
	}
	for _, k := range []sagatest.Kind{sagatest.Stalled, sagatest.StartsOther, sagatest.Refuses, sagatest.DoesNothing, sagatest.CallTwice} {
		if report.NotOffered[k] == "" {
			t.Errorf("%v could not strike, and it is not said why:\n%v", k, report)
		}
	}
}

func TestCasesThatCannotBeExplored(t *testing.T) {
	silent := func(context.Context, *Order, saga.Attempt) error { return nil }
	for name, c := range map[string]struct {
		build builder
		says  string
	}{
		"no definition": {func(*sagatest.World) sagatest.Case[Order] { return sagatest.Case[Order]{} }, "has no steps"},
		"a bad definition": {with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
			c.Definition.Version = 0
		}), "version is 0"},
		"nothing happens": {with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
			c.Definition.Steps = []saga.Step[Order]{{Name: "a", Kind: saga.Pivot, Action: silent}}
		}), "World.Happened"},
		"another instance's key": {with(func(w *sagatest.World, c *sagatest.Case[Order]) {
			c.Definition.Steps[0].Action = func(context.Context, *Order, saga.Attempt) error {
				w.Happened(saga.Key{Instance: "x", Step: "reserve"})
				return nil
			}
		}), `instance "x"`},
		"another step's key": {with(func(w *sagatest.World, c *sagatest.Case[Order]) {
			c.Definition.Steps[0].Action = func(_ context.Context, _ *Order, a saga.Attempt) error {
				w.Happened(saga.Key{Instance: a.Key.Instance, Step: "x"})
				return nil
			}
		}), `step "x"`},
		"an undo with the action's key": {with(func(w *sagatest.World, c *sagatest.Case[Order]) {
			c.Definition.Steps[0].Action = does(w.Participant("stock").Undo)
		}), "of the other direction"},
		"a bad id": {with(func(_ *sagatest.World, c *sagatest.Case[Order]) { c.ID = " " }), "the start is refused"},
	} {
		t.Run(name, func(t *testing.T) { broken(t, quick(), c.build, sagatest.Explorable, c.says) })
	}
}

// A case that is not the same each time cannot be replayed, and that is said.
func TestACaseThatSharesAVariable(t *testing.T) {
	runs := make(chan int, 1)
	runs <- 0
	broken(t, quick(), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		n := <-runs
		runs <- n + 1
		c.Check = func(saga.Instance) error {
			if n == 20 {
				return refuse("the twentieth run is bad")
			}
			return nil
		}
	}), sagatest.Explorable, "the same schedule again did not break it", "the twentieth run is bad")
}

func TestAFunctionThatEndsItsGoroutine(t *testing.T) {
	runs := make(chan int, 1)
	runs <- 0
	broken(t, quick(), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		n := <-runs
		runs <- n + 1
		c.Check = func(saga.Instance) error {
			if n == 20 {
				(&testing.T{}).FailNow()
			}
			return nil
		}
	}), sagatest.Explorable, "ended its goroutine")
}
