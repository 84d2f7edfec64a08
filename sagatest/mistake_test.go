package sagatest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
)

// takes is a function that takes an error which says nothing for an answer; every error if all is
// set.
func takes(answer error, all bool, call func(context.Context, saga.Key) error) saga.Func[Order] {
	return func(ctx context.Context, _ *Order, a saga.Attempt) error {
		err := call(ctx, a.Key)
		if err == nil || !all && saga.OutcomeOf(err) != saga.Unknown {
			return err
		}
		return answer
	}
}

// Each function of a step makes the classic mistake in each way in which it can be told.
func TestAnErrorTakenForAnAnswer(t *testing.T) {
	for function, place := range map[string]func(st *saga.Step[Order], p *sagatest.Participant, answer error, all bool){
		"action": func(st *saga.Step[Order], p *sagatest.Participant, answer error, all bool) {
			st.Action = takes(answer, all, p.Do)
		},
		"probe": func(st *saga.Step[Order], p *sagatest.Participant, answer error, all bool) {
			st.Probe = takes(answer, all, p.Probe)
		},
		"fence": func(st *saga.Step[Order], p *sagatest.Participant, answer error, all bool) {
			st.Fence = takes(answer, all, p.Fence)
		},
		"compensation": func(st *saga.Step[Order], p *sagatest.Participant, answer error, all bool) {
			st.Compensation = takes(answer, all, p.Undo)
		},
	} {
		for _, answer := range []error{nil, saga.Refused, saga.NotDone} {
			if function == "fence" && errors.Is(answer, saga.NotDone) {
				continue // a fence that says so is asked again, so this one does no harm
			}
			for _, all := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%v/%v", function, answer, all), func(t *testing.T) {
					c := quick()
					if all { // a late original may belie what was said later on
						c = only(sagatest.CallLost, sagatest.AnswerLost, sagatest.Refuses, sagatest.BreaksBefore, sagatest.BreaksAfter)
						c.Bound = 3
					}
					broken(t, c, with(func(w *sagatest.World, c *sagatest.Case[Order]) {
						place(&c.Definition.Steps[0], w.Participant("stock"), answer, all)
					}), sagatest.Truthful, "the "+function+" of step reserve said")
				})
			}
		}
	}
}

// shelf is a participant of the tests' own, which asks the world what it answers.
type shelf struct {
	w    *sagatest.World
	done map[saga.Key]bool
}

func (s shelf) take(key saga.Key) error {
	if s.done[key] {
		return s.w.Answer(key, nil)
	}
	return s.w.Answer(key, func() {
		s.done[key] = true
		s.w.Happened(key)
	})
}

// onShelf makes the first step reserve on a shelf through a function that may be mistaken.
func onShelf(action func(s shelf, key saga.Key) error) builder {
	return with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		s, st := shelf{w, map[saga.Key]bool{}}, &c.Definition.Steps[0]
		forbidden := map[saga.Key]bool{}
		st.Action = func(_ context.Context, _ *Order, a saga.Attempt) error {
			if forbidden[a.Key] {
				return refuse("it is fenced")
			}
			return action(s, a.Key)
		}
		st.Probe = func(_ context.Context, _ *Order, a saga.Attempt) error {
			switch err := s.w.Answer(a.Key, nil); {
			case err != nil:
				return err
			case !s.done[a.Key]:
				return saga.NotDone
			}
			return nil
		}
		st.Fence = func(_ context.Context, _ *Order, a saga.Attempt) error {
			if s.done[a.Key] {
				return nil
			}
			forbidden[a.Key] = true
			return refuse("from now on")
		}
		st.Compensation = func(_ context.Context, _ *Order, a saga.Attempt) error { return s.take(a.Key) }
	})
}

