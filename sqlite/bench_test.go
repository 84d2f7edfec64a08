package sqlite_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// entryBytes is about what one transition of a small saga takes in a journal row.
const entryBytes = 150

// BenchmarkAppend appends durably, as an engine does that gathers so many transitions in a batch.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ transitions, starts int }{{1, 0}, {1, 1}, {64, 0}, {64, 13}, {64, 64}} {
		b.Run(fmt.Sprintf("transitions=%d/starts=%d", c.transitions, c.starts), func(b *testing.B) {
			store := open(b, filepath.Join(b.TempDir(), "sagas.db"))
			l := &load{b: b, store: store}
			l.join()
			for b.Loop() {
				l.append(c.transitions, c.starts)
			}
			b.ReportMetric(float64(c.transitions*b.N)/b.Elapsed().Seconds(), "transitions/s")
			l.check(int(l.pos)+1, 0)
		})
	}
}

// BenchmarkCheckpoint writes rows of instances that started and ended since the last checkpoint,
// each with a chunk of history. The append before each checkpoint is not counted.
func BenchmarkCheckpoint(b *testing.B) {
	for _, rows := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			store := open(b, filepath.Join(b.TempDir(), "sagas.db"))
			l := &load{b: b, store: store}
			l.join()
			for b.Loop() {
				b.StopTimer()
				l.append(1, 0)
				b.StartTimer()
				l.checkpoint(rows)
			}
			b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
			l.check(1, rows*b.N)
		})
	}
}

// BenchmarkSagas is both at once, in the proportions of 64 sagas of four steps that are durable per
// step: five transitions a saga, one append for each 64 transitions, a checkpoint every 100 ms. What
// it reports is what the store alone could carry; an engine has work of its own.
func BenchmarkSagas(b *testing.B) {
	store := open(b, filepath.Join(b.TempDir(), "sagas.db"))
	l := &load{b: b, store: store}
	l.join()
	ended, written := 0, 0
	last := time.Now()
	for b.Loop() {
		l.append(64, 13)
		ended += 13
		if time.Since(last) > 100*time.Millisecond {
			l.checkpoint(ended - written)
			last, written = time.Now(), ended
		}
	}
	b.ReportMetric(float64(ended)/b.Elapsed().Seconds(), "sagas/s")
	l.append(1, 0)
	l.checkpoint(ended - written)
	l.check(1, ended)
}

// BenchmarkClaim is the poll of an idle node: nothing is due. That many commands wait for what
// another node owns, which the poll has to pass over.
func BenchmarkClaim(b *testing.B) {
	for _, waiting := range []int{0, 1000} {
		b.Run(fmt.Sprintf("waiting=%d", waiting), func(b *testing.B) {
			store := open(b, filepath.Join(b.TempDir(), "sagas.db"))
			l := &load{b: b, store: store}
			l.join()
			l.append(1, 0)
			l.checkpoint(10_000)
			l.waiting("other", waiting)
			for b.Loop() {
				got, err := store.Instances().Claim(b.Context(), saga.Claim{Node: "node", Due: time.Now(), Limit: 100})
				if err != nil || len(got.Rows) > 0 || len(got.Commands) > 0 {
					b.Fatalf("claimed %+v, error %v", got, err)
				}
			}
		})
	}
}

// BenchmarkClaimPage is a claim in the midst of commands that the node was told and has not answered
// yet, beside as many for another node. It takes no row, so every round is the same.
func BenchmarkClaimPage(b *testing.B) {
	for _, waiting := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("waiting=%d", waiting), func(b *testing.B) {
			store := open(b, filepath.Join(b.TempDir(), "sagas.db"))
			l := &load{b: b, store: store}
			l.join()
			l.waiting("other", waiting/2)
			l.waiting("node", waiting/2)
			after := saga.Command{ID: id(waiting * 3 / 4), Sent: time.Unix(int64(waiting*3/4), 0)}
			for b.Loop() {
				got, err := store.Instances().Claim(b.Context(), saga.Claim{Node: "node", Due: time.Now(), After: after, Limit: 100})
				if err != nil || len(got.Commands) != 100 || !got.More {
					b.Fatalf("claimed %d commands, More %v, error %v", len(got.Commands), got.More, err)
				}
			}
		})
	}
}

