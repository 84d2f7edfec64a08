package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver that the engine's store uses

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
)

// The table is all that the loop needs: one row a saga, found by its id alone, so each write
// touches one page of one tree.
const (
	plainTable = `create table instance (
		id text not null primary key, status text not null, step integer not null,
		state blob not null, started integer not null, updated integer not null
	) strict, without rowid`
	plainInsert = `insert into instance (id, status, step, state, started, updated) values (?, ?, 0, ?, ?, ?)`
	plainUpdate = `update instance set status = ?, step = ?, updated = ? where id = ?`
)

// plainLoop is the contestant without an engine: one transaction at the start and one after each
// step.
func plainLoop() load.Contestant {
	return load.Contestant{Name: "plain loop", Open: openPlain, Read: readPlain}
}

type plainRunner struct {
	db             *sql.DB
	insert, update *sql.Stmt
	p              load.Participant
	mu             sync.Mutex // held for a write: faster than 64 callers queueing in database/sql
}

// openPlainFile opens a file with the settings of the package sqlite. A statement outside a
// transaction is one of its own, which saves begin and commit.
func openPlainFile(path string) (*sql.DB, error) {
	settings := url.Values{
		"_busy_timeout": {"10000"},
		"_txlock":       {"immediate"},
		"_pragma": {
			"journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(4000)",
			"cache_size(-32000)", "temp_store(MEMORY)",
		},
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: settings.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

func openPlain(ctx context.Context, c load.Case) (load.Runner, error) {
	db, err := openPlainFile(c.Address)
	if err != nil {
		return nil, err
	}
	r := &plainRunner{db: db, p: c.Participant}
	if _, err = db.ExecContext(ctx, plainTable); err == nil {
		r.insert, err = db.PrepareContext(ctx, plainInsert)
	}
	if err == nil {
		r.update, err = db.PrepareContext(ctx, plainUpdate)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return r, nil
}

func (r *plainRunner) Saga(ctx context.Context, id string) error {
	state, err := json.Marshal(load.NewOrder(id))
	if err != nil {
		return err
	}
	at := time.Now().UnixMicro()
	if err := r.write(ctx, r.insert, id, string(saga.Running), state, at, at); err != nil {
		return err
	}
	for step := range load.Steps {
		switch err := r.p.Act(ctx, id, step); {
		case errors.Is(err, load.ErrRefused):
			return r.back(ctx, id, step)
		case err != nil:
			return err
		}
		status := saga.Running
		if step == load.Steps-1 {
			status = saga.Completed
		}
		if err := r.set(ctx, id, status, step+1); err != nil {
			return err
		}
	}
	return nil
}

// back undoes the steps before the one that refused; the turn is durable before the first undo.
func (r *plainRunner) back(ctx context.Context, id string, refused int) error {
	if err := r.set(ctx, id, saga.Compensating, refused); err != nil {
		return err
	}
	for step := refused - 1; step >= 0; step-- {
		if err := r.p.Undo(ctx, id, step); err != nil {
			return err
		}
		status := saga.Compensating
		if step == 0 {
			status = saga.Compensated
		}
		if err := r.set(ctx, id, status, step); err != nil {
			return err
		}
	}
	return nil
}

// set records how many steps are in effect.
func (r *plainRunner) set(ctx context.Context, id string, status saga.Status, effects int) error {
	return r.write(ctx, r.update, string(status), effects, time.Now().UnixMicro(), id)
}

// write is one transaction.
func (r *plainRunner) write(ctx context.Context, stmt *sql.Stmt, args ...any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err := stmt.ExecContext(ctx, args...)
	return err
}

func (r *plainRunner) Close() error { return r.db.Close() }

func readPlain(ctx context.Context, c load.Case, _ []string) (f load.Found, err error) {
	db, err := openPlainFile(c.Address)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, `select id, status, step, state from instance`)
	if err != nil {
		return f, err
	}
	defer rows.Close()
	f.Counts = map[string]int{}
	for rows.Next() {
		var r load.Record
		if err := rows.Scan(&r.ID, &r.Status, &r.Effects, &r.State); err != nil {
			return f, err
		}
		f.Counts[r.Status]++
		f.Records = append(f.Records, r)
	}
	return f, rows.Err()
}
