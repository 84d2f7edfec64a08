package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// idle counts what one node and two ask of the server while there is nothing to do.
func idle(ctx context.Context, b *bench) (err error) {
	admin, err := pgx.Connect(ctx, os.Getenv("SAGA_POSTGRES"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, admin.Close(context.Background())) }()
	name := "bench_" + strings.ToLower(rand.Text())
	p, err := database(ctx, admin, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.drop()) }()
	// What counts must not be counted.
	if err := p.conn.Close(ctx); err != nil {
		return err
	}
	counter, through, err := tap(p.url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, counter.close()) }()
	var nodes []*process
	for _, many := range []string{"one node", "two nodes"} {
		node, err := spawn(task{URL: through, Mode: answering})
		if err != nil {
			return err
		}
		defer node.gone()
		if _, err := node.expect(ctx, "ready", ""); err != nil {
			return err
		}
		nodes = append(nodes, node)
		if err := b.watch(ctx, admin, counter, name, many, nodes); err != nil {
			return err
		}
	}
	for _, node := range nodes {
		if err := node.end(); err != nil {
			return err
		}
	}
	return nil
}

// database makes one, so that nobody else's transactions are counted with it.
func database(ctx context.Context, admin *pgx.Conn, name string) (*place, error) {
	if _, err := admin.Exec(ctx, "create database "+name+" template template0"); err != nil {
		return nil, fmt.Errorf("make a database; may this user create any? %w", err)
	}
	drop := func() error {
		_, err := admin.Exec(context.WithoutCancel(ctx), "drop database "+name+" with (force)")
		return err
	}
	u, err := url.Parse(os.Getenv("SAGA_POSTGRES"))
	if err != nil {
		return nil, errors.Join(err, drop())
	}
	u.Path, u.RawPath = "/"+name, ""
	p, err := open(ctx, u.String(), drop)
	if err != nil {
		return nil, errors.Join(err, drop())
	}
	return p, nil
}

// settled is how long an engine is left alone before anybody calls it idle.
func (b *bench) settled() time.Duration { return min(b.length, 12*time.Second) }

func (b *bench) watch(ctx context.Context, admin *pgx.Conn, counter *wire, name, many string, nodes []*process) error {
	if err := rest(ctx, b.settled()); err != nil {
		return err
	}
	const counted = `select (xact_commit + xact_rollback)::float8 from pg_stat_database where datname = $1`
	before, err := ask[float64](ctx, admin, counted, name)
	if err != nil {
		return err
	}
	counter.taken()
	q, err := b.quiet(ctx, nodes)
	if err != nil {
		return err
	}
	statements := counter.taken()
	after, err := ask[float64](ctx, admin, counted, name)
	if err != nil {
		return err
	}
	n := float64(len(nodes))
	b.statements(many, statements, q.seconds*n)
	b.say(many+": transactions that the server counted, per node", "%.2f/s", (after-before)/q.seconds/n)
	b.say(many+": processor time of an engine", "%.2f %% of a core", 100*q.cpu/q.seconds/n)
	return nil
}

// statements notes how many there were in so many seconds of nodes, and which.
func (b *bench) statements(many string, counts map[string]int, seconds float64) {
	if b.series == nil {
		b.series = [][]string{{"statements per second and node", "", ""}}
	}
	texts := slices.SortedFunc(maps.Keys(counts), func(x, y string) int {
		return cmp.Or(cmp.Compare(counts[y], counts[x]), cmp.Compare(x, y))
	})
	all := 0
	for _, text := range texts {
		all += counts[text]
		b.series = append(b.series, []string{"`" + text + "`", many, fmt.Sprintf("%.2f", float64(counts[text])/seconds)})
	}
	rate := float64(all) / seconds
	f := b.say(many+": statements, per node", "%.2f/s", rate)
	if b.length >= 20*time.Second { // below, chance decides
		f.aim("<= 1/s", rate <= 1)
	}
}

// quiet is what engines did while there was nothing to do.
type quiet struct{ seconds, cpu, appends, claims, checkpoints float64 }

// quiet leaves engines alone for the case's length.
func (b *bench) quiet(ctx context.Context, nodes []*process) (quiet, error) {
	before, err := sum(ctx, nodes)
	if err != nil {
		return quiet{}, err
	}
	from := time.Now()
	cpu := cpuOf(nodes)
	if err := rest(ctx, b.length); err != nil {
		return quiet{}, err
	}
	q := quiet{seconds: time.Since(from).Seconds(), cpu: cpuOf(nodes) - cpu}
	after, err := sum(ctx, nodes)
	q.appends = float64(after.Appends - before.Appends)
	q.claims = float64(after.Claims - before.Claims)
	q.checkpoints = float64(after.Checkpoints - before.Checkpoints)
	return q, err
}

func sum(ctx context.Context, nodes []*process) (all figures, err error) {
	for _, node := range nodes {
		f, err := node.figures(ctx)
		if err != nil {
			return all, err
		}
		all.Appends += f.Appends
		all.Claims += f.Claims
		all.Checkpoints += f.Checkpoints
	}
	return all, nil
}

func cpuOf(nodes []*process) (seconds float64) {
	for _, node := range nodes {
		seconds += node.cpu()
	}
	return seconds
}
