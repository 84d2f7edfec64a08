package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// engine is the contestant that runs the workload as a definition.
func engine(name string, replayable bool) contestant {
	return contestant{
		name: name,
		open: func(ctx context.Context, path string, w workload, p *participant) (runner, error) {
			return openEngine(ctx, path, definition(replayable, p))
		},
		read: func(ctx context.Context, path string, w workload, ids []string) (found, error) {
			return readEngine(ctx, path, definition(replayable, newParticipant(w)), ids)
		},
	}
}

func definition(replayable bool, p *participant) saga.Definition[order] {
	d := saga.Definition[order]{Name: "order", Version: 1}
	for i := range steps {
		d.Steps = append(d.Steps, saga.Step[order]{
			Name: fmt.Sprintf("step%d", i+1), Replayable: replayable,
			Action:       func(_ context.Context, _ *order, a saga.Attempt) error { return p.act(a.Key.Instance, i) },
			Compensation: func(_ context.Context, _ *order, a saga.Attempt) error { return p.undo(a.Key.Instance) },
		})
	}
	return d
}

type engineRunner struct {
	store  *sqlite.Store
	engine *saga.Engine
	def    saga.Definition[order]
	stop   context.CancelFunc
	ended  chan error
}

func openEngine(ctx context.Context, path string, def saga.Definition[order]) (runner, error) {
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	e, err := saga.New(store, nil, def)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	r := &engineRunner{store: store, engine: e, def: def, stop: stop, ended: make(chan error, 1)}
	go func() { r.ended <- e.Run(ctx) }()
	return r, nil
}

func (r *engineRunner) saga(ctx context.Context, id string) error {
	if _, err := r.def.Start(ctx, r.engine, id, newOrder(id)); err != nil {
		return err
	}
	_, err := r.def.Wait(ctx, r.engine, id)
	// Which end it came to is checked afterwards, in the file.
	if ended, ok := errors.AsType[*saga.StatusError](err); ok && ended.Instance.Status.Ended() {
		return nil
	}
	return err
}

func (r *engineRunner) close() error {
	r.stop()
	return errors.Join(<-r.ended, r.store.Close())
}

func readEngine(ctx context.Context, path string, def saga.Definition[order], ids []string) (f found, err error) {
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	e, err := saga.New(store, nil, def) // only to read
	if err != nil {
		return f, err
	}
	counts, err := e.Count(ctx)
	if err != nil {
		return f, err
	}
	f.counts = map[string]int{}
	for status, n := range counts {
		f.counts[string(status)] = n
	}
	for some := range slices.Chunk(ids, 500) {
		instances, err := e.Find(ctx, saga.Filter{IDs: some, Limit: len(some)})
		if err != nil {
			return f, err
		}
		for _, in := range instances {
			f.records = append(f.records, engineRecord(in))
		}
	}
	return f, nil
}

func engineRecord(in saga.Instance) record {
	r := record{id: in.ID, status: string(in.Status), state: in.State}
	for _, st := range in.Steps {
		if st.Mark != saga.TakenBack && st.Mark != saga.NeverDone && st.Mark != saga.NotStarted {
			r.effects++
		}
	}
	return r
}
