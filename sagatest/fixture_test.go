package sagatest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/sagatest"
)

// builder makes a case of two steps, reserve and charge, from participants that keep their word.
type builder func(w *sagatest.World) sagatest.Case[Order]

// twoSteps is reserve, which can be undone and fenced, and charge, the pivot.
func twoSteps(w *sagatest.World) sagatest.Case[Order] {
	stock, bank := w.Participant("stock"), w.Participant("bank")
	return sagatest.Case[Order]{Input: Order{Item: "EST-1"}, Definition: saga.Definition[Order]{
		Name: "order", Version: 1, Steps: []saga.Step[Order]{
			{Name: "reserve", Action: does(stock.Do), Compensation: does(stock.Undo), Probe: does(stock.Probe), Fence: does(stock.Fence)},
			{Name: "charge", Kind: saga.Pivot, Action: does(bank.Do), Probe: does(bank.Probe), Fence: does(bank.Fence)},
		},
	}}
}

// with changes what twoSteps builds.
func with(change func(w *sagatest.World, c *sagatest.Case[Order])) builder {
	return func(w *sagatest.World) sagatest.Case[Order] {
		c := twoSteps(w)
		change(w, &c)
		return c
	}
}

// short is an exploration that is expected to find nothing.
func short() *sagatest.Config { return &sagatest.Config{Schedules: 1000, Random: 300} }

// quick is an exploration that is expected to find something.
func quick() *sagatest.Config { return &sagatest.Config{Schedules: 4000, Random: 500} }

// only is an exploration with few kinds of faults.
func only(few ...sagatest.Kind) *sagatest.Config {
	c := quick()
	for _, k := range sagatest.Kinds() {
		if !slices.Contains(few, k) {
			c.Without = append(c.Without, k)
		}
	}
	return c
}

// replies are the faults of sagas that wait for replies.
func replies() []sagatest.Kind {
	return []sagatest.Kind{
		sagatest.ReplyLost, sagatest.ReplyTwice, sagatest.ReplyEarly, sagatest.ReplyCrosses, sagatest.ReplyElsewhere, sagatest.ReplyLate, sagatest.WorkLate, sagatest.WorkLast,
	}
}

// broken explores and wants a failure of that guarantee, whose text says all of that.
func broken(t *testing.T, config *sagatest.Config, build builder, g sagatest.Guarantee, says ...string) *sagatest.Failure {
	t.Helper()
	report, failure := sagatest.Find(config, build)
	if failure == nil {
		t.Fatalf("nothing was found in:\n%v", report)
	}
	if failure.Guarantee != g {
		t.Fatalf("want a failure of %q, found:\n%v", g, failure)
	}
	for _, text := range says {
		if !strings.Contains(failure.What, text) {
			t.Errorf("%q does not say %q", failure.What, text)
		}
	}
	return failure
}

// badStore is a store in memory with mistakes.
type badStore struct {
	saga.Store
	journal   func(saga.Journal) saga.Journal
	instances func(saga.Instances) saga.Instances
	reader    func(saga.Reader) saga.Reader
}

func (s badStore) Journal() saga.Journal {
	if s.journal == nil {
		return s.Store.Journal()
	}
	return s.journal(s.Store.Journal())
}

func (s badStore) Instances() saga.Instances {
	if s.instances == nil {
		return s.Store.Instances()
	}
	return s.instances(s.Store.Instances())
}

func (s badStore) Reader() saga.Reader {
	if s.reader == nil {
		return s.Store.Reader()
	}
	return s.reader(s.Store.Reader())
}

// over is a quick exploration over a store with mistakes.
func over(bad badStore) *sagatest.Config {
	c := quick()
	c.Store = func() saga.Store {
		s := bad
		s.Store = memory.Open()
		return s
	}
	return c
}

type forgetful struct{ saga.Journal }

// Append says that it has written.
func (forgetful) Append(context.Context, saga.Append) ([]string, error) { return nil, nil }

type lossy struct{ saga.Journal }

// Checkpoint keeps the beginning of the history only.
func (j lossy) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	if c.From > 0 {
		c.History = nil
	}
	return j.Journal.Checkpoint(ctx, c)
}

type deaf struct{ saga.Journal }

// Append hides from a node that it was sealed.
func (j deaf) Append(ctx context.Context, a saga.Append) ([]string, error) {
	taken, err := j.Journal.Append(ctx, a)
	if errors.Is(err, saga.ErrSealed) {
		return nil, nil
	}
	return taken, err
}

type greedy struct{ saga.Instances }

// Claim gives nothing away.
func (greedy) Claim(context.Context, saga.Claim) (saga.Claimed, error) { return saga.Claimed{}, nil }

type garbled struct{ saga.Instances }

// Claim returns rows that nobody can read.
func (in garbled) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	got, err := in.Instances.Claim(ctx, c)
	for i := range got.Rows {
		got.Rows[i].Data = []byte("{")
	}
	return got, err
}

type insistent struct{ saga.Instances }

// Claim always has as many commands as were asked for, each of an instance that nobody has, and more.
func (insistent) Claim(_ context.Context, c saga.Claim) (saga.Claimed, error) {
	return saga.Claimed{Commands: make([]saga.Command, c.Limit), More: true}, nil
}

type confused struct{ saga.Instances }

// Keys returns another input's hash.
func (in confused) Keys(ctx context.Context, ids []string) ([]saga.StartKey, error) {
	keys, err := in.Instances.Keys(ctx, ids)
	for i := range keys {
		keys[i].Hash = []byte("another")
	}
	return keys, err
}

func refuse(why string) error { return fmt.Errorf("%w: %s", saga.Refused, why) }
