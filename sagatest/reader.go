package sagatest

import (
	"context"

	"github.com/seosa-dev/saga"
)

// reader reads instances as people do, through an engine that does not run. One serves many runs of
// a case, since making an engine takes longer than a run has.
type reader struct {
	engine *saga.Engine
	store  switched
}

// switched is a store that stands for another.
type switched struct{ saga.Store }

// of returns the engine that reads the store of a run.
func (rd *reader) of(r *run) *saga.Engine {
	rd.store.Store = r.store
	if rd.engine == nil {
		engine, err := saga.New(&rd.store, r.config.Engine, r.of.definition)
		if err != nil {
			r.violate(Explorable, "the definition is refused: %v", err)
		}
		rd.engine = engine
	}
	return rd.engine
}

func (r *run) context() context.Context { return context.Background() }
