package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga/bench/internal/load"
)

// result is what a workflow returns: where the saga ended, and its state.
type result struct {
	Status  string
	Effects int
	Order   load.Order
}

func dbosContestant() load.Contestant {
	return load.Contestant{Name: "DBOS", Open: openDBOS, Read: readDBOS}
}

type dbosRunner struct {
	ctx      dbos.Context
	workflow func(dbos.Context, load.Order) (result, error)
}

// split takes the schema out of the address of a case, for who wants it apart.
func split(address string) (server *url.URL, schema string, err error) {
	server, err = url.Parse(address)
	if err != nil {
		return nil, "", err
	}
	query := server.Query()
	schema = query.Get("search_path")
	query.Del("search_path")
	server.RawQuery = query.Encode()
	return server, schema, nil
}

func openDBOS(ctx context.Context, c load.Case) (load.Runner, error) {
	server, schema, err := split(c.Address)
	if err != nil {
		return nil, err
	}
	d, err := dbos.NewContext(ctx, dbos.Config{
		AppName: "bench", DatabaseURL: server.String(), DatabaseSchema: schema,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return nil, err
	}
	r := &dbosRunner{ctx: d, workflow: workflow(c.Participant)}
	dbos.RegisterWorkflow(d, r.workflow, dbos.WithWorkflowName("order"))
	if err := dbos.Launch(d); err != nil {
		return nil, errors.Join(err, dbos.Shutdown(d, 5*time.Second))
	}
	return r, nil
}

// workflow is the saga as DBOS has it: a function whose effects are steps.
func workflow(p load.Participant) func(dbos.Context, load.Order) (result, error) {
	return func(ctx dbos.Context, o load.Order) (result, error) {
		id, err := dbos.GetWorkflowID(ctx)
		if err != nil {
			return result{}, err
		}
		for step := range load.Steps {
			done, err := dbos.RunAsStep(ctx, func(ctx context.Context) (bool, error) {
				err := p.Act(ctx, id, step)
				return err == nil, unless(err, load.ErrRefused)
			}, dbos.WithStepName(fmt.Sprintf("step%d", step+1)))
			if err != nil {
				return result{}, err
			}
			if !done {
				return result{"compensated", 0, o}, back(ctx, p, id, step)
			}
		}
		return result{"completed", load.Steps, o}, nil
	}
}

// back undoes the steps before the one that refused.
func back(ctx dbos.Context, p load.Participant, id string, refused int) error {
	for step := refused - 1; step >= 0; step-- {
		_, err := dbos.RunAsStep(ctx, func(ctx context.Context) (bool, error) {
			return true, p.Undo(ctx, id, step)
		}, dbos.WithStepName(fmt.Sprintf("undo%d", step+1)))
		if err != nil {
			return err
		}
	}
	return nil
}

// unless takes a refusal for what it is: an answer, and no error.
func unless(err, answer error) error {
	if errors.Is(err, answer) {
		return nil
	}
	return err
}

func (r *dbosRunner) Saga(_ context.Context, id string) error {
	handle, err := dbos.RunWorkflow(r.ctx, r.workflow, load.NewOrder(id), dbos.WithWorkflowID(id))
	if err != nil {
		return err
	}
	_, err = handle.GetResult()
	return err
}

func (r *dbosRunner) Close() error { return dbos.Shutdown(r.ctx, 10*time.Second) }

func readDBOS(ctx context.Context, c load.Case, ids []string) (f load.Found, err error) {
	conn, err := pgx.Connect(ctx, c.Address)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	rows, err := conn.Query(ctx, `select w.workflow_uuid, w.status, coalesce(r.output, ''),
		(select count(*) from operation_outputs o where o.workflow_uuid = w.workflow_uuid)
		from workflow_status w left join workflow_output r using (workflow_uuid)`)
	if err != nil {
		return f, err
	}
	f.Counts = map[string]int{}
	_, _, calls := c.Workload.Ends()
	var id, status, output string
	var kept int
	_, err = pgx.ForEachRow(rows, []any{&id, &status, &output, &kept}, func() error {
		r, err := recordOf(id, status, output)
		if kept != calls.Actions+calls.Undos {
			r.Status = fmt.Sprintf("recorded with %d steps", kept)
		}
		f.Counts[r.Status]++
		f.Records = append(f.Records, r)
		return err
	})
	return f, err
}

// recordOf reads a workflow's row. What it returned is JSON in base64.
func recordOf(id, status, output string) (load.Record, error) {
	r := load.Record{ID: id, Status: status}
	if status != string(dbos.WorkflowStatusSuccess) {
		return r, nil
	}
	text, err := base64.StdEncoding.DecodeString(output)
	if err != nil {
		return r, fmt.Errorf("what workflow %s returned: %w", id, err)
	}
	var res result
	if err := json.Unmarshal(text, &res); err != nil {
		return r, fmt.Errorf("what workflow %s returned: %w", id, err)
	}
	r.Status, r.Effects = res.Status, res.Effects
	r.State, err = json.Marshal(res.Order)
	return r, err
}
