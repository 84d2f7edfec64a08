package console

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

const (
	pageRows = 25
	scanRows = 1000 // how many instances are looked through where a status alone does not decide
)

// reader reads the source for one page or one stream. It remembers histories by how long they are:
// one that has not grown is not read again. It is not safe for concurrent use.
type reader struct {
	source Source
	known  map[string][]saga.Event
}

func newReader(s Source) *reader { return &reader{source: s, known: map[string][]saga.Event{}} }

// story reads an instance's history.
func (r *reader) story(ctx context.Context, in saga.Instance) (*story, error) {
	events := r.known[in.ID]
	if len(events) == 0 || len(events) != in.Seq {
		var err error
		if events, err = r.source.History(ctx, in.ID); err != nil {
			return nil, fmt.Errorf("console: history of %s: %w", in.ID, err)
		}
		r.known[in.ID] = events
	}
	return tell(in, events, time.Now()), nil
}

// whole is a story with what its page shows besides.
func (r *reader) whole(ctx context.Context, in saga.Instance) (*story, error) {
	s, err := r.story(ctx, in)
	if err != nil {
		return nil, err
	}
	s.Unheard, err = r.sent(ctx, in.ID)
	return s, err
}

// counts is how many instances stand where.
type counts struct {
	By    map[standing]int // each instance once
	Doubt int              // of how many some outcome is unknown, whether they go on or need a person
	Total int
	More  bool // more are live than were looked through
}

// live is how many have not ended.
func (c counts) live() int {
	return c.By[running] + c.By[unknown] + c.By[compensating] + c.By[attention]
}

// counts takes the unknown ones apart from those that merely go on. The two reads may differ by
// what moved in between.
func (r *reader) counts(ctx context.Context) (counts, error) {
	c := counts{By: map[standing]int{}}
	by, err := r.source.Count(ctx)
	if err != nil {
		return c, fmt.Errorf("console: count: %w", err)
	}
	for status, n := range by {
		c.By[plainStanding(status)] += n
		c.Total += n
	}
	live, err := r.source.Find(ctx, saga.Filter{Statuses: unknown.statuses(), Limit: scanRows})
	if err != nil {
		return c, fmt.Errorf("console: find: %w", err)
	}
	c.More = len(live) == scanRows
	for _, in := range live {
		if inDoubt(in) {
			c.Doubt++
		}
		if standingOf(in) == unknown {
			c.By[unknown]++
			plain := plainStanding(in.Status)
			c.By[plain] = max(c.By[plain]-1, 0)
		}
	}
	return c, nil
}

// listed is one page of instances, and where the next one begins; zero if this is the last.
type listed struct {
	Found []saga.Instance
	Older time.Time
}

// list finds one page. Statuses that the source does not tell apart are chosen here, from a
// bounded number of instances; the next page goes on where this one stopped looking.
func (r *reader) list(ctx context.Context, q listQuery) (listed, error) {
	f := saga.Filter{Definition: q.Definition, Before: q.Before, Limit: pageRows + 1}
	if q.ID != "" {
		f.IDs = []string{q.ID}
	}
	apart := false
	for _, s := range q.Standings {
		f.Statuses = append(f.Statuses, s.statuses()...)
		apart = apart || s == unknown || s == running || s == compensating
	}
	slices.Sort(f.Statuses)
	f.Statuses = slices.Compact(f.Statuses)
	if apart {
		f.Limit = scanRows
	}
	found, err := r.source.Find(ctx, f)
	if err != nil {
		return listed{}, fmt.Errorf("console: find: %w", err)
	}
	return choose(found, q.Standings, f.Limit), nil
}

func choose(found []saga.Instance, wanted []standing, limit int) listed {
	var l listed
	for i, in := range found {
		if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(s standing) bool { return s.has(in) }) {
			continue
		}
		if len(l.Found) == pageRows {
			l.Older = found[i-1].Started
			return l
		}
		l.Found = append(l.Found, in)
	}
	if len(found) == limit {
		l.Older = found[limit-1].Started
	}
	return l
}
