//go:build unix

package killtest_test

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"sync/atomic"
	"time"

	"github.com/seosa-dev/saga"
)

// watchedStore is the engine's store with a trap around each of its writes.
type watchedStore struct {
	saga.Store
	trap   *trap
	orders *sql.DB // the order service's file, to look whether an order is stored
	node   *atomic.Value
}

func watch(store saga.Store, t *trap, orders *sql.DB) watchedStore {
	w := watchedStore{store, t, orders, &atomic.Value{}}
	w.node.Store("")
	return w
}

func (w watchedStore) Journal() saga.Journal     { return watchedJournal{w.Store.Journal(), w} }
func (w watchedStore) Instances() saga.Instances { return watchedInstances{w.Store.Instances(), w} }

type watchedJournal struct {
	saga.Journal
	watchedStore
}

func (j watchedJournal) Join(ctx context.Context, node string) error {
	j.node.Store(node)
	j.trap.at(join, before)
	err := j.Journal.Join(ctx, node)
	if err == nil {
		j.trap.at(join, after)
		j.trap.joined.Store(true)
	}
	return err
}

func (j watchedJournal) Append(ctx context.Context, a saga.Append) ([]string, error) {
	j.insertDone(ctx)
	kinds := kindsOf(a)
	for _, kind := range kinds {
		j.trap.at(kind, before)
	}
	taken, err := j.Journal.Append(ctx, a)
	for _, kind := range kinds {
		if err == nil && (kind != appendStart || len(taken) < len(a.Starts)) {
			j.trap.at(kind, after)
		}
	}
	return taken, err
}

// kindsOf names what an append carries; one may carry all of it. The words looked for are those of
// the events' and the statuses' own names; if they change, the campaign finds that a point is never
// reached.
func kindsOf(a saga.Append) []string {
	var kinds []string
	carries := func(word string) bool { return bytes.Contains(a.Entries, []byte(`"`+word+`"`)) }
	if len(a.Starts) > 0 {
		kinds = append(kinds, appendStart)
	}
	if carries(string(saga.EventAnswered)) {
		kinds = append(kinds, appendOutcome)
	}
	if carries(string(saga.Compensating)) || carries(string(saga.Failed)) {
		kinds = append(kinds, appendBack)
	}
	return kinds
}

// insertDone is the moment after the commit of an order: the row is there, and the append that
// says so to the engine is still to be made. Appends follow each other, so the first one that
// begins while the row can be seen is the one that carries it, or comes before it.
func (j watchedJournal) insertDone(ctx context.Context) {
	id := j.trap.storing.Load()
	if id == 0 || !j.trap.armed(insert, after) {
		return
	}
	var stored bool
	err := j.orders.QueryRowContext(ctx, `select exists (select 1 from orders where id = ?)`, id).Scan(&stored)
	if err == nil && stored && j.trap.storing.CompareAndSwap(id, 0) {
		j.trap.at(insert, after)
	}
}

func (j watchedJournal) Seal(ctx context.Context, node string) error {
	kind := seal
	if node == j.node.Load() {
		kind = ownSeal
	}
	j.trap.at(kind, before)
	err := j.Journal.Seal(ctx, node)
	if err == nil {
		j.trap.at(kind, after)
	}
	return err
}

func (j watchedJournal) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	kind := checkpoint
	switch {
	case c.Drain && c.Node == j.node.Load():
		kind = ownDrain
	case c.Drain:
		kind = drain
	}
	j.trap.at(kind, before)
	err := j.Journal.Checkpoint(ctx, c)
	if err == nil {
		j.trap.at(kind, after)
	}
	return err
}

type watchedInstances struct {
	saga.Instances
	watchedStore
}

// Claim counts only where there is something to claim: other claims write nothing.
func (i watchedInstances) Claim(ctx context.Context, c saga.Claim) ([]saga.Row, error) {
	if i.trap.armed(claim, before) && i.claimable(ctx, c.Due) {
		i.trap.at(claim, before)
	}
	rows, err := i.Instances.Claim(ctx, c)
	if err == nil && len(rows) > 0 {
		i.trap.at(claim, after)
	}
	return rows, err
}

func (i watchedInstances) claimable(ctx context.Context, due time.Time) bool {
	rows, err := i.Reader().Find(ctx, saga.Filter{Limit: 1000,
		Statuses: []saga.Status{saga.Running, saga.Compensating, saga.NeedsAttention}})
	return err == nil && slices.ContainsFunc(rows, func(r saga.Row) bool {
		return r.Owner == "" && !r.Due.IsZero() && !r.Due.After(due)
	})
}
