package sagatest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
)

// Order is the state of the sagas in these examples.
type Order struct {
	Item string
	At   time.Time
}

// A saga whose participants keep their promises, and whose functions pass them the right keys. In
// a test, Explore takes the place of Find.
func Example() {
	report, failure := sagatest.Find(nil, func(w *sagatest.World) sagatest.Case[Order] {
		stock, bank := w.Participant("stock"), w.Participant("bank")
		return sagatest.Case[Order]{Input: Order{Item: "EST-1"}, Definition: saga.Definition[Order]{
			Name: "order", Version: 1, Steps: []saga.Step[Order]{
				{Name: "reserve", Action: does(stock.Do), Compensation: does(stock.Undo), Fence: does(stock.Fence)},
				{Name: "charge", Kind: saga.Pivot, Action: does(bank.Do), Probe: does(bank.Probe), Fence: does(bank.Fence)},
			},
		}}
	})
	fmt.Println("broken:", failure)
	fmt.Println("every schedule of two faults:", report.Complete)
	fmt.Println("more than a thousand:", report.Schedules > 1000)

	// Output:
	// broken: <nil>
	// every schedule of two faults: true
	// more than a thousand: true
}

// does makes a step's function of a participant's method.
func does(call func(context.Context, saga.Key) error) saga.Func[Order] {
	return func(ctx context.Context, _ *Order, a saga.Attempt) error { return call(ctx, a.Key) }
}

// A mistake: the undo adds to the stock whenever it is called. Its answer gets lost, the engine
// calls it again, and there is more stock than before.
func Example_undoIsNotIdempotent() {
	_, failure := sagatest.Find(nil, func(w *sagatest.World) sagatest.Case[Order] {
		stock, bank := w.Participant("stock"), w.Participant("bank")
		giveBack := func(_ context.Context, _ *Order, a saga.Attempt) error {
			w.Happened(a.Key) // stock++
			return nil
		}
		return sagatest.Case[Order]{Input: Order{Item: "EST-1"}, Definition: saga.Definition[Order]{
			Name: "order", Version: 1, Steps: []saga.Step[Order]{
				{Name: "reserve", Action: does(stock.Do), Compensation: giveBack, Fence: does(stock.Fence)},
				{Name: "charge", Kind: saga.Pivot, Action: does(bank.Do), Fence: does(bank.Fence)},
			},
		}}
	})
	fmt.Println(failure.Guarantee)
	fmt.Println(failure.What)
	for _, fault := range failure.Schedule {
		fmt.Println("-", fault.Do)
	}

	// Output:
	// 4: one key, one effect
	// the undo of step reserve took effect twice
	// - Refuses
	// - AnswerLost
}

// A mistake: the probe asks a copy of the bank's data that lags behind, and takes what it does not
// find for something that never happened.
func Example_probeThatLies() {
	_, failure := sagatest.Find(nil, func(w *sagatest.World) sagatest.Case[Order] {
		bank := w.Participant("bank")
		look := func(context.Context, *Order, saga.Attempt) error {
			return fmt.Errorf("%w: no such charge", saga.Refused)
		}
		return sagatest.Case[Order]{Input: Order{Item: "EST-1"}, Definition: saga.Definition[Order]{
			Name: "order", Version: 1, Steps: []saga.Step[Order]{
				{Name: "charge", Action: does(bank.Do), Compensation: does(bank.Undo), Probe: look},
			},
		}}
	})
	fmt.Println(failure.Guarantee)
	fmt.Println(failure.What)
	for _, fault := range failure.Schedule {
		fmt.Println("-", fault.Do)
	}

	// Output:
	// what a step's function says is true
	// the probe of step charge said "refused", and the effect stands
	// - AnswerLost
}

// A mistake: whatever goes wrong at the bank, the customer is told that the charge was refused. The
// connection breaks after the bank has charged.
func Example_errorTakenForARefusal() {
	_, failure := sagatest.Find(nil, func(w *sagatest.World) sagatest.Case[Order] {
		bank := w.Participant("bank")
		charge := func(ctx context.Context, _ *Order, a saga.Attempt) error {
			if err := bank.Do(ctx, a.Key); err != nil {
				return fmt.Errorf("%w: %w", saga.Refused, err) // return err, and it is unknown
			}
			return nil
		}
		return sagatest.Case[Order]{Input: Order{Item: "EST-1"}, Definition: saga.Definition[Order]{
			Name: "order", Version: 1, Steps: []saga.Step[Order]{
				{Name: "charge", Action: charge, Compensation: does(bank.Undo), Fence: does(bank.Fence)},
			},
		}}
	})
	fmt.Println(failure.Guarantee)
	fmt.Println(failure.What)
	for _, fault := range failure.Schedule {
		fmt.Println("-", fault.Do)
	}

	// Output:
	// what a step's function says is true
	// the action of step charge said "refused", and the effect stands
	// - BreaksAfter
}

