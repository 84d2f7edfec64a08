package saga_test

import (
	"context"
	"errors"
	"time"

	"github.com/seosa-dev/saga"
)

var errDisk = errors.New("disk I/O error 4711")

// around is what a test does to one call of a store: do makes the call. args is the call's argument.
type around func(ctx context.Context, op string, args any, do func() error) error

// hooked is a store of which each call goes through a test's hands.
type hooked struct {
	saga.Store
	around around
}

func (h hooked) Journal() saga.Journal     { return hookedJournal{h.Store.Journal(), h.around} }
func (h hooked) Instances() saga.Instances { return hookedInstances{h.Store.Instances(), h.around} }
func (h hooked) Reader() saga.Reader       { return hookedReader{h.Store.Reader(), h.around} }

type hookedJournal struct {
	saga.Journal
	around around
}

func (j hookedJournal) Join(ctx context.Context, node string, lease time.Duration) error {
	return j.around(ctx, "join", node, func() error { return j.Journal.Join(ctx, node, lease) })
}

func (j hookedJournal) Append(ctx context.Context, a saga.Append) (taken []string, err error) {
	err = j.around(ctx, "append", a, func() (err error) { taken, err = j.Journal.Append(ctx, a); return err })
	return taken, err
}

func (j hookedJournal) Seal(ctx context.Context, node string) error {
	return j.around(ctx, "seal", node, func() error { return j.Journal.Seal(ctx, node) })
}

func (j hookedJournal) Tail(ctx context.Context, node string) (tail saga.Tail, err error) {
	err = j.around(ctx, "tail", node, func() (err error) { tail, err = j.Journal.Tail(ctx, node); return err })
	return tail, err
}

func (j hookedJournal) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	return j.around(ctx, "checkpoint", c, func() error { return j.Journal.Checkpoint(ctx, c) })
}

type hookedInstances struct {
	saga.Instances
	around around
}

func (i hookedInstances) Claim(ctx context.Context, c saga.Claim) (rows saga.Claimed, err error) {
	err = i.around(ctx, "claim", c, func() (err error) { rows, err = i.Instances.Claim(ctx, c); return err })
	return rows, err
}

func (i hookedInstances) Nodes(ctx context.Context) (nodes []saga.NodeState, err error) {
	err = i.around(ctx, "nodes", nil, func() (err error) { nodes, err = i.Instances.Nodes(ctx); return err })
	return nodes, err
}

func (i hookedInstances) Keys(ctx context.Context, ids []string) (keys []saga.StartKey, err error) {
	err = i.around(ctx, "keys", ids, func() (err error) { keys, err = i.Instances.Keys(ctx, ids); return err })
	return keys, err
}

func (i hookedInstances) Define(ctx context.Context, s []saga.StoredShape) (out []saga.StoredShape, err error) {
	err = i.around(ctx, "define", s, func() (err error) { out, err = i.Instances.Define(ctx, s); return err })
	return out, err
}

type hookedReader struct {
	saga.Reader
	around around
}

func (r hookedReader) Find(ctx context.Context, f saga.Filter) (rows []saga.Row, err error) {
	err = r.around(ctx, "find", f, func() (err error) { rows, err = r.Reader.Find(ctx, f); return err })
	return rows, err
}

// held is a store of which calls that a test chose wait until the test lets them go on.
func held(store saga.Store, which func(op string, args any) bool) (h hooked, reached chan string, release chan struct{}) {
	reached, release = make(chan string, 100), make(chan struct{})
	return hooked{store, func(ctx context.Context, op string, args any, do func() error) error {
		if !which(op, args) {
			return do()
		}
		select {
		case reached <- op:
		default: // enough to know
		}
		select {
		case <-release:
			return do()
		case <-ctx.Done():
			return ctx.Err()
		}
	}}, reached, release
}

// starts reports whether a call is an append that starts something.
func starts(op string, args any) bool {
	a, ok := args.(saga.Append)
	return ok && op == "append" && len(a.Starts) > 0
}

func (r hookedReader) Shapes(ctx context.Context) (out []saga.StoredShape, err error) {
	err = r.around(ctx, "shapes", nil, func() (err error) { out, err = r.Reader.Shapes(ctx); return err })
	return out, err
}

func (r hookedReader) History(ctx context.Context, id string) (out []saga.Chunk, err error) {
	err = r.around(ctx, "history", id, func() (err error) { out, err = r.Reader.History(ctx, id); return err })
	return out, err
}
