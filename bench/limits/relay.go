package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	letters "github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/postgres"
)

const (
	relayGoal  = 20_000 // messages a second
	relayPosts = 8      // who append at once while a relay runs
	relayConns = 40     // of each process's pool
)

// relay delivers n messages that have piled up, then messages as they come, then one at a time.
func relay(ctx context.Context, b *bench) (err error) {
	p, err := b.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	m, err := openMail(ctx, p.url)
	if err != nil {
		return err
	}
	defer m.pool.Close()
	rates := map[string][]float64{}
	for range b.rounds {
		for _, c := range backlogs() {
			rate, err := m.backlog(ctx, c, b.n)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			rates[c.name] = append(rates[c.name], rate)
		}
	}
	for _, c := range backlogs() {
		all := rates[c.name]
		slices.Sort(all)
		f := b.say(c.name, "%.0f messages/s", all[len(all)/2])
		f.spread = fmt.Sprintf("%.0f to %.0f", all[0], all[len(all)-1])
		f.aim(fmt.Sprintf(">= %d", relayGoal), all[len(all)/2] >= relayGoal)
	}
	if err := m.live(ctx, b); err != nil {
		return err
	}
	if err := m.oneByOne(ctx, b); err != nil {
		return err
	}
	return idleRelay(ctx, b, p.url)
}

// idleRelay counts what a relay asks of the server while there is nothing to do.
func idleRelay(ctx context.Context, b *bench, url string) (err error) {
	counter, through, err := tap(url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, counter.close()) }()
	m, err := openMail(ctx, through)
	if err != nil {
		return err
	}
	defer m.pool.Close()
	stop := m.run(ctx, backlog{relays: 1})
	if err := rest(ctx, b.settled()); err != nil {
		return errors.Join(err, stop())
	}
	counter.taken()
	err = rest(ctx, b.length)
	b.statements("an idle relay", counter.taken(), b.length.Seconds())
	return errors.Join(err, stop())
}

// backlog is one way to deliver what has piled up.
type backlog struct {
	name    string
	relays  int
	config  letters.RelayConfig
	durable bool // the handler has an inbox and an effect in a transaction of its own
	perKey  int  // messages of each key
}

func backlogs() []backlog {
	batch := letters.RelayConfig{Batch: 1000}
	return []backlog{
		{"piled up, 10 of a key, in-process handler, default configuration", 1, letters.RelayConfig{}, false, 10},
		{"piled up, 10 of a key, in-process handler, Batch 1000", 1, batch, false, 10},
		{"piled up, 1 of a key, in-process handler, Batch 1000", 1, batch, false, 1},
		{"piled up, 100 of a key, in-process handler, Batch 1000", 1, batch, false, 100},
		{"piled up, 10 of a key, in-process handler, two relays with Batch 500", 2, letters.RelayConfig{Batch: 500}, false, 10},
		{"piled up, 10 of a key, handler with inbox and effect in its own transaction, Batch 1000", 1, batch, true, 10},
	}
}

// mail is a service's database and what has arrived.
type mail struct {
	pool *pgxpool.Pool

	mu       sync.Mutex
	last     map[string]int // by key
	handled  int
	wrong    error
	arrived  map[string]chan time.Time // who waits for a message, by its id
	caughtUp chan struct{}             // closed when wanted messages were handled
	wanted   int
}

func openMail(ctx context.Context, url string) (*mail, error) {
	conf, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	conf.MaxConns = relayConns
	pool, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, err
	}
	err = postgres.Prepare(ctx, pool)
	if err == nil {
		_, err = pool.Exec(ctx, `create table if not exists effect (key text not null, number int not null)`)
	}
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &mail{pool: pool, arrived: map[string]chan time.Time{}}, nil
}

// expect begins anew: so many messages are to come.
func (m *mail) expect(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last, m.handled, m.wanted, m.caughtUp = map[string]int{}, 0, n, make(chan struct{})
}

// took checks that messages of a key arrive once and in order.
func (m *mail) took(p letters.Message) {
	var number int
	_, err := fmt.Sscanf(string(p.Data), `{"number":%d`, &number)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.handled++; m.handled == m.wanted {
		close(m.caughtUp)
	}
	if m.last[p.Key]++; err != nil || m.last[p.Key] != number {
		m.wrong = errors.Join(err, fmt.Errorf("wrong outcome: number %d of %s came as number %d", number, p.Key, m.last[p.Key]))
	}
	if c := m.arrived[p.ID]; c != nil {
		c <- time.Now()
		delete(m.arrived, p.ID)
	}
}

// handler is a subscriber; what a durable one has done is committed when it counts.
func (m *mail) handler(durable bool) letters.Handler {
	if !durable {
		return func(_ context.Context, p letters.Message) error {
			m.took(p)
			return nil
		}
	}
	consume := postgres.Consumer(m.pool, "bench", func(ctx context.Context, tx pgx.Tx, p letters.Message) error {
		_, err := tx.Exec(ctx, `insert into effect (key, number) values ($1, 1)`, p.Key)
		return err
	})
	return func(ctx context.Context, p letters.Message) error {
		err := consume(ctx, p)
		if err == nil {
			m.took(p)
		}
		return err
	}
}

// run runs relays until the returned function is called.
func (m *mail) run(ctx context.Context, c backlog) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, c.relays)
	for range c.relays {
		bus := letters.NewBus()
		bus.Subscribe("OrderPlaced", m.handler(c.durable))
		go func() { ended <- letters.NewRelay(postgres.NewQueue(m.pool), bus, &c.config).Run(ctx) }()
	}
	return sync.OnceValue(func() (err error) {
		cancel()
		for range c.relays {
			err = errors.Join(err, <-ended)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		return errors.Join(err, m.wrong)
	})
}

