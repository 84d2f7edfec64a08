package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seosa-dev/saga"
)

// errStreamAddress marks a stream that no page asks for.
var errStreamAddress = errors.New("console: no page has this stream")

// liveFor chooses what a stream reads.
func (c *Console) liveFor(r *http.Request, v viewer) (live, error) {
	values := r.URL.Query()
	if id := values.Get("transaction"); id != "" {
		return c.liveTransaction(v, id), nil
	}
	newest := values.Get("newest")
	values.Del("newest")
	q, bad := readList(values)
	at, err := time.Parse(time.RFC3339Nano, newest)
	if len(bad) > 0 || newest != "none" && err != nil {
		return nil, errStreamAddress
	}
	return c.liveList(v, q, at), nil
}

// liveTransaction keeps one instance's page true.
func (c *Console) liveTransaction(v viewer, id string) live {
	rd := newReader(c.source)
	return func(ctx context.Context) ([]fragment, error) {
		in, err := c.source.Get(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("console: get %s: %w", id, err)
		}
		s, err := rd.whole(ctx, in)
		if err != nil {
			return nil, err
		}
		return storyFragments(v.storyView(s, "")), nil
	}
}

func storyFragments(view storyView) []fragment {
	list := []fragment{
		{ID: view.Lede.HTMLID, Template: "lede", Data: view.Lede},
		{ID: view.Prefix + "kno", Template: "story-kno", Data: view},
		{ID: view.Key.HTMLID, Template: "figures", Data: view.Key},
		{ID: view.Diagram.HTMLID, Template: "drawing", Data: view.Diagram},
		{ID: view.Unheard.HTMLID, Template: "unheard", Data: view.Unheard},
		{ID: view.Aside.HTMLID, Template: "beside", Data: view.Aside},
	}
	for _, e := range view.Log.Entries {
		list = append(list, fragment{ID: e.HTMLID, Template: "log-entry", Data: e, Into: view.Log.HTMLID})
	}
	return list
}

// liveList keeps the rows of a list true. Which rows those are was decided when the page was
// drawn: one that no longer matches the filter stays, and a new one is only counted.
func (c *Console) liveList(v viewer, q listQuery, newest time.Time) live {
	rd := newReader(c.source)
	var shown []string
	return func(ctx context.Context) ([]fragment, error) {
		if shown == nil {
			ids, err := rd.shown(ctx, q, newest)
			if err != nil {
				return nil, err
			}
			shown = ids
		}
		n, err := rd.counts(ctx)
		if err != nil {
			return nil, err
		}
		newer, err := rd.newer(ctx, q, newest)
		if err != nil {
			return nil, err
		}
		list := []fragment{
			{ID: "head", Template: "head", Data: v.head(n)},
			{ID: "segs", Template: "segs", Data: v.segs(q, n)},
			{ID: "newer", Template: "newer", Data: newerView{v.speaker, newer, v.link("transactions", q.pairs()...)}},
		}
		return rd.rows(ctx, v, shown, list)
	}
}

// shown finds the ids of the rows that a page has: those up to its newest.
func (r *reader) shown(ctx context.Context, q listQuery, newest time.Time) ([]string, error) {
	ids := []string{}
	if newest.IsZero() {
		return ids, nil
	}
	if q.Before.IsZero() {
		q.Before = newest.Add(time.Microsecond) // no store keeps finer times
	}
	l, err := r.list(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, in := range l.Found {
		ids = append(ids, in.ID)
	}
	return ids, nil
}

// newer counts what started since the page was drawn, up to one page.
func (r *reader) newer(ctx context.Context, q listQuery, newest time.Time) (int, error) {
	if !q.Before.IsZero() {
		return 0, nil // an older page: what is new is not its matter
	}
	l, err := r.list(ctx, q)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, in := range l.Found {
		if in.Started.After(newest) {
			n++
		}
	}
	return n, nil
}

func (r *reader) rows(ctx context.Context, v viewer, ids []string, list []fragment) ([]fragment, error) {
	if len(ids) == 0 {
		return list, nil
	}
	found, err := r.source.Find(ctx, saga.Filter{IDs: ids, Limit: len(ids)})
	if err != nil {
		return nil, fmt.Errorf("console: find: %w", err)
	}
	for _, in := range found {
		s, err := r.story(ctx, in)
		if err != nil {
			return nil, err
		}
		row := v.rowOf(s)
		list = append(list, fragment{ID: row.HTMLID, Template: "row", Data: row, Stamp: in.Seq})
	}
	return list, nil
}
