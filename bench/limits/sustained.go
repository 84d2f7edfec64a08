package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga"
)

// parts is into how many equal parts the time is cut; a fifth of them is the first "minute".
const parts = 30

// part is what was seen at the end of a part.
type part struct {
	at     time.Duration
	rate   float64
	lag    time.Duration // the longest that a durable transition waited for its checkpoint
	behind int           // the most bytes that no checkpoint had written
	tables map[string]table
	memory float64
}

// sustained runs W1 for long.
func sustained(ctx context.Context, b *bench) (err error) {
	p, err := b.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := b.venue.Settle(ctx); err != nil {
		return err
	}
	var worst lags
	s, err := openShop(ctx, p, worst.measure)
	if err != nil {
		return err
	}
	watched := make(chan error, 1)
	var seen []part
	go func() {
		var err error
		seen, err = b.sample(ctx, p.conn, s, &worst)
		watched <- err
	}()
	_, latencies, err := s.run(ctx, s.durable, "s", b.length)
	if err = errors.Join(err, <-watched); err != nil {
		return errors.Join(err, s.close())
	}
	b.say("sagas", "%d, all completed", len(latencies))
	b.latencies("latency of a saga", latencies)
	b.summarise(seen)
	return s.checked(ctx, p, 0)
}

// lags are the worst since they were last read.
type lags struct {
	mu     sync.Mutex
	lag    time.Duration
	behind int
}

func (l *lags) measure(m saga.Measure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lag, l.behind = max(l.lag, m.Lag), max(l.behind, m.Behind)
}

func (l *lags) read() (lag time.Duration, behind int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lag, behind = l.lag, l.behind
	l.lag, l.behind = 0, 0
	return lag, behind
}

// sample looks on at the end of each part.
func (b *bench) sample(ctx context.Context, conn *pgx.Conn, s *shop, worst *lags) (seen []part, err error) {
	began, again := time.Now(), time.NewTicker(b.length/parts)
	defer again.Stop()
	last, before := began, int64(0)
	for range parts {
		if err := tick(ctx, again.C); err != nil {
			return nil, err
		}
		now, n := time.Now(), s.sagas.Load()
		one := part{at: now.Sub(began), rate: float64(n-before) / now.Sub(last).Seconds(), memory: memory(os.Getpid(), "VmRSS")}
		last, before = now, n
		one.lag, one.behind = worst.read()
		if one.tables, err = tables(ctx, conn); err != nil {
			return nil, err
		}
		seen = append(seen, one)
	}
	return seen, nil
}

func (b *bench) summarise(seen []part) {
	first, last := rates(seen[:parts/5]), rates(seen[parts-parts/5:])
	b.spread("sagas/s, first fifth of the time", "%.0f", first)
	b.spread("sagas/s, last fifth of the time", "%.0f", last)
	ratio := mean(last) / mean(first)
	f := b.say("last fifth to first fifth", "%.2f", ratio)
	if b.length >= time.Minute { // below, the warm-up is most of it
		f.aim("> 0.9", ratio > 0.9)
	}
	var lag time.Duration
	var behind int
	for _, one := range seen {
		lag, behind = max(lag, one.lag), max(behind, one.behind)
	}
	b.say("longest checkpoint lag", "%.0f ms", ms(lag))
	b.say("most bytes behind", "%s", megabytes(float64(behind)))
	for _, name := range tableNames {
		var dead int64
		for _, one := range seen {
			dead = max(dead, one.tables[name].dead)
		}
		end := seen[len(seen)-1].tables[name]
		b.say(name+": size with indexes at the end, and dead tuples", "%s, %d", megabytes(float64(end.size)), end.dead).spread = fmt.Sprintf("at most %d dead", dead)
	}
	b.say("memory of load and engine (VmRSS), first part and last", "%s, %s", megabytes(seen[0].memory), megabytes(seen[len(seen)-1].memory))
	b.series = seriesOf(seen)
}

func seriesOf(seen []part) [][]string {
	rows := [][]string{{"until", "sagas/s", "longest lag", "most behind", "journal", "journal dead", "instances", "instances dead", "VmRSS"}}
	for _, one := range seen {
		j, i := one.tables["saga_journal"], one.tables["saga_instance"]
		rows = append(rows, []string{
			fmt.Sprintf("%.1f s", one.at.Seconds()), fmt.Sprintf("%.0f", one.rate), fmt.Sprintf("%.0f ms", ms(one.lag)), megabytes(float64(one.behind)),
			megabytes(float64(j.size)), fmt.Sprint(j.dead), megabytes(float64(i.size)), fmt.Sprint(i.dead), megabytes(one.memory),
		})
	}
	return rows
}

func rates(seen []part) (all []float64) {
	for _, one := range seen {
		all = append(all, one.rate)
	}
	return all
}

func mean(all []float64) (m float64) {
	for _, x := range all {
		m += x / float64(len(all))
	}
	return m
}
