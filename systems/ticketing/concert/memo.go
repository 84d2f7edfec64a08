package concert

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// loadWithin bounds a load that several readers may wait for.
const loadWithin = 5 * time.Second

// memo keeps what was loaded for a time. However many ask at once for what it has not, one load is
// made. A load that began before an eviction is answered to those who waited for it and not kept, because
// it may have read what the eviction was about (F-A17 of the requirements: a reader would keep the old
// value for a whole life after the change).
type memo[V any] struct {
	life    time.Duration
	now     func() time.Time
	mu      sync.Mutex
	kept    map[int64]kept[V]
	evicted uint64 // how often
	flights singleflight.Group
}

type kept[V any] struct {
	value V
	until time.Time
}

func newMemo[V any](life time.Duration, now func() time.Time) *memo[V] {
	return &memo[V]{life: life, now: now, kept: map[int64]kept[V]{}}
}

// get returns what is kept under a key, or what load returns; an error of it is not kept. load goes on
// when ctx ends, because others may wait for it, but not for long.
func (m *memo[V]) get(ctx context.Context, key int64, load func(context.Context) (V, error)) (V, error) {
	begun := m.now()
	m.mu.Lock()
	k, found := m.kept[key]
	evicted := m.evicted
	m.mu.Unlock()
	if found && begun.Before(k.until) {
		return k.value, nil
	}
	// Whoever asks after an eviction does not join a flight that began before it.
	flight := m.flights.DoChan(fmt.Sprint(evicted, "/", key), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadWithin)
		defer cancel()
		value, err := load(ctx)
		if err == nil {
			m.keep(key, evicted, kept[V]{value, begun.Add(m.life)})
		}
		return value, err
	})
	select {
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	case landed := <-flight:
		value, _ := landed.Val.(V) // what the flight returned, always a V
		return value, landed.Err
	}
}

// keep stores what was loaded, unless there was an eviction meanwhile.
func (m *memo[V]) keep(key int64, evicted uint64, k kept[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.evicted == evicted {
		m.kept[key] = k
	}
}

// evict drops what is kept under a key, and what is being loaded under any.
func (m *memo[V]) evict(key int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.evicted++
	delete(m.kept, key)
}
