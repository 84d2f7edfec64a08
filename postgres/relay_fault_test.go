package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/postgres"
)

// Each relay's connections are cut again and again: between statements, before an answer, all at
// once and for a while. What was claimed then is kept until the claim runs out.
func TestRelaysWhoseConnectionsAreCut(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	m, w := newMail(t, url), newTown(t)
	c := quickly()
	c.Timeout = 500 * time.Millisecond
	var proxies []*proxy
	for i := range 3 {
		p := newProxy(t, url)
		proxies = append(proxies, p)
		relay(t, postgres.NewQueue(poolOf(t, p.url)), w.publisher(fmt.Sprint("relay ", i)), c)
	}
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() { w.write(m, 60, 5) })
	}
	written := make(chan struct{})
	go func() {
		writers.Wait()
		close(written)
	}()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for cuts, done := 0, false; cuts < 40 || !done; cuts++ {
		p := proxies[rand.N(len(proxies))]
		switch rand.N(4) {
		case 0:
			p.refuse(true)
			<-again.C
			p.refuse(false)
		case 1:
			p.drop()
		default:
			p.cutNext()
		}
		select {
		case <-written:
			done = true
		case <-again.C:
		}
		<-again.C
	}
	eventually(t, "delivered", func() bool { return m.empty(t) })
	w.check(1000)
}

// A relay that lost touch with rows in hand gives them back when its claim has run out, and not
// before: others go on with other keys.
func TestWhatALostRelayHadComesBack(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	m := newMail(t, url)
	p := newProxy(t, url)
	c := quickly()
	c.Timeout = 500 * time.Millisecond
	var calls atomic.Int64
	took := make(chan time.Time, 1)
	relay(t, postgres.NewQueue(poolOf(t, p.url)), func(ctx context.Context, _ message.Message) error {
		if calls.Add(1) == 1 {
			took <- time.Now()
			p.refuse(true) // it has the row, and can tell nobody what became of it
		}
		return errors.New("reset by peer")
	}, c)
	tx := begin(t, m)
	appendTo(t, tx, "a", "0")
	must(t, tx.Commit(t.Context()))
	claimedAt := <-took
	tx = begin(t, m)
	appendTo(t, tx, "a", "1")
	appendTo(t, tx, "b", "2")
	must(t, tx.Commit(t.Context()))
	var mu sync.Mutex
	at := map[string]time.Time{}
	relay(t, m.queue, func(_ context.Context, p message.Message) error {
		mu.Lock()
		defer mu.Unlock()
		at[string(p.Data)] = time.Now()
		return nil
	}, c)
	eventually(t, "delivered", func() bool { return m.empty(t) })
	mu.Lock()
	defer mu.Unlock()
	if wait := at[`"0"`].Sub(claimedAt); wait < 900*time.Millisecond || wait > 10*time.Second {
		t.Errorf("the row came back %v after it was claimed, want a second", wait)
	}
	if !at[`"2"`].Before(at[`"0"`]) || !at[`"0"`].Before(at[`"1"`]) {
		t.Errorf("delivered at %v", at)
	}
}

// Nothing asks a relay what time it is.
func TestNoClockButTheServersCounts(t *testing.T) {
	t.Parallel()
	m := newMail(t, pgtest.URL(t))
	tx := begin(t, m)
	appendTo(t, tx, "a", "0")
	must(t, tx.Commit(t.Context()))
	row := claimed(t, m.queue, "0")[0]
	var left time.Duration
	ask := func() {
		must(t, m.pool.QueryRow(t.Context(), `select due - clock_timestamp() from saga_outbox`).Scan(&left))
	}
	if ask(); left < 50*time.Second || left > time.Minute {
		t.Errorf("a claim for a minute has %v left by the server's clock", left)
	}
	must(t, m.queue.Failed(t.Context(), row, message.Failure{Attempts: 1, Wait: time.Hour}))
	if ask(); left < 59*time.Minute || left > time.Hour {
		t.Errorf("a row that waits for an hour has %v left by the server's clock", left)
	}
}
