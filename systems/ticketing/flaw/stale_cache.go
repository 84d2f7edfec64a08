package flaw

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
)

func staleCache() Flaw {
	return Flaw{
		ID: "F-A17", Name: "stale-cache", Title: "a cache that is evicted before the commit",
		Invariant: "I-A11", Promise: "after an eviction, caches and database say the same",
		Remedy: "evicted after the commit; what was being read at that moment is not kept (concert/writer.go, memo.go)",
		play:   playStaleCache,
	}
}

// naiveCache is a cache-aside of one value.
type naiveCache struct {
	tables
	kept string // "" is a miss
	read string // by a reader who has not stored it yet
}

func (n *naiveCache) change(context.Context) (string, error) {
	// The mistake: @CacheEvict in a transaction that is not committed yet.
	n.kept = ""
	return "evicted", nil
}

func (n *naiveCache) load(ctx context.Context) (_ string, err error) {
	n.read, err = n.text(ctx, `select status from concert`)
	return "reads " + n.read, err
}

func (n *naiveCache) commit(ctx context.Context) (string, error) {
	return "committed", n.exec(ctx, `update concert set status = 'UNAVAILABLE'`)
}

func (n *naiveCache) store(context.Context) (string, error) {
	n.kept = n.read
	return "keeps " + n.kept, nil
}

func (n *naiveCache) get(context.Context) (string, error) { return "gets " + n.kept, nil }

// realCache is the caches of the concert service before its tables. The first who loads stops in the middle.
type realCache struct {
	tables
	manager  concert.ConcertManager
	cache    *concert.ConcertCacheManager
	has, may chan struct{} // the first load has read; it may go on
	loaded   chan error
}

// Available implements [concert.Source].
func (r *realCache) Available(ctx context.Context) ([]concert.Concert, error) {
	list, err := r.manager.Concerts(ctx, r.db.Read, false, 0, 100)
	select {
	case <-r.may:
	default:
		close(r.has)
		<-r.may
	}
	return list, err
}

// Timetable implements [concert.Source].
func (r *realCache) Timetable(ctx context.Context, id int64) (concert.Timetable, error) {
	return r.manager.Timetable(ctx, r.db.Read, id)
}

func (s *stage) realCache(ctx context.Context) (*realCache, error) {
	db, err := sqlite.OpenDatabase(ctx, s.file("concert"))
	if err != nil {
		return nil, err
	}
	s.closing(db)
	if err := concert.Migrate(ctx, db); err != nil {
		return nil, err
	}
	r := &realCache{tables: tables{db}, has: make(chan struct{}), may: make(chan struct{}), loaded: make(chan error, 1)}
	r.cache = concert.NewCacheManager(r, concert.CacheConfig{Now: s.clock})
	return r, db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, _, err := r.manager.Create(ctx, tx, springConcert(), s.now)
		return err
	})
}

func (r *realCache) load(ctx context.Context) (string, error) {
	go func() {
		_, err := r.cache.Available(ctx)
		r.loaded <- err
	}()
	<-r.has
	return "reads AVAILABLE", nil
}

func (r *realCache) commit(ctx context.Context) (string, error) {
	err := r.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := r.manager.Close(ctx, tx, 1, concert.Decision{Reason: "the hall is flooded", Admin: "admin", At: eight()})
		return err
	})
	r.cache.Evict(1)
	return "committed, then evicted", err
}

func (r *realCache) store(context.Context) (string, error) {
	close(r.may)
	return "has its answer; nothing is kept", <-r.loaded
}

// get says how the cached list has the concert.
func (r *realCache) get(ctx context.Context) (string, error) {
	list, err := r.cache.Available(ctx)
	if len(list) > 0 {
		return "gets AVAILABLE", err
	}
	return "gets UNAVAILABLE", err
}

func playStaleCache(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, `create table concert (status text not null); insert into concert values ('AVAILABLE')`)
	if err != nil {
		return err
	}
	naive := &naiveCache{tables: t, kept: "AVAILABLE"}
	real, err := s.realCache(ctx)
	if err != nil {
		return err
	}
	s.step(ctx, "an administrator closes a concert; the transaction is open", naive.change, nothing("nothing is evicted yet"))
	s.step(ctx, "a reader misses, and reads what is committed", naive.load, real.load)
	s.step(ctx, "the transaction commits", naive.commit, real.commit)
	s.step(ctx, "the reader stores what it read", naive.store, real.store)
	s.step(ctx, "the next reader asks the cache", naive.get, real.get)
	s.judge(ctx, func(ctx context.Context) (Finding, error) { return agree(ctx, naive.tables, naive.get) },
		func(ctx context.Context) (Finding, error) { return agree(ctx, real.tables, real.get) })
	return nil
}

// agree compares the cache with the database.
func agree(ctx context.Context, t tables, get act) (Finding, error) {
	said, err := get(ctx)
	if err != nil {
		return Finding{}, err
	}
	status, err := t.text(ctx, `select status from concert`)
	return Finding{Broken: said != "gets "+status, Says: fmt.Sprintf("the database has %s, a reader %s", status, said)}, err
}
