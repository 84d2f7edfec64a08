package audit

import (
	"context"
	"strconv"
	"time"
)

// slack is what is let pass between admissions: several instances of the queue may each have looked at the clock
// and then waited for each other.
const slack = time.Second

// The statuses of a token, as far as they are asked for.
const (
	waiting = "WAITING"
	active  = "ACTIVE"
	usedUp  = "COMPLETED"
)

// queueBook is the queue service's file.
type queueBook struct {
	page
	tokens   []*token // by arrival
	named    map[string]*token
	blocks   map[block]int64
	rules    map[int64]int64 // limit by line
	concerts map[int64]string
}

// token is a row of the line. Times are milliseconds.
type token struct {
	seq, line                           int64 // line: the concert, or 0
	name, user, status, by              string
	waitingUntil, activeUntil, admitted int64 // admitted: 0 if never
	restored                            bool
}

// block counts those who wait within a range of numbers.
type block struct{ line, level, number int64 }

const (
	tokenSQL = `select seq, concert, token, user, status, completed_by, waiting_until, active_until, admitted_at, restored
		from queue_token order by seq`
	blockSQL        = `select concert, level, block, waiting from queue_block`
	ruleSQL         = `select concert, max_active from queue_rule`
	queueConcertSQL = `select id, status from queue_concert`
)

func (b *queueBook) read(ctx context.Context, q querier) error {
	b.named, b.blocks, b.rules, b.concerts = map[string]*token{}, map[block]int64{}, map[int64]int64{}, map[int64]string{}
	for _, table := range []struct {
		query string
		row   func(scan func(...any) error) error
	}{{tokenSQL, b.token}, {blockSQL, b.block}, {ruleSQL, b.rule}, {queueConcertSQL, b.concert}} {
		if err := each(ctx, q, table.query, table.row); err != nil {
			return err
		}
	}
	return nil
}

func (b *queueBook) token(scan func(...any) error) error {
	var t token
	err := scan(&t.seq, &t.line, &t.name, &t.user, &t.status, &t.by, &t.waitingUntil, &t.activeUntil, &t.admitted, &t.restored)
	b.tokens = append(b.tokens, &t)
	b.named[t.name] = &t
	return err
}

func (b *queueBook) block(scan func(...any) error) error {
	var at block
	var n int64
	err := scan(&at.line, &at.level, &at.number, &n)
	b.blocks[at] = n
	return err
}

func (b *queueBook) rule(scan func(...any) error) error {
	var line, limit int64
	err := scan(&line, &limit)
	b.rules[line] = limit
	return err
}

func (b *queueBook) concert(scan func(...any) error) error {
	var id int64
	var status string
	err := scan(&id, &status)
	b.concerts[id] = status
	return err
}

// check holds I-A8.
func (b *queueBook) check(c *check) {
	b.limit(c)
	b.order(c)
	b.counts(c)
	type place struct {
		line int64
		user string
	}
	live := map[place]int{}
	for _, t := range b.tokens {
		if t.status == waiting || t.status == active {
			live[place{t.line, t.user}]++
		}
		if t.status == waiting && t.admitted != 0 || t.status == active && (t.admitted == 0 || t.activeUntil == 0) {
			c.find("I-A8", "token %d is %s, admitted at %d and active until %d: it waits and is active", t.seq, t.status, t.admitted, t.activeUntil)
		}
	}
	for at, n := range live {
		if n > 1 {
			c.find("I-A8", "%s has %d live tokens in the line of %d", at.user, n, at.line)
		}
	}
}

// limit counts who is active in each line. Restored tokens are counted apart. Where an administrator gave the
// limit it may have been lowered, and who was in stays in: that is for people to look at.
func (b *queueBook) limit(c *check) {
	in := map[int64]int64{}
	for _, t := range b.tokens {
		if t.status == active && !t.restored && t.activeUntil > c.now.UnixMilli() {
			in[t.line]++
		}
	}
	for line, n := range in {
		limit, given := b.rules[line]
		switch {
		case given && n > limit:
			c.attend("line", strconv.FormatInt(line, 10), "%d are active in the line of %d, where an administrator allows %d", n, line, limit)
		case !given && n > c.config.Limit:
			c.find("I-A8", "%d are active in the line of %d, and at most %d may be", n, line, c.config.Limit)
		}
	}
}

// order compares the order of admission with that of arrival. Whose time to wait was over has lost the place.
func (b *queueBook) order(c *check) {
	last := map[int64]*token{} // the earliest admission of those who came later
	for i := len(b.tokens) - 1; i >= 0; i-- {
		t := b.tokens[i]
		next := last[t.line]
		if next != nil && (t.admitted > next.admitted+slack.Milliseconds() || t.status == waiting && t.waitingUntil > next.admitted+slack.Milliseconds()) {
			c.find("I-A8", "token %d was let in before token %d, which came first", next.seq, t.seq)
		}
		if t.admitted > 0 && (next == nil || t.admitted < next.admitted) {
			last[t.line] = t
		}
	}
}

// counts compares the counts of who waits, which make the positions, with who waits.
func (b *queueBook) counts(c *check) {
	right := map[block]int64{}
	for _, t := range b.tokens {
		if t.status == waiting {
			for level := range int64(3) {
				right[block{t.line, level + 1, t.seq >> (6 * (level + 1))}]++
			}
		}
	}
	for at, n := range b.blocks {
		if right[at] != n {
			c.find("I-A8", "block %d of level %d in the line of %d counts %d, and %d wait there", at.number, at.level, at.line, n, right[at])
		}
		delete(right, at)
	}
	for at, n := range right {
		c.find("I-A8", "block %d of level %d in the line of %d is not counted, and %d wait there", at.number, at.level, at.line, n)
	}
}
