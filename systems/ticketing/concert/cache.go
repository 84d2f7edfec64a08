package concert

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Source is where a [ConcertCacheManager] reads what it does not have.
type Source interface {
	// Available returns the first hundred available concerts.
	Available(ctx context.Context) ([]Concert, error)
	// Timetable returns the dates of a concert; an error if there is no such concert.
	Timetable(ctx context.Context, concert int64) (Timetable, error)
}

// CacheConfig tunes a [ConcertCacheManager]. The zero value has the write-up's numbers.
type CacheConfig struct {
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Concerts is how long the list of available concerts is kept. Default: 5 min.
	Concerts time.Duration
	// Schedules is how long the dates of a concert are kept. Default: 1 min.
	Schedules time.Duration
}

// ConcertCacheManager keeps two things in memory: the list of available concerts, and the dates of single
// ones; the name is the write-up's. What does not exist is not kept, and neither is an error. Call Evict
// after each commit that changed how a concert stands, and not before it: a reader in between would
// keep the old value. The time that things are kept is a backstop only, for a process that has no part in
// the change. It is safe for concurrent use. Get one from [NewCacheManager].
type ConcertCacheManager struct {
	source    Source
	concerts  *memo[[]Concert]
	schedules *memo[Timetable]
}

// NewCacheManager returns an empty cache before a source.
func NewCacheManager(source Source, config CacheConfig) *ConcertCacheManager {
	if config.Now == nil {
		config.Now = time.Now
	}
	return &ConcertCacheManager{
		source:    source,
		concerts:  newMemo[[]Concert](cmp.Or(config.Concerts, 5*time.Minute), config.Now),
		schedules: newMemo[Timetable](cmp.Or(config.Schedules, time.Minute), config.Now),
	}
}

// Available returns the first hundred available concerts. The slice is the caller's.
func (c *ConcertCacheManager) Available(ctx context.Context) ([]Concert, error) {
	concerts, err := c.concerts.get(ctx, 0, c.source.Available)
	return slices.Clone(concerts), err
}

// Timetable returns a concert's dates. The slice in it is the caller's. The error is the source's.
func (c *ConcertCacheManager) Timetable(ctx context.Context, concert int64) (Timetable, error) {
	t, err := c.schedules.get(ctx, concert, func(ctx context.Context) (Timetable, error) {
		return c.source.Timetable(ctx, concert)
	})
	t.Schedules = slices.Clone(t.Schedules)
	return t, err
}

// Evict drops the list, and the dates of these concerts; with no concerts it does nothing. What is being
// read at this moment is not kept.
func (c *ConcertCacheManager) Evict(concerts ...int64) {
	for _, id := range concerts {
		c.concerts.evict(0)
		c.schedules.evict(id)
	}
}
