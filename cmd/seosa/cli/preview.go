package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// preview asks, page by page, what the intervention would do to each instance that is chosen.
func (t *task) preview(ctx context.Context, w *intent) ([]saga.Effect, error) {
	if len(t.filter.IDs) > 0 {
		return t.previewNamed(ctx, w)
	}
	var all []saga.Effect
	bar := t.progress("looking")
	defer bar.end()
	i := w.Intervention
	i.Filter = t.filter.At(t.started)
	for {
		i.Filter.Limit = pageSize
		if w.limit > 0 {
			i.Filter.Limit = min(pageSize, w.limit-len(all))
		}
		p, err := t.engine.Preview(ctx, i)
		if err != nil {
			return nil, refusedWhole(err)
		}
		all = append(all, p.Effects...)
		bar.at(len(all), 0)
		if !p.More || w.limit > 0 && len(all) >= w.limit {
			break
		}
		i.Filter.After = all[len(all)-1].Instance.ID
	}
	if len(all) == 0 {
		return nil, failed(ExitNone, fmt.Errorf("no instance that is not at its end matches %s; nothing was done", choice(t.filter)))
	}
	return all, nil
}

// previewNamed looks at named instances, so many at a time. If one of them does not exist the name
// is a slip, and nothing is done to the others either.
func (t *task) previewNamed(ctx context.Context, w *intent) ([]saga.Effect, error) {
	var all []saga.Effect
	i := w.Intervention
	for ids := range slices.Chunk(t.filter.IDs, pageSize-1) {
		i.Filter = saga.Filter{IDs: ids, Limit: pageSize}
		p, err := t.engine.Preview(ctx, i)
		if err != nil {
			return nil, refusedWhole(err)
		}
		all = append(all, p.Effects...)
	}
	if err := t.refuseMissing(ctx, all); err != nil {
		return nil, err
	}
	if w.limit > 0 {
		all = all[:min(w.limit, len(all))]
	}
	return all, nil
}

// refuseMissing is about named instances that have no row.
func (t *task) refuseMissing(ctx context.Context, all []saga.Effect) error {
	missing := slices.DeleteFunc(slices.Clone(all), func(e saga.Effect) bool { return !errors.Is(e.Refused, saga.ErrNotFound) })
	if len(missing) == 0 {
		return nil
	}
	id := layout.Word(missing[0].Instance.ID)
	if _, err := t.engine.Get(ctx, missing[0].Instance.ID); err == nil {
		return failed(ExitNone, fmt.Errorf("%s was started and is not written to where it can be seen: "+
			"an engine does that within a second, or when it starts; nothing was done; try again then", id))
	}
	text := "there is no instance " + id
	if n := len(missing) - 1; n > 0 {
		text += fmt.Sprintf(", and %d more of the ids do not exist", n)
	}
	return failed(ExitNone, fmt.Errorf("%s; nothing was done; \"seosa list -all -text ...\" finds ids by a part of them", text))
}

// refusedWhole is an error about the intervention as such, or about the store.
func refusedWhole(err error) error {
	return failed(ofEngine(err), err)
}

// possible counts the effects that are not refused.
func possible(effects []saga.Effect) int {
	n := 0
	for _, e := range effects {
		if e.Refused == nil {
			n++
		}
	}
	return n
}
