package conformance

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
)

func claimMailChecks() []mailCheck {
	return []mailCheck{
		{"Claim/earliest-of-each-key", earliestOfEachKey},
		{"Claim/not-due-yet", notDueYet},
		{"Claim/longest-due-first", longestDueFirst},
		{"Claim/behind-a-long-row-of-one-key", behindALongRow},
		{"Claim/no-row-twice-at-once", noRowTwiceAtOnce},
		{"Claim/runs-out", claimsRunOut},
		{"Claim/of-another", claimsOfAnother},
		{"Dead/holds-its-key", deadHoldsItsKey},
		{"Dead/redrive", deadRedriven},
		{"Dead/discard", deadDiscarded},
	}
}

func earliestOfEachKey(p *post) {
	p.post("a", "a", "b", "c", "b")
	rows := p.claim(100, "0", "2", "3")
	p.claim(100) // all others wait
	for range 2 {
		p.must(p.queue.Delivered(p.Context(), rows...)) // a repeat is answered like the first
	}
	p.claim(100, "1", "4")
	for i, row := range p.rows() {
		if want := []string{"1", "4"}[i]; string(row.Message.Data) != want {
			p.Errorf("row %d is left: %+v, want %s", i, row, want)
		}
	}
}

func notDueYet(p *post) {
	p.post("a", "a", "b")
	rows := p.claim(100, "0", "2")
	later := message.Failure{Attempts: 1, Wait: time.Hour, Error: "reset by peer"}
	from := time.Now()
	p.must(p.queue.Failed(p.Context(), rows[0], later))
	p.must(p.queue.Failed(p.Context(), rows[1], message.Failure{Attempts: 2}))
	p.claim(100, "2") // and nothing of a, whose first row waits for an hour
	row := p.rows()[0]
	if wait := row.Due.Sub(from); row.Attempts != 1 || row.LastError != "reset by peer" || row.Dead || wait < 59*time.Minute || wait > 61*time.Minute {
		p.Errorf("the row that failed is %+v", row)
	}
}

func longestDueFirst(p *post) {
	p.post("a", "b", "b", "c")
	p.post("d")
	rows := p.claim(2, "0", "1")
	if string(rows[0].Message.Data) != "0" {
		p.Errorf("%+v came first", rows[0])
	}
	p.must(p.queue.Delivered(p.Context(), rows...))
	// What waited behind the first of b has been due for longer than d.
	p.claim(2, "2", "3")
	p.claim(2, "0")
}

func behindALongRow(p *post) {
	keys := slices.Repeat([]string{"a"}, 3000)
	p.post(append(keys, "b", "c")...)
	rows := p.claim(2, "0", "3000")
	p.must(p.queue.Failed(p.Context(), rows[0], message.Failure{Attempts: 1, Dead: true}))
	p.claim(2, "3001")
	p.must(p.queue.Discard(p.Context(), rows[0].Position))
	p.claim(2, "1")
}

func noRowTwiceAtOnce(p *post) {
	const keys, each = 20, 25
	var all []string
	for i := range keys * each {
		all = append(all, fmt.Sprint("key-", i%keys))
	}
	p.post(all...)
	var mu sync.Mutex
	under, seen, next := map[string]bool{}, 0, map[string]int{}
	take := func(rows []message.Row) {
		mu.Lock()
		defer mu.Unlock()
		for _, row := range rows {
			key := row.Message.Key
			if number := fmt.Sprint(next[key]*keys + slices.Index(all, key)); under[key] || string(row.Message.Data) != number {
				p.Errorf("claimed %s of %s, which is under way: %v; want %s", row.Message.Data, key, under[key], number)
			}
			under[key] = true
			next[key]++
			seen++
		}
	}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for done := false; !done && !p.Failed(); {
				rows, err := p.queue.Claim(p.Context(), 7, time.Hour)
				if err != nil {
					p.Error(err)
					return
				}
				take(rows)
				mu.Lock() // a key is free before its row is gone
				for _, row := range rows {
					under[row.Message.Key] = false
				}
				done = seen == keys*each
				mu.Unlock()
				if err := p.queue.Delivered(p.Context(), rows...); err != nil {
					p.Error(err)
				}
			}
		})
	}
	workers.Wait()
	if rows := p.rows(); len(rows) != 0 {
		p.Errorf("%d rows are left", len(rows))
	}
}

