package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/seosa-dev/saga"
)

func officeChecks() []officeCheck {
	return []officeCheck{
		{"Start/goes-with-the-transaction", startGoesWithTheTransaction},
		{"Start/seen-before-it-is-claimed", startSeenBeforeItIsClaimed},
		{"Start/the-same-id", startOfTheSameID},
		{"Start/what-cannot-be-started", startChecked},
		{"Start/that-no-engine-knows", startThatNoEngineKnows},
		{"Start/survives-a-crash", startSurvivesACrash},
		{"Start/a-thousand-while-engines-run", startOfAThousand},
		{"Deliver/goes-with-the-transaction", deliverGoesWithTheTransaction},
		{"Deliver/to-nobody-or-just-started", deliverToOthers},
		{"Local/a-saga-of-local-steps", sagaOfLocalSteps},
	}
}

var errNeverMind = errors.New("never mind")

func startGoesWithTheTransaction(o *office) {
	engine := o.run(o.store, o.refund())
	in, err := o.order("kept", nil)
	o.must(err)
	if in.Status != saga.Running || in.Seq != 1 || in.Step != "pay back" || in.Node != "" {
		o.Errorf("the start returned %+v", in)
	}
	_, err = o.order("gone", errNeverMind)
	o.refused("rolled back", err, errNeverMind)
	o.once("kept")
	_, err = engine.Get(o.ctx, "gone")
	o.refused("what was rolled back", err, saga.ErrNotFound)
	keys, err := o.store.Instances().Keys(o.ctx, []string{"gone"})
	o.must(err)
	rows, err := o.store.Reader().Find(o.ctx, saga.Filter{IDs: []string{"gone"}})
	o.must(err)
	chunks, err := o.store.Reader().History(o.ctx, "gone")
	if len(keys)+len(rows)+len(chunks) > 0 || err != nil && !errors.Is(err, saga.ErrNotFound) {
		o.Errorf("of what was rolled back there are %+v, %+v and %+v, error %v", keys, rows, chunks, err)
	}
	o.orders(1)
	_, err = o.refund().Start(o.ctx, engine, "gone", Refund{Order: "another"}) // its id is free
	o.must(err)
	o.once("gone")
}

// What people see is there at the commit, before any engine has taken the instance up.
func startSeenBeforeItIsClaimed(o *office) {
	_, err := o.order("o-1", nil)
	o.must(err)
	reader, err := saga.New(o.store, nil, o.refund())
	o.must(err)
	in, err := reader.Get(o.ctx, "o-1")
	if err != nil || in.Status != saga.Running || in.Node != "" || len(in.Steps) != 1 || string(in.State) != `{"Order":"o-1","Said":""}` {
		o.Errorf("got %+v, error %v", in, err)
	}
	events, err := reader.History(o.ctx, "o-1")
	if err != nil || len(events) != 1 || events[0].Kind != saga.EventStarted || events[0].Open != "pay back" {
		o.Errorf("history: %+v, error %v", events, err)
	}
	if n, err := reader.Count(o.ctx); err != nil || n[saga.Running] != 1 {
		o.Errorf("counted %v, error %v", n, err)
	}
	o.run(o.Store(o), o.refund())
	o.once("o-1")
}