// A saga that waits for a reply: the bank takes the charge in and sends its receipt by a message, through
// whichever process receives it. A mistake: the Reply function takes a message without a receipt for a
// refusal, and the one that answers a probe has none.
func ExampleWorld_Later() {
	build := func(receiptOfProbe json.RawMessage) func(w *sagatest.World) sagatest.Case[Order] {
		return func(w *sagatest.World) sagatest.Case[Order] {
			bank := w.Participant("bank")
			return sagatest.Case[Order]{Input: Order{Item: "EST-1"}, Definition: saga.Definition[Order]{
				Name: "order", Version: 1, Steps: []saga.Step[Order]{{
					Name: "charge", Kind: saga.Pivot,
					Action: func(_ context.Context, _ *Order, a saga.Attempt) error {
						return w.Later(saga.Reply{Key: a.Key, Data: json.RawMessage(`"r-1"`)}, bank.Do)
					},
					Probe: func(_ context.Context, _ *Order, a saga.Attempt) error {
						return w.Later(saga.Reply{Key: a.Key, Data: receiptOfProbe}, bank.Probe)
					},
					Reply: func(o *Order, r saga.Reply) error {
						if r.Outcome == saga.Succeeded && r.Data == nil {
							return fmt.Errorf("%w: no receipt", saga.Refused)
						}
						return nil
					},
					ReplyTimeout: time.Hour,
				}},
			}}
		}
	}
	config := &sagatest.Config{Schedules: 1000, Random: 200}
	report, failure := sagatest.Find(config, build(json.RawMessage(`"r-1"`)))
	fmt.Println("broken:", failure)
	fmt.Println("replies came twice:", report.Struck[sagatest.ReplyTwice] > 0)

	_, failure = sagatest.Find(config, build(nil))
	fmt.Println(failure.What)
	for _, fault := range failure.Schedule {
		fmt.Println("-", fault.Do)
	}

	// Output:
	// broken: <nil>
	// replies came twice: true
	// the Reply function, which heard of the probe of step charge said "refused", and the effect stands
	// - ReplyLost
}

// A model of one's own: a shelf that holds five. It makes its changes through World.Answer, and tells
// what came true with World.Happened.
func ExampleWorld_Answer() {
	report, failure := sagatest.Find(nil, func(w *sagatest.World) sagatest.Case[Order] {
		left, taken, undone := 5, map[saga.Key]bool{}, map[saga.Key]bool{}
		take := func(_ context.Context, _ *Order, a saga.Attempt) error {
			switch {
			case undone[a.Key]:
				return fmt.Errorf("%w: undone before it came", saga.Refused)
			case taken[a.Key]:
				return w.Answer(a.Key, nil)
			}
			return w.Answer(a.Key, func() {
				left, taken[a.Key] = left-1, true
				w.Happened(a.Key)
			})
		}
		giveBack := func(_ context.Context, _ *Order, a saga.Attempt) error {
			action := a.Key.Action()
			return w.Answer(a.Key, func() {
				if taken[action] && !undone[action] {
					left++
					w.Happened(a.Key)
				}
				undone[action] = true
			})
		}
		bank := w.Participant("bank")
		return sagatest.Case[Order]{
			Input: Order{Item: "EST-1"},
			Definition: saga.Definition[Order]{Name: "order", Version: 1, Steps: []saga.Step[Order]{
				{Name: "take", Action: take, Compensation: giveBack},
				{Name: "charge", Kind: saga.Pivot, Action: does(bank.Do), Fence: does(bank.Fence)},
			}},
			Check: func(in saga.Instance) error {
				if in.Status == saga.Compensated && left != 5 {
					return fmt.Errorf("%d are left of 5", left)
				}
				return nil
			},
		}
	})
	fmt.Println("broken:", failure)
	fmt.Println("the shelf's answers broke off:", report.Struck[sagatest.BreaksAfter] > 0)

	// Output:
	// broken: <nil>
	// the shelf's answers broke off: true
}

// A mistake: a step that promises to be replayable keeps the time of day. After a crash it is called
// again, and what the next step sends is not what it sent before.
func Example_stateWithTheTimeOfDay() {
	_, failure := sagatest.Find(nil, func(w *sagatest.World) sagatest.Case[Order] {
		stock := w.Participant("stock")
		reserve := func(ctx context.Context, o *Order, a saga.Attempt) error {
			o.At = time.Now()
			return stock.Do(ctx, a.Key)
		}
		return sagatest.Case[Order]{Input: Order{Item: "EST-1"}, Definition: saga.Definition[Order]{
			Name: "order", Version: 1, Steps: []saga.Step[Order]{
				{Name: "reserve", Action: reserve, Compensation: does(stock.Undo), Replayable: true},
			},
		}}
	})
	fmt.Println(failure.Guarantee)
	fmt.Println("without any fault:", len(failure.Schedule) == 0)

	// Output:
	// a replayable step gives the same again
	// without any fault: true
}
