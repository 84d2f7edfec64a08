package cli

import (
	"cmp"
	"context"
	"flag"
	"slices"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/query"
)

const (
	pageSize  = 1000    // of a read; as much as a store gives at once
	listMost  = 100_000 // instances that a list may hold in memory
	listShort = 50      // on a terminal, unless -limit says otherwise
	// lookedThrough bounds how many live instances are read to find those with an unknown outcome,
	// which no store can be asked for: beyond it, they stand where their status puts them.
	lookedThrough = 10_000
)

// listing is what a list shows.
type listing struct {
	instances []saga.Instance
	more      bool // than the limit let in
	counts    map[saga.Status]int
	running   bool // an engine works on the store
}

func (t *task) list(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("list", flag.ContinueOnError)
	t.filter.Register(set)
	all := set.Bool("all", false, "")
	limit := set.Int("limit", -1, "")
	if err := t.parse(set, args); err != nil {
		return err
	}
	t.filter.IDs = append(t.filter.IDs, t.others...)
	n, err := t.listLimit(*limit)
	if err != nil {
		return err
	}
	closed, err := t.open(ctx)
	if err != nil {
		return err
	}
	defer closed()
	l, err := t.read(ctx, *all || len(t.filter.IDs) > 0, n)
	if err != nil {
		return err
	}
	if t.output == outputJSON {
		return t.listJSON(l)
	}
	t.listText(l)
	return nil
}

func (t *task) listLimit(limit int) (int, error) {
	switch {
	case limit < -1 || limit > listMost:
		return 0, usage("-limit is %d; use 1 to 100,000, or 0 for all", limit)
	case limit == 0, limit == -1 && !t.Out.Terminal:
		return listMost, nil
	case limit == -1:
		return listShort, nil
	}
	return limit, nil
}

// read collects what a list shows: status by status in the order in which they are shown, until
// the limit is reached.
func (t *task) read(ctx context.Context, ended bool, limit int) (l listing, err error) {
	if l.running, err = t.running(ctx); err != nil {
		return l, err
	}
	if l.counts, err = t.engine.Count(ctx); err != nil {
		return l, failed(ExitStore, err)
	}
	for _, group := range t.groups(ended) {
		most := limit + 1 - len(l.instances)
		if !slices.Contains(group, saga.NeedsAttention) && !group[0].Ended() {
			most = max(most, lookedThrough)
		}
		found, err := t.find(ctx, group, most)
		if err != nil {
			return l, err
		}
		slices.SortStableFunc(found, func(a, b saga.Instance) int { return cmp.Compare(urgency(a), urgency(b)) })
		if l.instances = append(l.instances, found...); len(l.instances) > limit {
			l.instances, l.more = l.instances[:limit], true
			break
		}
	}
	return l, nil
}

// groups are the statuses that are read one after the other: what needs a person, what lives, and
// what has ended; only those that the filter lets in.
func (t *task) groups(ended bool) [][]saga.Status {
	all := [][]saga.Status{{saga.NeedsAttention}, {saga.Compensating, saga.Running},
		{saga.Failed, saga.Compensated, saga.Completed}}
	wanted := t.filter.Statuses
	if len(wanted) == 0 && !ended {
		return all[:2]
	}
	var groups [][]saga.Status
	for _, group := range all {
		if len(wanted) > 0 {
			group = slices.DeleteFunc(group, func(s saga.Status) bool { return !slices.Contains(wanted, s) })
		}
		if len(group) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// urgency orders what was read: a person, the unknown, the way back, the way forward, the ends.
func urgency(in saga.Instance) int {
	switch {
	case in.Status == saga.NeedsAttention:
		return 0
	case isUnknown(in):
		return 1
	case in.Status == saga.Compensating:
		return 2
	case in.Status == saga.Running:
		return 3
	}
	return 4
}

// find reads pages until there are as many as wanted.
func (t *task) find(ctx context.Context, statuses []saga.Status, most int) ([]saga.Instance, error) {
	f := t.filter
	f.Statuses = statuses
	return t.pages(ctx, f, most)
}

func (t *task) pages(ctx context.Context, chosen query.Filter, most int) (all []saga.Instance, err error) {
	f := chosen.At(t.started)
	for len(all) < most {
		f.Limit = min(pageSize, most-len(all))
		page, err := t.engine.Find(ctx, f)
		if err != nil {
			return nil, failed(ExitStore, err)
		}
		if all = append(all, page...); len(page) < f.Limit {
			break
		}
		f.After = page[len(page)-1].ID
	}
	return all, nil
}
