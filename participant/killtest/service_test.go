//go:build unix

package killtest_test

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
)

// work is the request of every operation, and its reply.
type work struct {
	Step string `json:"step"`
}

// The steps, which are operations too.
var steps = []string{"stock", "seat", "pay", "ship"}

const (
	effectTable = `create table if not exists effect (key text primary key, done integer not null, undone integer not null default 0) strict`
	effectDo    = `insert into effect (key, done) values (?, 1) on conflict (key) do update set done = done + 1`
	effectUndo  = `update effect set undone = undone + 1 where key = ?`
)

// openService opens the participant's file.
func openService(ctx context.Context, folder string) (*sqlite.DB, error) {
	db, err := sqlite.OpenDatabase(ctx, filepath.Join(folder, "service.db"))
	if err != nil {
		return nil, err
	}
	return db, db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, effectTable)
		return err
	})
}

func doWork(ctx context.Context, tx *sql.Tx, key string, w work) (work, error) {
	if _, err := tx.ExecContext(ctx, effectDo, key); err != nil {
		return w, err
	}
	// It refuses when it has done its work already: that must not stay.
	if fate := chanceOf(key); w.Step == "pay" && fate%4 == 0 || w.Step == "ship" && fate%4 == 0 && !strings.Contains(key, "~") {
		return w, &participant.Refusal{Code: "not-today", Detail: "Ask for something else."}
	}
	return w, nil
}

func undoWork(ctx context.Context, tx *sql.Tx, key string, _, _ work) error {
	_, err := tx.ExecContext(ctx, effectUndo, key)
	return err
}

func chanceOf(key string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(key))
	return h.Sum64() >> 7
}

// runService is the participant.
func runService(ctx context.Context) error {
	db, err := openService(ctx, os.Getenv(envFolder))
	if err != nil {
		return err
	}
	responder := participant.NewResponder("/service", nil)
	for _, name := range steps {
		responder.Handle(name, sqlite.Operation(db, name, doWork, undoWork))
	}
	http.Handle("POST /message", taking(func(ctx context.Context, m message.Message) error {
		report("calls of " + m.Type[strings.LastIndexByte(m.Type, '.')+1:])
		return responder.Take(ctx, m)
	}))
	return http.ListenAndServe(os.Getenv(envCalls), nil)
}

// runRelay carries the participant's outbox to the engine.
func runRelay(ctx context.Context) error {
	db, err := openService(ctx, os.Getenv(envFolder))
	if err != nil {
		return err
	}
	w, err := newWire(os.Getenv(envStarts))
	if err != nil {
		return err
	}
	return message.NewRelay(sqlite.NewQueue(db, db.Read), w, &message.RelayConfig{
		Poll: 5 * time.Millisecond, Max: 200 * time.Millisecond, MaxAttempts: 1000, Timeout: 500 * time.Millisecond,
	}).Run(ctx)
}

// bag is the state of the sagas: what was answered.
type bag struct {
	Done []string
	Said string
}

func (b *bag) read(e participant.Entry) error {
	if e.Refusal != nil {
		b.Said = e.Refusal.Code
		return nil
	}
	b.Done = append(b.Done, fmt.Sprintf("%s %s", e.Operation, e.Reply))
	return nil
}

// definition is the same in every life.
func definition(p message.Publisher) saga.Definition[bag] {
	d := saga.Definition[bag]{Name: "order", Version: 1}
	for i, name := range steps {
		kind := []saga.Kind{saga.Compensatable, saga.Compensatable, saga.Pivot, saga.Retriable}[i]
		st := participant.Step(name, kind, participant.Requester{Publisher: p, Source: "/engine", Name: name},
			func(bag) any { return work{name} }, (*bag).read)
		st.ReplyTimeout = 700 * time.Millisecond
		d.Steps = append(d.Steps, st)
	}
	return d
}
