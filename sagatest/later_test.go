package sagatest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
)

// Steps that are answered later, timers and conditions survive every single fault, and chance, with
// nothing left out. All pairs are run by the tests of planted bugs and by "make explore".
func TestSagasThatWaitSurvive(t *testing.T) {
	for name, build := range map[string]func(*sagatest.World) sagatest.Case[reference.Loan]{
		"replied": reference.Replied, "timed": reference.Timed, "ahead": reference.Ahead,
	} {
		t.Run(name, func(t *testing.T) {
			report := sagatest.Explore(t, &sagatest.Config{Bound: 1, Random: 1000}, build)
			if len(report.NotOffered) > 0 || !report.Complete {
				t.Errorf("the reference leaves something out:\n%v", report)
			}
			for _, end := range []saga.Status{saga.Completed, saga.Compensated} {
				if report.Ends[string(end)] == 0 {
					t.Errorf("no run ended %s:\n%v", end, report)
				}
			}
		})
	}
}

// later makes the charge one that the bank answers by a message.
func later(change func(w *sagatest.World, st *saga.Step[Order])) builder {
	return with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		st := &c.Definition.Steps[1]
		st.ReplyTimeout = time.Minute
		st.Reply = func(*Order, saga.Reply) error { return nil }
		st.Action = asks(w, w.Participant("bank").Do)
		if change != nil {
			change(w, st)
		}
	})
}

func asks(w *sagatest.World, do func(context.Context, saga.Key) error) saga.Func[Order] {
	return func(_ context.Context, _ *Order, a saga.Attempt) error { return w.Later(saga.Reply{Key: a.Key}, do) }
}

func TestAReplyThatIsNotTrue(t *testing.T) {
	broken(t, quick(), later(func(w *sagatest.World, st *saga.Step[Order]) {
		bank := w.Participant("bank")
		st.Action = asks(w, func(ctx context.Context, key saga.Key) error {
			_ = bank.Do(ctx, key) // whatever comes of it
			return nil
		})
	}), sagatest.Truthful, `the reply to the action of step charge said "succeeded", and nothing has happened`)
}

func TestAReplyFunctionThatTurnsAYesIntoANo(t *testing.T) {
	broken(t, quick(), later(func(_ *sagatest.World, st *saga.Step[Order]) {
		st.Reply = func(_ *Order, r saga.Reply) error {
			if r.Data == nil {
				return refuse("there is no receipt")
			}
			return nil
		}
	}), sagatest.Truthful, "the Reply function", "charge", "the effect stands")
}

// A participant that answers a repeat with another effect is found as one that answers at once is.
func TestAnEffectForEachMessage(t *testing.T) {
	failure := broken(t, quick(), later(func(w *sagatest.World, st *saga.Step[Order]) {
		st.Probe = nil
		st.Action = asks(w, func(_ context.Context, key saga.Key) error {
			w.Happened(key)
			return nil
		})
	}), sagatest.OneEffect, "charge took effect twice")
	if len(failure.Schedule) != 1 {
		t.Errorf("one fault shows it, not %v", failure.Schedule)
	}
}

func TestAReadOnlyStepThatHasAnEffect(t *testing.T) {
	broken(t, quick(), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		look := saga.Step[Order]{Name: "look", Kind: saga.ReadOnly, Action: func(_ context.Context, _ *Order, a saga.Attempt) error {
			w.Happened(a.Key)
			return nil
		}}
		c.Definition.Steps = append([]saga.Step[Order]{look}, c.Definition.Steps...)
	}), sagatest.Truthful, "step look is read-only")
}

// A condition that changes its mind leaves an effect behind of which the saga says that it was not needed.
func TestAConditionThatChangesItsMind(t *testing.T) {
	broken(t, quick(), with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
		asked := 0
		c.Definition.Steps[1].When = func(Order) bool { asked++; return asked == 1 }
	}), sagatest.Truthful, `of step charge said "not needed", and the effect stands`)
}

// Who waits for years is explored as fast as who waits for seconds.
func TestATimerOfYears(t *testing.T) {
	years := 3 * 365 * 24 * time.Hour
	report := sagatest.Explore(t, &sagatest.Config{Bound: 1, Random: -1}, with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
		rest := saga.Step[Order]{Name: "rest", Sleep: func(Order) time.Duration { return years }}
		c.Definition.Steps = append([]saga.Step[Order]{rest}, c.Definition.Steps...)
		c.Check = func(in saga.Instance) error {
			if in.Status == saga.Completed && in.Updated.Sub(in.Started) < years {
				return fmt.Errorf("it took %v", in.Updated.Sub(in.Started))
			}
			return nil
		}
	}))
	if report.Places[sagatest.AtTimer] == 0 {
		t.Errorf("nothing strikes a timer:\n%v", report)
	}
}

