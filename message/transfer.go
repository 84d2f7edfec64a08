package message

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// transfer is one Run of a relay. Its methods are never called at once; only publish runs beside
// them.
type transfer struct {
	*Relay
	busy      map[string]Row // by key: rows under way, or ended and not recorded, as last claimed
	flying    int            // rows under way
	done      chan delivery  // as large as a batch, so that no publish waits to report
	delivered []string       // keys whose rows were delivered, not recorded yet
	failed    []failed       // not recorded yet
	later     []time.Time    // when failed rows are due again
	look      time.Time      // the next look into the queue if nothing else happens
	found     time.Time      // the last look that found something
	resume    time.Time      // nothing is done before
	outages   int            // times in a row that nobody was there
	troubles  int            // times in a row that the queue failed
}

// delivery is what came of one publish.
type delivery struct {
	row Row
	err error
}

type failed struct {
	key string
	Failure
}

// turn records what ended and starts what is due. While the queue is in trouble it does neither;
// while nobody is there it only records.
func (t *transfer) turn(ctx context.Context, now time.Time) {
	paused := now.Before(t.resume)
	if paused && t.troubles > 0 {
		return
	}
	err := t.record(ctx)
	if err == nil && !paused {
		err = t.start(ctx, now)
	}
	if err == nil {
		t.troubles = 0
		return
	}
	if ctx.Err() != nil {
		return // leave records what is left
	}
	t.troubles++
	wait := t.config.backoff(t.troubles, rand.Float64())
	if until := time.Now().Add(wait); t.resume.Before(until) {
		t.resume = until
	}
	t.config.Logger.Error("the outbox failed; trying again", "in", wait, "error", err)
}

// record writes down how deliveries ended. What could not be written stays to be written, and its
// key stays busy: nothing is published again just because the queue was away for a while.
func (t *transfer) record(ctx context.Context) error {
	if len(t.delivered) > 0 {
		rows := make([]Row, len(t.delivered))
		for i, key := range t.delivered {
			rows[i] = t.busy[key]
		}
		err := t.within(ctx, func(ctx context.Context) error { return t.queue.Delivered(ctx, rows...) })
		if err != nil {
			return fmt.Errorf("record deliveries: %w", err)
		}
		for _, key := range t.delivered {
			delete(t.busy, key)
		}
		t.delivered = t.delivered[:0]
	}
	for len(t.failed) > 0 {
		f := t.failed[0]
		row := t.busy[f.key]
		err := t.within(ctx, func(ctx context.Context) error { return t.queue.Failed(ctx, row, f.Failure) })
		if err != nil {
			return fmt.Errorf("record the failure of %d: %w", row.Position, err)
		}
		delete(t.busy, f.key)
		t.failed = t.failed[1:]
	}
	return nil
}

// start publishes what is due as far as there is room.
func (t *transfer) start(ctx context.Context, now time.Time) error {
	t.later = slices.DeleteFunc(t.later, func(due time.Time) bool { return !due.After(now) })
	room := t.config.Batch - len(t.busy)
	if room <= 0 {
		t.look = now.Add(t.config.Poll)
		return nil
	}
	var rows []Row
	err := t.within(ctx, func(ctx context.Context) (err error) {
		rows, err = t.queue.Claim(ctx, room, t.config.hold())
		return err
	})
	if err != nil {
		return fmt.Errorf("claim what is due: %w", err)
	}
	for _, row := range rows {
		t.launch(ctx, row)
	}
	if len(rows) > 0 {
		t.found = now
	}
	t.look = now.Add(t.config.pause(now.Sub(t.found), rand.Float64()))
	return nil
}

// launch publishes a row. One that is under way here although its claim has run out, because a
// publisher ignores the end of its ctx, is claimed anew and not published beside itself.
func (t *transfer) launch(ctx context.Context, row Row) {
	under, busy := t.busy[row.Message.Key]
	if !busy || under.Position == row.Position {
		t.busy[row.Message.Key] = row
	}
	if !busy {
		t.flying++
		go t.publish(ctx, row)
	}
}

func (t *transfer) publish(ctx context.Context, row Row) {
	d := delivery{row: row, err: errGone}
	defer func() { t.done <- d }()
	d.err = t.within(ctx, func(ctx context.Context) error { return safely(ctx, t.publisher.Publish, row.Message) })
}

// within bounds a call to the queue or to the publisher.
func (t *transfer) within(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, t.config.Timeout)
	defer cancel()
	return call(ctx)
}

// took decides what follows a publish that returned. One that failed because the relay stops gives
// its row back as it was.
func (t *transfer) took(ctx context.Context, d delivery) {
	t.flying--
	switch {
	case d.err == nil:
		t.outages = 0
		t.delivered = append(t.delivered, d.row.Message.Key)
	case ctx.Err() != nil:
		t.failed = append(t.failed, failed{d.row.Message.Key, Failure{Attempts: d.row.Attempts, Error: d.row.LastError}})
	default:
		t.fail(d, time.Now())
	}
}

// tookAll takes what else has returned, so that it shares a write.
func (t *transfer) tookAll(ctx context.Context) {
	for {
		select {
		case d := <-t.done:
			t.took(ctx, d)
		default:
			return
		}
	}
}

func (t *transfer) fail(d delivery, now time.Time) {
	nobody := errors.Is(d.err, ErrUnavailable)
	first := nobody && !now.Before(t.resume) // others that were under way tell of the same outage
	if first {
		t.outages++
	}
	f := t.config.after(d.row, d.err, t.outages, rand.Float64())
	t.failed = append(t.failed, failed{d.row.Message.Key, f})
	due := now.Add(f.Wait)
	log := t.config.Logger.With("type", d.row.Message.Type, "key", d.row.Message.Key, "id", d.row.Message.ID,
		"position", d.row.Position, "attempts", f.Attempts, "error", d.err)
	switch {
	case first:
		t.resume = due
		log.Warn("nobody is there to take messages; trying again", "at", due)
	case f.Dead:
		log.Error("a message is a dead letter and holds its key; redrive or discard it")
	case !nobody:
		log.Info("a message was not delivered; trying again", "at", due)
	}
	if !f.Dead {
		t.later = append(t.later, due)
	}
}

// next is when turn has something to do, if no publish returns and nobody wakes the relay before.
func (t *transfer) next() time.Time {
	next := t.look
	for _, due := range t.later {
		if due.Before(next) {
			next = due
		}
	}
	if next.Before(t.resume) {
		return t.resume
	}
	return next
}

// leave waits for the publishes under way and records what can be recorded.
func (t *transfer) leave(ctx context.Context) {
	grace := time.NewTimer(leaveGrace)
	defer grace.Stop()
	for late := false; t.flying > 0 && !late; {
		select {
		case d := <-t.done:
			t.took(ctx, d)
		case <-grace.C:
			late = true
			t.config.Logger.Warn("a publisher ignores the end of its ctx and is left behind", "messages", t.flying)
		}
	}
	if err := t.record(context.WithoutCancel(ctx)); err != nil {
		t.config.Logger.Error("deliveries were not recorded; their messages will be sent again", "error", err)
	}
}
