package load

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seosa-dev/saga"
)

// OpenStore opens an engine's store at an address, with its tables.
type OpenStore func(ctx context.Context, address string) (saga.Store, func() error, error)

// Engines are the contestants that run the workload as a definition, once with steps that are
// durable one by one and once with steps that are replayable.
func Engines(open OpenStore, preload func(ctx context.Context, address string, n int) error) []Contestant {
	return []Contestant{
		engine("engine, durable per step", false, open, preload),
		engine("engine, replayable", true, open, preload),
	}
}

func engine(name string, replayable bool, open OpenStore, preload func(context.Context, string, int) error) Contestant {
	who := Contestant{
		Name: name,
		Open: func(ctx context.Context, c Case) (Runner, error) {
			r, err := openEngine(ctx, c.Address, open, definition(replayable, c.Participant))
			if err != nil {
				return nil, err
			}
			return r, nil
		},
		Read: func(ctx context.Context, c Case, ids []string) (Found, error) {
			return readEngine(ctx, c.Address, open, definition(replayable, c.Participant), ids)
		},
	}
	return who.preloadedBy(preload)
}

// preloadedBy lets a contestant be preloaded with copies of one saga that it ran.
func (who Contestant) preloadedBy(copies func(ctx context.Context, address string, n int) error) Contestant {
	if copies == nil {
		return who
	}
	who.Preload = func(ctx context.Context, c Case, n int) error {
		one := c
		one.Participant = newCounter(W1()) // not the case's: these sagas are not its own
		r, err := who.Open(ctx, one)
		if err != nil {
			return err
		}
		if err := errors.Join(r.Saga(ctx, preloaded), r.Close()); err != nil {
			return fmt.Errorf("run the saga that is copied: %w", err)
		}
		return copies(ctx, c.Address, n)
	}
	return who
}

// preloaded is the id of the saga of which the preloaded ones are copies; it is one of them.
const preloaded = "before"

func definition(replayable bool, p Participant) saga.Definition[Order] {
	d := saga.Definition[Order]{Name: "order", Version: 1}
	for i := range Steps {
		d.Steps = append(d.Steps, saga.Step[Order]{
			Name: fmt.Sprintf("step%d", i+1), Replayable: replayable,
			Action: func(ctx context.Context, _ *Order, a saga.Attempt) error {
				err := p.Act(ctx, a.Key.Instance, i)
				if errors.Is(err, ErrRefused) {
					return fmt.Errorf("%w: %w", saga.Refused, err)
				}
				return err
			},
			Compensation: func(ctx context.Context, _ *Order, a saga.Attempt) error {
				return p.Undo(ctx, a.Key.Instance, i)
			},
		})
	}
	return d
}

type engineRunner struct {
	close  func() error
	engine *saga.Engine
	def    saga.Definition[Order]
	stop   context.CancelFunc
	ended  chan error
}

func openEngine(ctx context.Context, address string, open OpenStore, def saga.Definition[Order]) (*engineRunner, error) {
	store, closeStore, err := open(ctx, address)
	if err != nil {
		return nil, err
	}
	e, err := saga.New(store, nil, def)
	if err != nil {
		return nil, errors.Join(err, closeStore())
	}
	ctx, stop := context.WithCancel(ctx)
	r := &engineRunner{close: closeStore, engine: e, def: def, stop: stop, ended: make(chan error, 1)}
	go func() { r.ended <- e.Run(ctx) }()
	return r, nil
}

func (r *engineRunner) Saga(ctx context.Context, id string) error {
	if _, err := r.def.Start(ctx, r.engine, id, NewOrder(id)); err != nil {
		return err
	}
	_, err := r.def.Wait(ctx, r.engine, id)
	// Which end it came to is checked afterwards, in the store.
	if ended, ok := errors.AsType[*saga.StatusError](err); ok && ended.Instance.Status.Ended() {
		return nil
	}
	return err
}

func (r *engineRunner) Close() error {
	r.stop()
	return errors.Join(<-r.ended, r.close())
}

func readEngine(ctx context.Context, address string, open OpenStore, def saga.Definition[Order], ids []string) (f Found, err error) {
	store, closeStore, err := open(ctx, address)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	e, err := saga.New(store, nil, def) // only to read
	if err != nil {
		return f, err
	}
	counts, err := e.Count(ctx)
	if err != nil {
		return f, err
	}
	f.Counts = map[string]int{}
	for status, n := range counts {
		f.Counts[string(status)] = n
	}
	for some := range slices.Chunk(ids, 500) {
		instances, err := e.Find(ctx, saga.Filter{IDs: some, Limit: len(some)})
		if err != nil {
			return f, err
		}
		for _, in := range instances {
			f.Records = append(f.Records, engineRecord(in))
		}
	}
	return f, nil
}

func engineRecord(in saga.Instance) Record {
	r := Record{ID: in.ID, Status: string(in.Status), State: in.State}
	for _, st := range in.Steps {
		if st.Mark != saga.TakenBack && st.Mark != saga.NeverDone && st.Mark != saga.NotStarted {
			r.Effects++
		}
	}
	return r
}