func startOfTheSameID(o *office) {
	engine := o.run(o.store, o.refund(), approve())
	d := o.refund()
	_, err := d.Start(o.ctx, engine, "ended", Refund{Order: "ended"})
	o.must(err)
	o.once("ended")
	_, err = approve().Start(o.ctx, engine, "waits", Refund{Order: "2"})
	o.must(err)
	_, err = o.order("before", nil)
	o.must(err)
	o.must(o.change(func(ctx context.Context, tx Desk) error { // none of it is an error of the database
		for _, id := range []string{"ended", "before"} {
			if got, err := d.Start(ctx, tx, id, Refund{Order: id}); err != nil || got.ID != id || got.Status == "" {
				o.Errorf("%s: the same start gave %+v, error %v", id, got, err)
			}
			_, err := d.Start(ctx, tx, id, Refund{Order: "other"})
			o.refused(id+" with another input", err, saga.ErrConflict)
			_, err = approve().Start(ctx, tx, id, Refund{Order: id})
			o.refused(id+" of another definition", err, saga.ErrConflict)
		}
		if got, err := approve().Start(ctx, tx, "waits", Refund{Order: "2"}); err != nil || got.Status != saga.Running {
			o.Errorf("what an engine holds gave %+v, error %v", got, err)
		}
		return nil
	}))
	_, err = d.Start(o.ctx, engine, "before", Refund{Order: "other"})
	o.refused("an engine's start of an id that a transaction started", err, saga.ErrConflict)
	if got, err := d.Start(o.ctx, engine, "before", Refund{Order: "before"}); err != nil || got.ID != "before" {
		o.Errorf("the same start on an engine gave %+v, error %v", got, err)
	}
	o.once("before")
}

func startChecked(o *office) {
	good := o.refund()
	noSteps := saga.Definition[Refund]{Name: "none", Version: 1}
	lossy := saga.Definition[struct{ hidden int }]{Name: "lossy", Version: 1}
	o.must(o.change(func(ctx context.Context, tx Desk) error {
		try := func(_ saga.Instance, err error) error { return err }
		for what, c := range map[string]struct{ err, want error }{
			"an id with a line break":     {try(good.Start(ctx, tx, "a\nb", Refund{})), saga.ErrInvalid},
			"an id with a zero byte":      {try(good.Start(ctx, tx, "a\x00b", Refund{})), saga.ErrInvalid},
			"an empty id":                 {try(good.Start(ctx, tx, "", Refund{})), saga.ErrInvalid},
			"too much state":              {try(good.Start(ctx, tx, "a", Refund{Order: strings.Repeat("x", 70_000)})), saga.ErrTooLarge},
			"a definition without a step": {try(noSteps.Start(ctx, tx, "a", Refund{})), saga.ErrInvalid},
			"a state that is lost":        {try(lossy.Start(ctx, tx, "a", struct{ hidden int }{})), saga.ErrInvalid},
			"nothing":                     {try(tx.StartInstance(ctx, saga.Beginning{})), saga.ErrInvalid},
		} {
			o.refused(what, c.err, c.want)
		}
		return tx.Order(ctx, "after all") // the transaction is as usable as before
	}))
	o.orders(1)
	if rows, err := o.store.Reader().Find(o.ctx, saga.Filter{}); err != nil || len(rows) > 0 {
		o.Errorf("what was refused left %+v, error %v", rows, err)
	}
	if keys, err := o.store.Instances().Keys(o.ctx, []string{"a"}); err != nil || len(keys) > 0 {
		o.Errorf("what was refused took %+v, error %v", keys, err)
	}
}

// A definition that no engine knows is parked where people look.
func startThatNoEngineKnows(o *office) {
	_, err := o.order("o-1", nil)
	o.must(err)
	engine := o.run(o.store, approve())
	o.until("it is parked", func() bool {
		in, err := engine.Get(o.ctx, "o-1")
		return err == nil && in.Status == saga.NeedsAttention && in.Reason == saga.UnknownDefinition
	})
}

// What is committed is all that the next process needs, whatever became of this one.
func startSurvivesACrash(o *office) {
	_, err := o.order("o-1", nil)
	o.must(err)
	crashed, ok := o.store.(Reopener)
	if !ok {
		o.Log("not tested: the store is no Reopener")
		return
	}
	o.run(crashed.Reopen(o), o.refund())
	o.once("o-1")
}

func startOfAThousand(o *office) {
	const sagas, writers = 1000, 4
	engine := o.run(o.store, o.refund())
	if another := o.Store(o); another != o.store {
		o.run(another, o.refund())
	}
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := w; i < sagas; i += writers {
				if _, err := o.order(fmt.Sprint("o-", i), nil); err != nil {
					o.Error(err)
				}
			}
		})
	}
	all.Wait()
	for i := range sagas {
		o.once(fmt.Sprint("o-", i))
	}
	o.until("all are counted", func() bool {
		n, err := engine.Count(o.ctx)
		return err == nil && n[saga.Completed] == sagas
	})
}

