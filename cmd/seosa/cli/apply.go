package cli

import (
	"context"
	"errors"
	"slices"

	"github.com/seosa-dev/saga"
)

const (
	chunkSize = 100 // interventions that are sent, and waited for, together
	inFlight  = 10  // chunks that wait at once: an idle engine looks for commands once a second
)

// chunk is a part of the work and what became of it.
type chunk struct {
	effects []saga.Effect
	results []saga.Result
	err     error
	done    chan struct{}
}

// apply sends the work in parts, and reports each in its order as soon as it is known. After a
// failure nothing more is sent, and what is under way is still reported.
func (t *task) apply(ctx context.Context, w *intent, effects []saga.Effect) error {
	sending, stop := context.WithCancel(ctx)
	defer stop()
	r := t.newReport(w, effects)
	var errs []error
	for c := range t.sendAll(sending, w, effects) {
		<-c.done
		if c.err != nil {
			stop()
			errs = append(errs, c.err)
			continue
		}
		r.add(c.results)
	}
	return r.end(ctx, errors.Join(errs...))
}

// sendAll starts one chunk after the other, and no more than may be in flight.
func (t *task) sendAll(ctx context.Context, w *intent, effects []saga.Effect) <-chan *chunk {
	started := make(chan *chunk, inFlight-1)
	go func() {
		defer close(started)
		for part := range slices.Chunk(effects, chunkSize) {
			if ctx.Err() != nil {
				return
			}
			c := &chunk{effects: part, done: make(chan struct{})}
			go c.send(ctx, t.engine, w)
			started <- c
		}
	}()
	return started
}

func (c *chunk) send(ctx context.Context, engine *saga.Engine, w *intent) {
	defer close(c.done)
	ctx, cancel := context.WithTimeout(ctx, w.wait)
	defer cancel()
	c.results, c.err = engine.Apply(ctx, saga.Preview{Intervention: w.Intervention, Effects: c.effects})
}
