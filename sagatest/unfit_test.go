package sagatest_test

import (
	"context"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
)

// A saga that does not complete when nothing goes wrong would be explored on its way back only.
func TestASagaThatNeverCompletes(t *testing.T) {
	failure := broken(t, quick(), with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
		c.Definition.Steps[1].Action = func(context.Context, *Order, saga.Attempt) error { return refuse("no such account") }
	}), sagatest.Explorable, "nothing went wrong", "compensated", "no such account")
	if len(failure.Schedule) != 0 || len(failure.Story) == 0 {
		t.Errorf("want the story of the run without faults, not %v", failure)
	}
	broken(t, quick(), with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
		c.Definition.Steps[1].Kind = saga.Retriable
		c.Definition.Steps[1].Action = func(context.Context, *Order, saga.Attempt) error { return saga.NotDone }
	}), sagatest.Explorable, "nothing went wrong", "cannot finish")
}

// A function that waits for the end of its ctx is told apart from one that never returns.
func TestAFunctionThatWaits(t *testing.T) {
	waits := func(from int) builder {
		return with(func(w *sagatest.World, c *sagatest.Case[Order]) {
			stock := w.Participant("stock")
			c.Definition.Steps[0].Action = func(ctx context.Context, _ *Order, a saga.Attempt) error {
				if a.Number >= from {
					<-ctx.Done()
					return ctx.Err()
				}
				return stock.Do(ctx, a.Key)
			}
		})
	}
	broken(t, quick(), waits(1), sagatest.Explorable, "step reserve", "did not return within 1s")
	failure := broken(t, quick(), waits(2), sagatest.Explorable, "step reserve", "did not return within 1s")
	if len(failure.Schedule) == 0 {
		t.Errorf("it waits after a fault, but: %v", failure)
	}
}

func TestWhatPanicsIsAFailure(t *testing.T) {
	failure := broken(t, quick(), with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
		c.Check = func(in saga.Instance) error {
			if in.Status != saga.Completed {
				panic("cannot be")
			}
			return nil
		}
	}), sagatest.OwnCheck, "Case.Check panicked at unfit_test.go:", "cannot be")
	if len(failure.Schedule) != 1 {
		t.Errorf("one fault turns the saga back, not %v", failure.Schedule)
	}
	broken(t, quick(), func(*sagatest.World) sagatest.Case[Order] {
		panic("not built")
	}, sagatest.Explorable, "builds the case panicked at unfit_test.go:", "not built")
	bad := badStore{instances: func(saga.Instances) saga.Instances { panic("no table") }}
	broken(t, over(bad), twoSteps, sagatest.Sound, "panicked at unfit_test.go:", "no table")
}

// The methods of a world are for the functions of its case, while it runs.
func TestAWorldThatIsUsedTooEarly(t *testing.T) {
	key := saga.Key{Instance: "case", Step: "reserve"}
	for name, use := range map[string]func(w *sagatest.World){
		"happened":    func(w *sagatest.World) { w.Happened(key) },
		"answer":      func(w *sagatest.World) { _ = w.Answer(key, func() {}) },
		"participant": func(w *sagatest.World) { _ = w.Participant("stock").Do(context.Background(), key) },
	} {
		t.Run(name, func(t *testing.T) {
			broken(t, quick(), with(func(w *sagatest.World, _ *sagatest.Case[Order]) { use(w) }),
				sagatest.Explorable, "before the case is built")
		})
	}
}

// untold is a case whose first step tells of no effect.
func untold(noEffect ...string) builder {
	return with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
		fine := func(context.Context, *Order, saga.Attempt) error { return nil }
		c.Definition.Steps[0] = saga.Step[Order]{Name: "reserve", Action: fine, Compensation: fine, Replayable: true}
		c.NoEffect = noEffect
	})
}

// A step that can be undone has an effect, or says that it has none outside of the saga's state.
func TestAStepThatTellsOfNoEffect(t *testing.T) {
	broken(t, quick(), untold(), sagatest.Explorable, "step reserve", "Case.NoEffect")
	report, failure := sagatest.Find(short(), untold("reserve"))
	if failure != nil || len(report.NotModelled) != 1 || report.NotModelled[0] != "reserve" {
		t.Errorf("%v\n%v", failure, report)
	}
	broken(t, quick(), untold("reserve", "store"), sagatest.Explorable, `"store"`, "the definition lacks")
	broken(t, quick(), with(func(_ *sagatest.World, c *sagatest.Case[Order]) {
		c.NoEffect = []string{"charge"}
	}), sagatest.Explorable, "step charge", "Case.NoEffect")
}