func claimsRunOut(p *post) {
	p.post("a", "a")
	late := p.claimFor(time.Millisecond, 10, "0")[0]
	var again []message.Row
	p.until("the claim has run out", func() bool {
		rows, err := p.queue.Claim(p.Context(), 10, time.Hour)
		p.must(err)
		again = rows
		return len(rows) > 0
	})
	if len(again) != 1 || again[0].Position != late.Position || again[0].Due.Equal(late.Due) {
		p.Errorf("claimed %+v after %+v", again, late)
	}
	// Who had it before has no say any more.
	p.must(p.queue.Delivered(p.Context(), late))
	p.must(p.queue.Failed(p.Context(), late, message.Failure{Attempts: 3, Dead: true, Error: "late"}))
	if rows := p.rows(); len(rows) != 2 || rows[0].Dead || rows[0].Attempts != 0 || rows[0].LastError != "" {
		p.Errorf("the rows are %+v", rows)
	}
	p.claim(10)
	p.must(p.queue.Delivered(p.Context(), again...))
	p.claim(10, "1")
}

// Who is late but alone may still say what became of a row.
func claimsOfAnother(p *post) {
	p.post("a", "a", "b")
	rows := p.claimFor(time.Nanosecond, 10, "0", "2")
	p.must(p.queue.Delivered(p.Context(), rows[0]))
	p.must(p.queue.Failed(p.Context(), rows[1], message.Failure{Attempts: 1, Wait: time.Hour}))
	p.claim(10, "1")
	unknown := rows[0]
	unknown.Position, unknown.Message.Key = 1<<40, "z"
	p.must(errors.Join(p.queue.Delivered(p.Context(), unknown), p.queue.Failed(p.Context(), unknown, message.Failure{})))
	p.must(p.queue.Delivered(p.Context()))
}

func (p *post) kill(row message.Row) {
	p.Helper()
	p.must(p.queue.Failed(p.Context(), row, message.Failure{Attempts: 10, Error: "no such item", Dead: true}))
}

func deadHoldsItsKey(p *post) {
	p.post("a", "a", "b", "a")
	rows := p.claim(10, "0", "2")
	p.kill(rows[0])
	// Neither a late failure nor a late delivery brings it back to life.
	p.must(p.queue.Failed(p.Context(), rows[0], message.Failure{}))
	p.must(p.queue.Delivered(p.Context(), rows[0]))
	p.post("a")
	p.claim(10)
	all := p.rows()
	if row := all[0]; len(all) != 5 || !row.Dead || !row.Due.IsZero() || row.Attempts != 10 || row.LastError != "no such item" {
		p.Errorf("the dead letter is %+v", row)
	}
	for i, row := range all[1:] {
		p.refused(fmt.Sprint("redrive living row ", i), p.queue.Redrive(p.Context(), row.Position), saga.ErrNotFound)
		p.refused(fmt.Sprint("discard living row ", i), p.queue.Discard(p.Context(), row.Position), saga.ErrNotFound)
	}
	p.refused("redrive nothing", p.queue.Redrive(p.Context(), 1<<40), saga.ErrNotFound)
	p.refused("discard nothing", p.queue.Discard(p.Context(), 1<<40), saga.ErrNotFound)
}

func deadRedriven(p *post) {
	p.post("a", "a")
	p.kill(p.claim(10, "0")[0])
	p.must(p.queue.Redrive(p.Context(), p.rows()[0].Position))
	if row := p.rows()[0]; row.Dead || row.Attempts != 0 || row.LastError != "no such item" {
		p.Errorf("the redriven row is %+v", row)
	}
	p.must(p.queue.Delivered(p.Context(), p.claim(10, "0")...))
	p.claim(10, "1")
}

func deadDiscarded(p *post) {
	p.post("a", "a", "b")
	rows := p.claim(10, "0", "2")
	p.kill(rows[0])
	p.kill(rows[1])
	for _, row := range rows {
		p.must(p.queue.Discard(p.Context(), row.Position))
	}
	p.claim(10, "1")
	if left := p.rows(); len(left) != 1 {
		p.Errorf("%+v are left", left)
	}
}