// A person who decides is a Later without anything to do.
func TestSomebodyWhoDecides(t *testing.T) {
	report := sagatest.Explore(t, short(), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		approval := saga.Step[Order]{
			Name: "approval", Kind: saga.ReadOnly, ReplyTimeout: 48 * time.Hour,
			Action: func(_ context.Context, _ *Order, a saga.Attempt) error {
				return w.Later(saga.Reply{Key: a.Key, Data: json.RawMessage(`"EST-2"`), By: "lee"}, nil)
			},
			Reply: func(o *Order, r saga.Reply) error {
				if r.By != "lee" {
					return errors.New("who is that?")
				}
				return json.Unmarshal(r.Data, &o.Item)
			},
		}
		c.Definition.Steps = append([]saga.Step[Order]{approval}, c.Definition.Steps...)
		c.Check = func(in saga.Instance) error {
			var o Order
			err := json.Unmarshal(in.State, &o)
			if err == nil && in.Status == saga.Completed && o.Item != "EST-2" {
				err = fmt.Errorf("the state is %s", in.State)
			}
			return err
		}
	}))
	if report.Ends[string(saga.Completed)] == 0 || report.Ends[string(saga.Failed)] == 0 {
		t.Errorf("they never say yes, or never no:\n%v", report)
	}
}

func TestModelOfASagaThatWaits(t *testing.T) {
	never := func(context.Context, *Order, saga.Attempt) error {
		t.Error("a function of the definition is called")
		return nil
	}
	report := sagatest.Explore(t, short(), func(w *sagatest.World) sagatest.Case[Order] {
		return sagatest.Case[Order]{Input: Order{Item: "EST-1"}, Definition: sagatest.Model(w, saga.Definition[Order]{
			Name: "order", Version: 1, Steps: []saga.Step[Order]{
				{Name: "stock", Action: never, Compensation: never, Fence: never, ReplyTimeout: time.Minute,
					Reply: func(*Order, saga.Reply) error { t.Error("the Reply function is called"); return nil }},
				{Name: "gift", When: func(o Order) bool { return o.Item == "" }, Action: never, Compensation: never, Replayable: true},
				{Name: "rest", Sleep: func(Order) time.Duration { return time.Hour }},
				{Name: "insert", Kind: saga.Pivot, Action: never, Probe: never, Fence: never},
			},
		}), NoEffect: []string{"gift"}}
	})
	if report.Struck[sagatest.ReplyTwice] == 0 || report.Ends[string(saga.Compensated)] == 0 {
		t.Errorf("it is not answered later:\n%v", report)
	}
}

func TestLaterThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		build builder
		says  string
	}{
		"no Reply": {with(func(w *sagatest.World, c *sagatest.Case[Order]) {
			c.Definition.Steps[0].Action = asks(w, w.Participant("stock").Do)
		}), "has no Reply"},
		"the key of another direction": {later(func(w *sagatest.World, st *saga.Step[Order]) {
			st.Kind = saga.Compensatable
			st.Compensation = func(_ context.Context, _ *Order, a saga.Attempt) error {
				return w.Later(saga.Reply{Key: a.Key.Action()}, nil)
			}
			st.Action = func(_ context.Context, _ *Order, a saga.Attempt) error {
				a.Key.Undo = true
				return w.Later(saga.Reply{Key: a.Key}, nil)
			}
		}), "not that of the call"},
		"nobody replies": {later(func(_ *sagatest.World, st *saga.Step[Order]) {
			st.Probe = nil
			st.Action = func(context.Context, *Order, saga.Attempt) error { return saga.Pending }
		}), "World.Later"},
	} {
		t.Run(name, func(t *testing.T) { broken(t, quick(), c.build, sagatest.Explorable, c.says) })
	}
}

// A node that was refused a repeated checkpoint, and not told whether its first try had gone in, does not
// know that it was taken over; nor is a refusal a lie that was one when it was said.
func TestNoFalseAlarmAboutWhatWaits(t *testing.T) {
	for _, c := range []struct {
		build    func(*sagatest.World) sagatest.Case[reference.Loan]
		schedule sagatest.Schedule
		shows    string
	}{
		{reference.Ahead, sagatest.Schedule{
			{At: 5, Do: sagatest.AnswerLost}, {At: 8, Do: sagatest.AckLost}, {At: 9, Do: sagatest.TakenOver},
			{At: 13, Do: sagatest.AckLost}, {At: 20, Do: sagatest.AckLost},
		}, "AckLost at read, point 20"},
		{reference.Replied, sagatest.Schedule{
			{At: 5, Do: sagatest.CallLate}, {At: 14, Do: sagatest.CrashBefore}, {At: 16, Do: sagatest.AckLost}, {At: 17, Do: sagatest.Refuses},
		}, "hears reply-1 about the action case/reserve: refused"},
		{reference.Replied, sagatest.Schedule{
			{At: 5, Do: sagatest.Stopped}, {At: 30, Do: sagatest.Stopped}, {At: 31, Do: sagatest.Stopped},
		}, "Stopped at action, point 30"},
	} {
		story, failure := sagatest.Play(nil, c.schedule, c.build)
		if failure != nil {
			t.Error(failure)
		}
		if text := strings.Join(story, "\n"); !strings.Contains(text, c.shows) {
			t.Errorf("the schedule does not fit any more:\n%s", text)
		}
	}
}