// said is a reply to the step of approve.
func said(instance, what string) saga.Reply {
	return saga.Reply{Key: saga.Key{Instance: instance, Step: "ask"}, Outcome: saga.Succeeded, Data: json.RawMessage(`"` + what + `"`), By: "lee"}
}

func (o *office) answered(id, want string) {
	o.Helper()
	if r, err := approve().Wait(o.ctx, o.engine, id); err != nil || r.Said != want {
		o.Errorf("%s: got %+v, error %v; want %s", id, r, err, want)
	}
}

// What is delivered in a transaction is heard after the commit, and never if it is rolled back.
func deliverGoesWithTheTransaction(o *office) {
	engine := o.run(o.store, approve())
	o.must(o.change(func(ctx context.Context, tx Desk) error {
		_, err := approve().Start(ctx, tx, "a", Refund{Order: "1"})
		return err
	}))
	o.until("it waits", func() bool {
		in, err := engine.Get(o.ctx, "a")
		return err == nil && in.Waits
	})
	deliver := func(what string, then error) error {
		return o.change(func(ctx context.Context, tx Desk) error { return errors.Join(tx.Deliver(ctx, said("a", what)), then) })
	}
	o.refused("rolled back", deliver("no", errNeverMind), errNeverMind)
	o.must(deliver("yes", nil))
	o.answered("a", "yes")
}

func deliverToOthers(o *office) {
	o.run(o.store, approve())
	o.must(o.change(func(ctx context.Context, tx Desk) error {
		o.refused("to nobody", tx.Deliver(ctx, said("unknown", "yes")), saga.ErrNotFound)
		none := said("unknown", "yes")
		none.Outcome = saga.Pending
		o.refused("that is none", tx.Deliver(ctx, none), saga.ErrInvalid)
		if _, err := approve().Start(ctx, tx, "late", Refund{}); err != nil {
			return err
		}
		return tx.Deliver(ctx, said("late", "early")) // it was started just now
	}))
	o.answered("late", "early")
}

// Local steps and their saga, in one database: forward, and back.
func sagaOfLocalSteps(o *office) {
	step := func(do func(ctx context.Context, tx Desk, r *Refund) error) saga.Func[Refund] {
		return o.Func(func(ctx context.Context, tx Desk, r *Refund, a saga.Attempt) error {
			r.Said += "+" + a.Key.Step
			return do(ctx, tx, r)
		})
	}
	add := func(ctx context.Context, tx Desk, r *Refund) error { return tx.Order(ctx, "first "+r.Order) }
	remove := func(ctx context.Context, tx Desk, r *Refund) error { return tx.Cancel(ctx, "first "+r.Order) }
	addLast := func(ctx context.Context, tx Desk, r *Refund) error {
		if err := tx.Order(ctx, "second "+r.Order); err != nil {
			return fmt.Errorf("%w: %w", saga.Refused, err)
		}
		return nil
	}
	d := saga.Definition[Refund]{Name: "local", Version: 1, Steps: []saga.Step[Refund]{
		{Name: "first", Action: step(add), Compensation: step(remove), Replayable: true},
		{Name: "second", Kind: saga.Pivot, Action: step(addLast), Replayable: true},
	}}
	engine := o.run(o.store, d)
	o.must(o.change(func(ctx context.Context, tx Desk) error { return tx.Order(ctx, "second taken") }))
	for id, want := range map[string]string{"free": "+first+second", "taken": "+first+second+first"} {
		o.must(o.change(func(ctx context.Context, tx Desk) error {
			_, err := d.Start(ctx, tx, id, Refund{Order: id})
			return err
		}))
		r, err := d.Wait(o.ctx, engine, id)
		if (id == "free") != (err == nil) || r.Said != want {
			o.Errorf("%s: %+v, error %v", id, r, err)
		}
	}
	o.orders(3) // two of one saga, and the one before
}
