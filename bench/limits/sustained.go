package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// sustained runs W1 for long, and then compares with what it left, to tell the store from the machine.
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
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		var err error
		seen, err = b.sample(ctx, p.conn, s, &worst)
		watched <- err
	}()
	_, latencies, err := s.run(ctx, s.durable, "s", b.length)
	if err != nil {
		stop() // there is nothing more to see
	}
	if err = errors.Join(err, <-watched); err != nil {
		return errors.Join(err, s.close())
	}
	b.say("sagas", "%d, all completed", len(latencies))
	b.latencies("latency of a saga", latencies)
	b.summarise(seen)
	if err := s.checked(ctx, p, 0); err != nil || b.length < time.Second {
		return err
	}
	return b.compare(ctx, p, len(latencies), "durable")
}

func (b *bench) summarise(seen []part) {
	first, last := each(seen[:parts/5], part.sagas), each(seen[parts-parts/5:], part.sagas)
	b.spread("sagas/s, first fifth of the time", "%.0f", first)
	b.spread("sagas/s, last fifth of the time", "%.0f", last)
	if ratio := mean(last) / mean(first); b.length >= time.Minute { // below, the warm-up decides
		b.say("last fifth to first fifth", "%.2f", ratio).aim("> 0.9", ratio > 0.9)
	}
	// This hardly depends on who else uses the processors.
	b.spread("processor time of load and engine per 1000 sagas, first fifth", "%.2f s", each(seen[:parts/5], part.own))
	b.spread("processor time of load and engine per 1000 sagas, last fifth", "%.2f s", each(seen[parts-parts/5:], part.own))
	b.spread("processor time of the whole server per 1000 sagas, first fifth", "%.2f s", each(seen[:parts/5], part.servers))
	b.spread("processor time of the whole server per 1000 sagas, last fifth", "%.2f s", each(seen[parts-parts/5:], part.servers))
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
	rows := [][]string{{"until", "sagas/s", "longest lag", "most behind", "journal", "journal dead", "instances", "instances dead", "VmRSS", "load average"}}
	for _, one := range seen {
		j, i := one.tables["saga_journal"], one.tables["saga_instance"]
		rows = append(rows, []string{
			fmt.Sprintf("%.1f s", one.at.Seconds()), fmt.Sprintf("%.0f", one.rate), fmt.Sprintf("%.0f ms", ms(one.lag)), megabytes(float64(one.behind)),
			megabytes(float64(j.size)), fmt.Sprint(j.dead), megabytes(float64(i.size)), fmt.Sprint(i.dead), megabytes(one.memory), one.busy,
		})
	}
	return rows
}

// each reads one figure of all parts.
func each(seen []part, figure func(part) float64) (all []float64) {
	for _, one := range seen {
		all = append(all, figure(one))
	}
	return all
}

func mean(all []float64) (m float64) {
	for _, x := range all {
		m += x / float64(len(all))
	}
	return m
}
