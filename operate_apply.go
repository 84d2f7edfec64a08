package saga

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"
)

// Apply makes the interventions of a preview, each only if its instance still stands as the preview
// saw it. They go through the store, so it does not matter which process holds an instance; each is
// made once, and is durable before it has consequences. Apply waits until every one is answered, ctx
// ends, or no engine runs that could answer; what is not answered then is [ErrWaiting] and stays
// stored. To see progress on long work, apply a preview in parts: its Effects are a plain list.
//
// An error means that nobody knows whether the interventions were stored. Preview again then:
// none that was stored is made twice.
func (e *Engine) Apply(ctx context.Context, p Preview) ([]Result, error) {
	results := make([]Result, len(p.Effects))
	at := map[string]int{} // by command
	var commands []Command
	for i := range p.Effects {
		eff := &p.Effects[i]
		results[i] = Result{ID: eff.Instance.ID, Err: eff.Refused}
		if eff.Refused != nil {
			continue
		}
		c, err := p.Intervention.command(eff, rand.Text(), now())
		if err != nil {
			return nil, err
		}
		results[i].Err = waiting(p.Intervention.Verb, results[i].ID)
		at[c.ID] = i
		commands = append(commands, c)
	}
	if len(commands) == 0 {
		return results, nil
	}
	if err := e.store.Instances().Send(ctx, commands); err != nil {
		return nil, fmt.Errorf("apply: %w", err)
	}
	return results, e.await(ctx, results, at)
}

// Commands writes the interventions of a preview as the commands that [Engine.Apply] sends, under
// the ids that name returns for each instance. It is for tools that drive a [Loop].
func (p Preview) Commands(at time.Time, name func(instance string) string) ([]Command, error) {
	var out []Command
	for i := range p.Effects {
		if p.Effects[i].Refused != nil {
			continue
		}
		c, err := p.Intervention.command(&p.Effects[i], name(p.Effects[i].Instance.ID), at)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (i *Intervention) command(eff *Effect, id string, at time.Time) (Command, error) {
	if err := i.check(); err != nil {
		return Command{}, err
	}
	data, err := json.Marshal(i.order(id, eff.seen))
	if err != nil {
		return Command{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return Command{ID: id, Instance: eff.Instance.ID, Sent: at, Data: data}, nil
}

// await reads answers until all are there.
func (e *Engine) await(ctx context.Context, results []Result, at map[string]int) error {
	e.hurry()
	looked := time.Now()
	for pause := 5 * time.Millisecond; len(at) > 0; pause = min(pause*3/2, 250*time.Millisecond) {
		ids := make([]string, 0, len(at))
		for id := range at {
			ids = append(ids, id)
		}
		answers, err := e.store.Instances().Answers(ctx, ids)
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("the interventions are stored, and their answers cannot be read: %w", err)
		}
		for _, a := range answers {
			i := at[a.ID]
			results[i] = ResultOf(results[i].ID, a)
			delete(at, a.ID)
		}
		if len(at) == 0 || e.nobodyRuns(ctx, &looked) {
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// nobodyRuns looks now and then whether any node is there that could answer.
func (e *Engine) nobodyRuns(ctx context.Context, looked *time.Time) bool {
	if time.Since(*looked) < 50*time.Millisecond {
		return false
	}
	*looked = time.Now().Add(time.Second)
	nodes, err := e.store.Instances().Nodes(ctx)
	if err != nil {
		return false
	}
	for _, n := range nodes {
		if !n.Gone {
			return false
		}
	}
	return true
}

// hurry lets this engine's own node look for commands now.
func (e *Engine) hurry() {
	e.mu.Lock()
	s := e.server
	e.mu.Unlock()
	if s != nil {
		s.offer((*node).woken)
	}
}