// order is what messages carry: 100 bytes or so.
type order struct {
	Number int    `json:"number"`
	Item   string `json:"item"`
	Note   string `json:"note"`
}

func letter(key string, number int) (letters.Message, error) {
	return letters.New("/shop/order", "OrderPlaced", key, order{number, "EST-1", "a note of the usual length, that nobody reads, and some more"})
}

// pile appends n messages, a hundred in each transaction.
func (m *mail) pile(ctx context.Context, n, perKey int) error {
	keys := max(1, n/perKey)
	for from := 0; from < n; from += 100 {
		var all []letters.Message
		for i := from; i < min(from+100, n); i++ {
			p, err := letter(fmt.Sprint("order-", i%keys), 1+i/keys)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		if err := m.post(ctx, all...); err != nil {
			return err
		}
	}
	_, err := m.pool.Exec(ctx, `analyze saga_outbox`)
	return err
}

func (m *mail) post(ctx context.Context, all ...letters.Message) error {
	return pgx.BeginFunc(ctx, m.pool, func(tx pgx.Tx) error { return postgres.Bind(tx).Append(ctx, all...) })
}

// backlog returns how many messages a second were handled of those that had piled up.
func (m *mail) backlog(ctx context.Context, c backlog, n int) (float64, error) {
	m.expect(n)
	if err := m.pile(ctx, n, c.perKey); err != nil {
		return 0, err
	}
	from := time.Now()
	stop := m.run(ctx, c)
	select {
	case <-m.caughtUp:
	case <-ctx.Done():
		return 0, errors.Join(context.Cause(ctx), stop())
	}
	took := time.Since(from)
	return float64(n) / took.Seconds(), errors.Join(m.drained(ctx, n, c.durable), stop())
}

// drained waits until the outbox is empty, and wants each effect once.
func (m *mail) drained(ctx context.Context, n int, durable bool) error {
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for left := 1; left > 0; {
		if err := tick(ctx, again.C); err != nil {
			return err
		}
		if err := m.pool.QueryRow(ctx, `select count(*) from saga_outbox`).Scan(&left); err != nil {
			return err
		}
	}
	var effects int
	err := m.pool.QueryRow(ctx, `with gone as (delete from effect returning 1) select count(*) from gone`).Scan(&effects)
	if want := map[bool]int{true: n}[durable]; err == nil && effects != want {
		err = fmt.Errorf("wrong outcome: %d effects, not %d", effects, want)
	}
	return err
}

// live lets a number of writers commit one message each, as fast as they can, while a relay runs.
func (m *mail) live(ctx context.Context, b *bench) error {
	m.expect(-1)
	stop := m.run(ctx, backlog{relays: 1})
	late := make([][]time.Duration, relayPosts)
	errs := make([]error, relayPosts)
	until := time.Now().Add(b.length)
	from := time.Now()
	var writers sync.WaitGroup
	for w := range relayPosts {
		writers.Go(func() {
			for number := 1; time.Now().Before(until) && errs[w] == nil; number++ {
				var took time.Duration
				took, errs[w] = m.hear(ctx, fmt.Sprint("writer-", w), number)
				late[w] = append(late[w], took)
			}
		})
	}
	writers.Wait()
	took := time.Since(from)
	if err := errors.Join(append(errs, m.drained(ctx, 0, false), stop())...); err != nil {
		return err
	}
	all := slices.Sorted(slices.Values(slices.Concat(late...)))
	b.say(fmt.Sprintf("%d writers that wait for each message", relayPosts), "%.0f messages/s", float64(len(all))/took.Seconds())
	b.latencies("from before the commit until it was handled", all)
	return nil
}

// hear commits a message and returns how long after the commit began it was handled.
func (m *mail) hear(ctx context.Context, key string, number int) (time.Duration, error) {
	p, err := letter(key, number)
	if err != nil {
		return 0, err
	}
	arrived := make(chan time.Time, 1)
	m.mu.Lock()
	m.arrived[p.ID] = arrived
	m.mu.Unlock()
	tx, err := m.pool.Begin(ctx)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback(ctx) //nolint:errcheck // it is committed, or the error is another one
	if err := postgres.Bind(tx).Append(ctx, p); err != nil {
		return 0, err
	}
	from := time.Now()
	if err := tx.Commit(ctx); err != nil {
		return 0, err
	}
	select {
	case at := <-arrived:
		return at.Sub(from), nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// oneByOne commits messages with pauses between, so that the relay sleeps each time; the effect is
// durable when it counts.
func (m *mail) oneByOne(ctx context.Context, b *bench) error {
	m.expect(-1)
	n := min(5+b.n/250, 200)
	stop := m.run(ctx, backlog{relays: 1, durable: true})
	var all []time.Duration
	for number := 1; number <= n; number++ {
		// Not in step with anything that the relay does.
		if err := rest(ctx, 200*time.Millisecond+rand.N(200*time.Millisecond)); err != nil {
			return errors.Join(err, stop())
		}
		took, err := m.hear(ctx, "order-1", number)
		if err != nil {
			return errors.Join(err, stop())
		}
		all = append(all, took)
	}
	if err := errors.Join(m.drained(ctx, n, true), stop()); err != nil {
		return err
	}
	slices.Sort(all)
	p50 := quantile(all, 0.5)
	b.latencies("idle: from before the commit until the effect was durable", all)
	b.seconds("idle: the middle one", p50, 10*time.Millisecond)
	return nil
}
