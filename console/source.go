package console

import (
	"context"

	"github.com/seosa-dev/saga"
)

// Source is what the console reads. [saga.Engine] satisfies it. All methods may be called from
// several goroutines at once; what they return belongs to the console.
//
// A source may lag behind the truth by one checkpoint of the engine; the pages say so.
type Source interface {
	// Find returns the instances that match, latest start first, at most the filter's limit.
	Find(ctx context.Context, f saga.Filter) ([]saga.Instance, error)
	// Get returns one instance. The error matches [saga.ErrNotFound] if there is none.
	Get(ctx context.Context, id string) (saga.Instance, error)
	// History returns an instance's transitions in order of Seq, without gaps.
	History(ctx context.Context, id string) ([]saga.Event, error)
	// Count returns how many instances stand in each status.
	Count(ctx context.Context) (map[saga.Status]int, error)
	// Sent returns the interventions and replies that were sent to an instance, oldest first, and what
	// became of them; empty if there are none.
	Sent(ctx context.Context, id string) ([]saga.Sent, error)
}
