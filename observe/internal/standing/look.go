package standing

import (
	"context"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
)

// Most is how many instances one look returns at most.
const Most = 1000

// Source is what a [Reader] asks; an engine is one.
type Source interface {
	Count(ctx context.Context) (map[saga.Status]int, error)
	Find(ctx context.Context, f saga.Filter) ([]saga.Instance, error)
}

// ages are for how long those have stood that are looked at when there are too many.
func ages() []time.Duration {
	return []time.Duration{0, 10 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour}
}

// look reads a source once.
func look(ctx context.Context, s Source) (Numbers, error) {
	count, err := s.Count(ctx)
	if err != nil {
		return Numbers{}, fmt.Errorf("count live instances: %w", err)
	}
	l := looking{source: s, now: time.Now(), numbers: newNumbers(count), seen: map[string]bool{}}
	// Apart, so that a crowd which goes on by itself hides none that waits for a person.
	if err := l.at(ctx, saga.NeedsAttention); err != nil {
		return Numbers{}, err
	}
	err = l.at(ctx, saga.Running, saga.Compensating)
	return l.numbers, err
}

type looking struct {
	source  Source
	now     time.Time
	numbers Numbers
	seen    map[string]bool
}

// at looks at instances of some statuses: first at the latest, then at ever older ones until a look
// has returned all that are so old.
func (l *looking) at(ctx context.Context, statuses ...saga.Status) error {
	for _, age := range ages() {
		f := saga.Filter{Statuses: statuses, Limit: Most}
		if age > 0 {
			f.Stood = l.now.Add(-age)
		}
		found, err := l.source.Find(ctx, f)
		if err != nil {
			return fmt.Errorf("look at live instances: %w", err)
		}
		for _, in := range found {
			if !l.seen[in.ID] {
				l.seen[in.ID] = true
				l.numbers.add(in)
			}
		}
		if len(found) < Most {
			return nil
		}
		l.numbers.Partial = true
	}
	return nil
}
