package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// One row a transition, in the order in which they became durable; a restarted program would read
// the tail. A batch is one statement, and so one transaction and one round trip.
const (
	logTable = `create table if not exists log (
		pos bigint generated always as identity primary key,
		saga text not null, seq int not null, kind text not null, step int not null, state jsonb
	)`
	logInsert = `insert into log (saga, seq, kind, step, state)
		select * from unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::jsonb[])`
	logCounts = `select kind, count(*) from log where kind in ('completed', 'compensated') group by kind
		union all select 'open', d from (select count(*) filter (where kind = 'started')
			- count(*) filter (where kind in ('completed', 'compensated')) d from log) x where d <> 0`
	// A saga whose transitions are not in order, each once, shows as what it is.
	logRecords = `select saga, case when array_agg(seq order by pos) = array_agg(distinct seq) and max(seq) = count(*) - 1
			then (array_agg(kind order by pos desc))[1] else 'out of order' end,
		(count(*) filter (where kind = 'done') - count(*) filter (where kind = 'undone'))::int,
		(array_agg(state order by pos))[1]
		from log where saga = any($1) group by saga`
	logPreload = `insert into log (saga, seq, kind, step, state)
		select $1::text || n, t.seq, t.kind, t.step, case when t.seq = 0 then $2::jsonb end
		from generate_series(1, $3) n, (select seq, case when seq = 0 then 'started' when seq = 9 then 'completed'
			when seq % 2 = 1 then 'intended' else 'done' end kind, (seq - 1) / 2 step from generate_series(0, 9) seq) t
		order by n, seq`
)

// Append writes what [Naive] writes into one log, in batches: one goroutine writes all that came
// while it was writing. It is what storage alone can do, without an engine: nothing is ever updated
// or claimed, and no end can be found but by reading the log.
func Append() Contestant {
	return Contestant{
		Name: "append",
		Open: func(ctx context.Context, c Case) (Runner, error) {
			one, err := openPool(ctx, c.Address, 1, logTable)
			if err != nil {
				return nil, err
			}
			r := &logRunner{pool: one, p: c.Participant, in: make(chan *row, c.Callers), ended: make(chan struct{})}
			go r.serve(ctx)
			return r, nil
		},
		Read: readLog, Preload: preloadLog,
	}
}

// row is a transition on its way into the log.
type row struct {
	saga    string
	seq     int
	kind    string
	step    int
	state   *string
	durable chan error
}

type logRunner struct {
	pool  pool
	p     Participant
	in    chan *row
	ended chan struct{}
}

func (r *logRunner) Saga(ctx context.Context, id string) error {
	state, err := json.Marshal(NewOrder(id))
	if err != nil {
		return err
	}
	text := string(state)
	w := writer{r: r, row: row{saga: id, durable: make(chan error, 1)}}
	w.row.state = &text
	w.write("started", 0)
	w.row.state = nil // no step changes it
	for step := range Steps {
		w.write("intended", step)
		if w.err != nil {
			return w.err
		}
		switch err := r.p.Act(ctx, id, step); {
		case errors.Is(err, ErrRefused):
			return w.back(ctx, step)
		case err != nil:
			return err
		}
		w.write("done", step)
	}
	w.write("completed", Steps)
	return w.err
}

// writer writes one saga's transitions, one after the other, and remembers the first error.
type writer struct {
	r   *logRunner
	row row
	err error
}

func (w *writer) write(kind string, step int) {
	if w.err != nil {
		return
	}
	w.row.kind, w.row.step = kind, step
	w.r.in <- &w.row
	w.err = <-w.row.durable
	w.row.seq++
}

func (w *writer) back(ctx context.Context, refused int) error {
	w.write("refused", refused)
	for step := refused - 1; step >= 0; step-- {
		w.write("undoing", step)
		if w.err != nil {
			return w.err
		}
		if err := w.r.p.Undo(ctx, w.row.saga, step); err != nil {
			return err
		}
		w.write("undone", step)
	}
	w.write("compensated", 0)
	return w.err
}

func (r *logRunner) Close() error {
	close(r.in)
	<-r.ended
	return r.pool.close()
}

// serve writes until there is nothing more. While a batch is on its way, the next one gathers.
func (r *logRunner) serve(ctx context.Context) {
	defer close(r.ended)
	var b batch
	for first := range r.in {
		b.begin(first)
		for more := true; more; {
			select {
			case next, open := <-r.in:
				if more = open; open {
					b.add(next)
				}
			default:
				more = false
			}
		}
		_, err := r.pool.exec(ctx, logInsert, b.sagas, b.seqs, b.kinds, b.steps, b.states)
		if err != nil {
			err = fmt.Errorf("append %d rows: %w", len(b.rows), err)
		}
		for _, one := range b.rows {
			one.durable <- err
		}
	}
}
