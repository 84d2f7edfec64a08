package racetest_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// numberOf is how many there are, which the environment may change.
func numberOf(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 9999 {
		t.Fatalf("%s=%q: give a number from 1 to 9999", variable, text)
	}
	return n
}

func TestCrowd(t *testing.T) {
	race(t, numberOf(t, "TICKET_BUYERS", 200), numberOf(t, "TICKET_SEATS", 20), 1)
}

// I-A6: a double click is a click.
func TestCrowdThatClicksTwice(t *testing.T) {
	race(t, min(numberOf(t, "TICKET_BUYERS", 80), 400), min(numberOf(t, "TICKET_SEATS", 20), 40), 2)
}

// race has buyers race for seats and judges it.
func race(t *testing.T, size, seats, clicks int) {
	c := openCity(t, seats)
	began := time.Now()
	buyers := c.crowd(t, size, clicks)
	t.Logf("%d buyers were made in %v", size, time.Since(began).Round(time.Millisecond))

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	most, looks, stopLooking := c.watch(ctx, t)
	began = time.Now()
	var crowd sync.WaitGroup
	start := make(chan struct{})
	for _, b := range buyers {
		crowd.Go(func() {
			<-start
			if err := b.buy(ctx); err != nil {
				t.Error(err)
				cancel() // others would wait for the seat
			}
		})
	}
	close(start)
	crowd.Wait()
	took := time.Since(began)
	stopLooking()
	if t.Failed() {
		return
	}
	t.Logf("%d buyers for %d seats, %d at once: over in %v; %d looks at the queue, at most %d were active",
		size, seats, limit, took.Round(time.Millisecond), looks.Load(), most.Load())
	logSteps(t, buyers)
	c.judge(t, buyers, seats)
	c.judgeLine(t, buyers)
}

// watch asks the queue for its counts all the time, and the auditor now and then, until it is stopped.
func (c *city) watch(ctx context.Context, t *testing.T) (most, looks *atomic.Int64, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	most, looks = &atomic.Int64{}, &atomic.Int64{}
	var watching sync.WaitGroup
	watching.Go(func() {
		for pause(ctx, 20*time.Millisecond) == nil {
			o, err := c.p.Queue.Overview(ctx, concert)
			if err != nil && ctx.Err() == nil {
				t.Errorf("the queue was not counted: %v", err)
			}
			looks.Add(1)
			most.Store(max(most.Load(), o.Counts.Active))
			if o.Counts.Active > limit || o.Counts.Restored > 0 {
				t.Errorf("%+v are in", o.Counts)
			}
		}
	})
	watching.Go(func() {
		for pause(ctx, 3*time.Second) == nil {
			got, err := c.books.Check(ctx)
			if err != nil && ctx.Err() == nil || len(got.Violations) > 0 {
				t.Errorf("meanwhile: %v %q", err, got.Violations)
			}
		}
	})
	return most, looks, func() {
		cancel()
		watching.Wait()
	}
}

// judge holds the buyers against the books: each seat is one's, and the money is what the seats cost.
func (c *city) judge(t *testing.T, buyers []*buyer, seats int) {
	t.Helper()
	owner := map[int]string{}
	for _, b := range buyers {
		if b.seat == 0 {
			continue
		}
		if other := owner[b.seat]; other != "" {
			t.Errorf("seat %d was sold to %s and to %s", b.seat, other, b.name)
		}
		owner[b.seat] = b.name
	}
	report := c.quiet(t)
	s := report.Summary
	sold := min(seats, len(buyers))
	if len(owner) != sold || s.Seats.Sold != int64(sold) || s.Seats.Held != 0 {
		t.Errorf("%d buyers have tickets, want %d; the seats are %+v", len(owner), sold, s.Seats)
	}
	if want := int64(len(buyers)*charged - sold*price); s.Balances != want || s.Payments != int64(sold*price) || s.Refunds != 0 {
		t.Errorf("the money is %+v, want %d in balances", s, want)
	}
	if s.Sagas["COMPLETED"] != int64(sold) || len(s.Sagas) != 1 {
		t.Errorf("the sagas are %v, want %d that are COMPLETED", s.Sagas, sold)
	}
	if s.Tokens["COMPLETED"] != int64(sold) {
		t.Errorf("the tokens are %v", s.Tokens)
	}
	t.Logf("the books: %+v", s)
}

// judgeLine holds the queue's own record against the limit and against the order in which buyers came.
func (c *city) judgeLine(t *testing.T, buyers []*buyer) {
	t.Helper()
	var admitted, most, last int64
	c.each(t, `select seq, active from race_admission order by number`, func(scan func(...any) error) {
		var seq, active int64
		must(t, scan(&seq, &active))
		if seq < last {
			t.Errorf("%d was let in after %d", seq, last)
		}
		if active > limit {
			t.Errorf("%d were active when %d was let in", active, seq)
		}
		last, most = seq, max(most, active)
		admitted++
	})
	t.Logf("%d were let in, in their order; at most %d were active, by the book", admitted, most)
	if admitted == 0 || most != min(limit, int64(len(buyers))) {
		t.Errorf("%d were let in and %d at once: the line was not full", admitted, most)
	}
	seqs := map[string]int64{}
	c.each(t, `select token, seq from queue_token`, func(scan func(...any) error) {
		var token string
		var seq int64
		must(t, scan(&token, &seq))
		seqs[token] = seq
	})
	came := slices.DeleteFunc(slices.Clone(buyers), func(b *buyer) bool { return b.token == "" })
	if len(seqs) != len(came) {
		t.Errorf("%d tokens were given to %d buyers", len(seqs), len(came))
	}
	slices.SortFunc(came, func(a, b *buyer) int { return int(seqs[a.token] - seqs[b.token]) })
	var latest time.Time // that somebody who came before had asked
	for _, b := range came {
		if b.answered.Before(latest) {
			t.Errorf("%s was answered before somebody asked who has the better place", b.name)
		}
		if b.asked.After(latest) {
			latest = b.asked
		}
	}
}

func (c *city) each(t *testing.T, query string, row func(scan func(...any) error)) {
	t.Helper()
	rows, err := c.line.QueryContext(t.Context(), query)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		row(rows.Scan)
	}
	must(t, rows.Err())
}