// A model of one's own breaks off as well, and what its function makes of that shows.
func TestAModelThatBreaksOff(t *testing.T) {
	report, failure := sagatest.Find(short(), onShelf(shelf.take))
	if failure != nil || report.Struck[sagatest.BreaksBefore] == 0 || report.Struck[sagatest.BreaksAfter] == 0 {
		t.Fatalf("a function that passes on what it is told: %v\n%v", failure, report)
	}
	failure = broken(t, only(sagatest.BreaksBefore, sagatest.BreaksAfter), onShelf(func(s shelf, key saga.Key) error {
		if s.take(key) != nil {
			return saga.NotDone
		}
		return nil
	}), sagatest.Truthful, "in this very call")
	if len(failure.Schedule) != 1 || failure.Schedule[0].Do != sagatest.BreaksAfter {
		t.Errorf("one answer that breaks off shows it, not %v", failure.Schedule)
	}
}

// A step that must finish repeats the key that was refused, so that it never will.
func TestARetriableStepThatForgetsItsRound(t *testing.T) {
	failure := broken(t, quick(), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		mail := w.Participant("mail")
		c.Definition.Steps = append(c.Definition.Steps, saga.Step[Order]{
			Name: "mail", Kind: saga.Retriable, Replayable: true,
			Action: func(ctx context.Context, _ *Order, a saga.Attempt) error {
				a.Key.Round = 0
				return mail.Do(ctx, a.Key)
			},
		})
	}), sagatest.EndsOrVisible, "cannot finish", "works again")
	if len(failure.Schedule) != 1 || failure.Schedule[0].Do != sagatest.Refuses {
		t.Errorf("one refusal shows it, not %v", failure.Schedule)
	}
}

// An undo that never comes to an answer leaves an instance to people although everything works.
func TestAnUndoThatNeverEnds(t *testing.T) {
	broken(t, quick(), with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
		c.Definition.Steps[0].Compensation = func(context.Context, *Order, saga.Attempt) error {
			return errors.New("no such method")
		}
	}), sagatest.EndsOrVisible, "undo unfinished", "no such method")
}

// Attention that lasts as long as the faults do is right, however small the budget.
func TestAttentionThatEndsWithTheFaults(t *testing.T) {
	c := only(sagatest.DoesNothing, sagatest.Refuses)
	c.Bound = 4
	report, failure := sagatest.Find(c, with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		once, mail := saga.RetryPolicy{MaxAttempts: 1}, w.Participant("mail")
		c.Definition.Steps = append(c.Definition.Steps, saga.Step[Order]{
			Name: "mail", Kind: saga.Retriable, Replayable: true, Retry: once, Action: does(mail.Do),
		})
	}))
	if failure != nil {
		t.Errorf("%v\n%v", failure, report)
	}
}

// What is right is not taken for a mistake: a person who is answered late, or an instance that moves late, because
// everything stood still meanwhile, and a start of another input that is answered before the one that it followed.
func TestNoFalseAlarm(t *testing.T) {
	for what, schedule := range map[string]sagatest.Schedule{
		"Stalled at action": {
			{At: 5, Do: sagatest.Stopped}, {At: 8, Do: sagatest.AckLost}, {At: 10, Do: sagatest.AckLost},
			{At: 15, Do: sagatest.Stalled}, {At: 18, Do: sagatest.AckLost},
		},
		"n1        has ended": {
			{At: 5, Do: sagatest.AnswerLost}, {At: 22, Do: sagatest.Stalled}, {At: 26, Do: sagatest.Leaves}, {At: 32, Do: sagatest.WriteLost},
		},
		"starts with another input case at n2": {
			{At: 0, Do: sagatest.StartsTwice}, {At: 4, Do: sagatest.Delayed}, {At: 7, Do: sagatest.Delayed},
			{At: 9, Do: sagatest.StartsOther}, {At: 11, Do: sagatest.WriteLost}, {At: 12, Do: sagatest.CallLost},
		},
	} {
		story, failure := sagatest.Play(nil, schedule, reference.Chained)
		if failure != nil {
			t.Error(failure)
		}
		if text := strings.Join(story, "\n"); !strings.Contains(text, what) {
			t.Errorf("the schedule does not fit any more:\n%s", text)
		}
	}
}