// load is one node's writes.
type load struct {
	b          *testing.B
	store      file
	pos        int64
	trimmed    int64
	ids, wrote int
}

func (l *load) join() {
	if err := l.store.Journal().Join(l.b.Context(), "node", 0); err != nil {
		l.b.Fatal(err)
	}
}

func (l *load) append(transitions, starts int) {
	l.pos++
	a := saga.Append{Node: "node", Position: l.pos, Entries: bytes.Repeat([]byte("e"), transitions*entryBytes)}
	for range starts {
		l.ids++
		a.Starts = append(a.Starts, saga.StartKey{ID: id(l.ids), Definition: "order", Hash: make([]byte, 32)})
	}
	if taken, err := l.store.Journal().Append(l.b.Context(), a); err != nil || len(taken) > 0 {
		l.b.Fatalf("append %d: taken %q, error %v", l.pos, taken, err)
	}
}

func (l *load) checkpoint(rows int) {
	c := saga.Checkpoint{Node: "node", From: l.trimmed, To: l.pos}
	now := time.Now()
	for range rows {
		l.wrote++
		c.Rows = append(c.Rows, saga.Row{
			ID: id(l.wrote), Definition: "order", Version: 1, Status: saga.Completed,
			Started: now, Updated: now, Since: now, Data: bytes.Repeat([]byte("d"), 400),
		})
		c.History = append(c.History, saga.Chunk{ID: id(l.wrote), Seq: 1, Entries: bytes.Repeat([]byte("h"), 5*entryBytes)})
	}
	if err := l.store.Journal().Checkpoint(l.b.Context(), c); err != nil {
		l.b.Fatal(err)
	}
	l.trimmed = l.pos
}

// waiting stores so many rows that a node owns and sends a command to each, one second apart.
func (l *load) waiting(owner string, n int) {
	l.append(1, 0)
	c := saga.Checkpoint{Node: "node", From: l.trimmed, To: l.pos}
	var commands []saga.Command
	for range n {
		l.wrote++
		c.Rows = append(c.Rows, saga.Row{ID: id(l.wrote), Status: saga.Running, Live: true, Owner: owner})
		commands = append(commands, saga.Command{ID: id(l.wrote), Instance: id(l.wrote), Sent: time.Unix(int64(l.wrote), 0)})
	}
	if err := l.store.Journal().Checkpoint(l.b.Context(), c); err != nil {
		l.b.Fatal(err)
	}
	l.trimmed = l.pos
	if err := l.store.Instances().Send(l.b.Context(), commands); err != nil {
		l.b.Fatal(err)
	}
}

// id spreads instances over the tables, as ids made at random do.
func id(n int) string { return fmt.Sprintf("%08x-order-%08d", uint32(n)*2654435761, n) }

// check wants everything to have been written.
func (l *load) check(positions, rows int) {
	l.b.StopTimer()
	ctx := l.b.Context()
	tail, err := l.store.Journal().Tail(ctx, "node")
	if err != nil || len(tail.Positions) != positions {
		l.b.Fatalf("the journal has %d positions, want %d; error %v", len(tail.Positions), positions, err)
	}
	counts, err := l.store.Reader().Count(ctx)
	if err != nil || counts[saga.Completed] != rows {
		l.b.Fatalf("there are %d rows, want %d; error %v", counts[saga.Completed], rows, err)
	}
	if l.ids > 0 {
		keys, err := l.store.Instances().Keys(ctx, []string{id(1), id(l.ids)})
		if err != nil || len(keys) == 0 {
			l.b.Fatalf("got keys %v, error %v", keys, err)
		}
	}
}
