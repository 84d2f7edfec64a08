package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ended compares throughput in a store that was empty and in one with n ended instances.
func ended(ctx context.Context, b *bench) (err error) {
	full, err := b.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, full.close()) }()
	from := time.Now()
	there, err := b.fill(ctx, full)
	if err != nil {
		return err
	}
	b.say("filling the store", "%.0f s", time.Since(from).Seconds())
	return b.compare(ctx, full, there, "durable", "replayable")
}

// fill runs one saga of each definition and copies both in SQL. What the engine keeps of a saga is
// JSON, in which the id stands wherever it is needed.
func (b *bench) fill(ctx context.Context, p *place) (int, error) {
	s, err := openShop(ctx, p, nil)
	if err != nil {
		return 0, err
	}
	err = errors.Join(s.one(ctx, s.durable, "seed-durable"), s.one(ctx, s.replayable, "seed-replayable"))
	if err != nil {
		return 0, errors.Join(err, s.close())
	}
	if err := s.checked(ctx, p, 0); err != nil {
		return 0, err
	}
	copies := max(b.n/2, 1) - 1
	for _, sql := range []string{
		`insert into saga_key (id, definition, hash, node, pos)
			select id || '-' || n, definition, hash, node, pos from saga_key, generate_series(1, $1) n`,
		`insert into saga_instance (id, definition, version, status, live, owner, due, started, updated, since, reason, step, data)
			select id || '-' || n, definition, version, status, live, owner, due, started, updated, since, reason, step,
			convert_to(replace(convert_from(data, 'UTF8'), id, id || '-' || n), 'UTF8') from saga_instance, generate_series(1, $1) n`,
		`insert into saga_history (at, id, seq, entries)
			select at, id || '-' || n, seq, convert_to(replace(convert_from(entries, 'UTF8'), id, id || '-' || n), 'UTF8')
			from saga_history, generate_series(1, $1) n`,
	} {
		if _, err := p.conn.Exec(ctx, sql, copies); err != nil {
			return 0, fmt.Errorf("copy the sagas: %w", err)
		}
	}
	if _, err := p.conn.Exec(ctx, `vacuum analyze saga_key, saga_instance, saga_history`); err != nil {
		return 0, err
	}
	there := 2 * (1 + copies)
	return there, p.check(ctx, "completed", there)
}
