package sagatest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
)

// Each test makes one mistake and wants it to be called by its name.

func TestAnAppendThatIsNotDurable(t *testing.T) {
	bad := badStore{journal: func(j saga.Journal) saga.Journal { return forgetful{j} }}
	broken(t, over(bad), twoSteps, sagatest.NothingLost, "before the start is durable")
}

func TestAHistoryWithAGap(t *testing.T) {
	bad := badStore{journal: func(j saga.Journal) saga.Journal { return lossy{j} }}
	broken(t, over(bad), twoSteps, sagatest.NothingLost, "history")
}

func TestAnInstanceThatNobodyClaims(t *testing.T) {
	bad := badStore{instances: func(in saga.Instances) saga.Instances { return greedy{in} }}
	broken(t, over(bad), twoSteps, sagatest.EndsOrVisible, "does not move")
}

func TestANodeThatGoesOnAfterItsSeal(t *testing.T) {
	bad := badStore{journal: func(j saga.Journal) saga.Journal { return deaf{j} }}
	failure := broken(t, over(bad), twoSteps, sagatest.OneOwner, "after its journal was sealed")
	if len(failure.Schedule) != 1 || failure.Schedule[0].Do != sagatest.TakenOver {
		t.Errorf("one takeover shows it, not %v", failure.Schedule)
	}
}

func TestARowThatCannotBeRead(t *testing.T) {
	bad := badStore{instances: func(in saga.Instances) saga.Instances { return garbled{in} }}
	broken(t, over(bad), twoSteps, sagatest.Sound, "warns")
}

func TestNodesThatGoRoundInCircles(t *testing.T) {
	bad := badStore{instances: func(in saga.Instances) saga.Instances { return insistent{in} }}
	broken(t, over(bad), twoSteps, sagatest.EndsOrVisible, "round in circles")
}

func TestTheSameInputTakenForAnother(t *testing.T) {
	bad := badStore{instances: func(in saga.Instances) saga.Instances { return confused{in} }}
	broken(t, over(bad), twoSteps, sagatest.SameAnswer, "same id and input is refused")
}

func TestAnEffectForEachCall(t *testing.T) {
	broken(t, quick(), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		c.Definition.Steps[1].Probe = nil
		c.Definition.Steps[1].Action = func(_ context.Context, _ *Order, a saga.Attempt) error {
			w.Happened(a.Key)
			return nil
		}
	}), sagatest.OneEffect, "charge took effect twice")
}

func TestAnEffectThatComesAfterItsUndo(t *testing.T) {
	broken(t, only(sagatest.CallLast, sagatest.Refuses), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		done := map[saga.Key]bool{} // and forgets that it was undone
		st := &c.Definition.Steps[0]
		st.Probe, st.Fence, st.Replayable = nil, nil, true
		st.Action = func(_ context.Context, _ *Order, a saga.Attempt) error {
			if !done[a.Key] {
				done[a.Key] = true
				w.Happened(a.Key)
			}
			return nil
		}
		st.Compensation = func(_ context.Context, _ *Order, a saga.Attempt) error {
			if done[a.Key.Action()] {
				done[a.Key.Action()] = false
				w.Happened(a.Key)
			}
			return nil
		}
	}), sagatest.OneEffect, "took effect again", "after it was undone")
}

func TestAnUndoOfNothing(t *testing.T) {
	c := only(sagatest.TurnedBack, sagatest.CrashBefore, sagatest.AckLost)
	c.Bound = 3
	broken(t, c, with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		st := &c.Definition.Steps[0]
		st.Probe, st.Fence, st.Replayable = nil, nil, true
		undone := false
		st.Compensation = func(_ context.Context, _ *Order, a saga.Attempt) error {
			if !undone {
				undone = true
				w.Happened(a.Key)
			}
			return nil
		}
	}), sagatest.OneEffect, "the undo of step reserve took effect", "never did")
}

func TestAFenceThatDoesNotHold(t *testing.T) {
	broken(t, only(sagatest.CallLast, sagatest.Refuses), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		bank := w.Participant("bank")
		c.Definition.Steps[1].Fence = func(ctx context.Context, _ *Order, a saga.Attempt) error {
			if err := bank.Probe(ctx, a.Key); err != nil {
				return refuse("not so far")
			}
			return nil
		}
	}), sagatest.UnknownIsNoFailure, "charge took effect", "after its fence had said that it never would")
}

