package main

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
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
	busy   string  // the machine's load average
	cpu    float64 // seconds of this process, and of the whole server, per 1000 sagas
	server float64
}

func (p part) sagas() float64   { return p.rate }
func (p part) own() float64     { return p.cpu }
func (p part) servers() float64 { return p.server }

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
	cpu := load.ProcessTime(os.Getpid())
	used, err := b.venue.Usage(ctx)
	if err != nil {
		return nil, err
	}
	for range parts {
		if err := tick(ctx, again.C); err != nil {
			return nil, err
		}
		now, n := time.Now(), s.sagas.Load()
		one := part{at: now.Sub(began), rate: float64(n-before) / now.Sub(last).Seconds(), memory: memory(os.Getpid(), "VmRSS"), busy: loadAverage()}
		thousands := float64(n-before) / 1000
		last, before = now, n
		own := load.ProcessTime(os.Getpid())
		total, err := b.venue.Usage(ctx)
		if err != nil {
			return nil, err
		}
		one.cpu, one.server = (own-cpu)/thousands, (total.CPU-used.CPU)/thousands
		cpu, used = own, total
		one.lag, one.behind = worst.read()
		if one.tables, err = tables(ctx, conn); err != nil {
			return nil, err
		}
		seen = append(seen, one)
	}
	return seen, nil
}