func TestAnUndoOutOfOrder(t *testing.T) {
	broken(t, quick(), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		mail := w.Participant("mail")
		c.Definition.Steps[1].Kind = saga.Compensatable
		c.Definition.Steps[1].Compensation = func(ctx context.Context, o *Order, a saga.Attempt) error {
			first := a.Key
			first.Step = "reserve" // the undo of another step
			return w.Participant("stock").Undo(ctx, first)
		}
		c.Definition.Steps = append(c.Definition.Steps, saga.Step[Order]{Name: "mail", Kind: saga.Pivot, Action: does(mail.Do)})
	}), sagatest.Reverse, "reserve is undone while the later step charge stands")
}

func TestARefusalThatIsNone(t *testing.T) {
	broken(t, quick(), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		bank := w.Participant("bank")
		c.Definition.Steps[1].Action = func(ctx context.Context, _ *Order, a saga.Attempt) error {
			if err := bank.Do(ctx, a.Key); err != nil {
				return err
			}
			if a.Number > 1 {
				return refuse("the charge is there already")
			}
			return nil
		}
		c.Definition.Steps[1].Probe = nil
	}), sagatest.Truthful, `the action of step charge said "refused", and the effect stands`)
}

func TestAnErrorTakenForNotDone(t *testing.T) {
	broken(t, quick(), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		c.Definition.Steps[1].Action = func(_ context.Context, _ *Order, a saga.Attempt) error {
			w.Happened(a.Key)
			return saga.NotDone
		}
	}), sagatest.Truthful, "in this very call")
}

func TestASuccessThatIsNone(t *testing.T) {
	broken(t, quick(), with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		bank := w.Participant("bank")
		c.Definition.Steps[1].Action = func(ctx context.Context, _ *Order, a saga.Attempt) error {
			if err := bank.Do(ctx, a.Key); !errors.Is(err, saga.NotDone) {
				return err
			}
			return nil // it will have worked
		}
	}), sagatest.Truthful, `the action of step charge said "succeeded", and nothing has happened`)
}

func TestAnUndoThatIsForgotten(t *testing.T) {
	broken(t, quick(), with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
		c.Definition.Steps[0].Compensation = func(context.Context, *Order, saga.Attempt) error { return nil }
	}), sagatest.Truthful, "the compensation of step reserve", "the effect stands")
}

func TestALateOriginalThatIsNotForbidden(t *testing.T) {
	c := only(sagatest.TurnedBack, sagatest.CrashBefore, sagatest.AckLost)
	c.Bound = 3
	broken(t, c, with(func(w *sagatest.World, c *sagatest.Case[Order]) {
		done, undone := map[saga.Key]bool{}, false
		st := &c.Definition.Steps[0]
		st.Probe, st.Fence, st.Replayable = nil, nil, true
		st.Action = func(_ context.Context, _ *Order, a saga.Attempt) error {
			if !done[a.Key] {
				done[a.Key] = true
				w.Happened(a.Key)
			}
			return nil
		}
		st.Compensation = func(_ context.Context, _ *Order, a saga.Attempt) error {
			if done[a.Key.Action()] && !undone {
				undone = true
				w.Happened(a.Key)
			}
			return nil // an undo of nothing is not remembered
		}
	}), sagatest.EndIsTrue, "effects")
}

func TestAReplyThatIsNotKept(t *testing.T) {
	calls := func(change func(o *Order, n int) error) builder {
		return with(func(w *sagatest.World, c *sagatest.Case[Order]) {
			n, stock := 0, w.Participant("stock")
			c.Definition.Steps[0].Replayable = true
			c.Definition.Steps[0].Action = func(ctx context.Context, o *Order, a saga.Attempt) error {
				n++
				if err := stock.Do(ctx, a.Key); err != nil {
					return err
				}
				return change(o, n)
			}
		})
	}
	broken(t, quick(), calls(func(o *Order, n int) error {
		o.Item += string(rune('0' + n))
		return nil
	}), sagatest.SameReplay, "changed the state by")
	broken(t, quick(), calls(func(_ *Order, n int) error {
		if n > 1 {
			return errors.New("seen before")
		}
		return nil
	}), sagatest.SameReplay, "seen before")
}

func TestTheOwnCheck(t *testing.T) {
	failure := broken(t, quick(), with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
		c.Check = func(in saga.Instance) error {
			if in.Status == saga.Compensated {
				return errors.New("we never give money back")
			}
			return nil
		}
	}), sagatest.OwnCheck, "we never give money back")
	if len(failure.Schedule) != 1 {
		t.Errorf("one fault turns the saga back, not %v", failure.Schedule)
	}
}
