package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/dtm-labs/dtm/client/dtmcli"
	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga/bench/internal/load"
)

//go:embed dtm.sql
var dtmTables string

// payload is what every request of a saga carries.
type payload struct {
	Saga string `json:"saga"`
	Step int    `json:"step"`
	load.Order
}

func dtmContestant(name string, durable bool) load.Contestant {
	return load.Contestant{
		Name: name,
		Open: func(ctx context.Context, c load.Case) (load.Runner, error) { return openDTM(ctx, c, durable) },
		Read: func(ctx context.Context, c load.Case, ids []string) (load.Found, error) {
			return readDTM(ctx, c, durable)
		},
	}
}

type dtmRunner struct {
	*dtmServer
	steps   string       // URL of the participant
	here    *http.Server // serves the steps, unless another process does
	refuses bool
}

func openDTM(ctx context.Context, c load.Case, durable bool) (_ load.Runner, err error) {
	conn, err := pgx.Connect(ctx, c.Address)
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec(ctx, dtmTables)
	if err = errors.Join(err, conn.Close(ctx)); err != nil {
		return nil, fmt.Errorf("make DTM's tables: %w", err)
	}
	r := &dtmRunner{refuses: c.Workload.Refuses < load.Steps}
	if remote, ok := c.Participant.(interface{ URL() string }); ok {
		r.steps = remote.URL()
	} else {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		r.steps, r.here = "http://"+listener.Addr().String(), &http.Server{Handler: load.Handler(c.Participant)}
		go func() { _ = r.here.Serve(listener) }() // it ends with Close
	}
	if r.dtmServer, err = startDTM(ctx, c, durable); err != nil {
		return nil, errors.Join(err, r.closeSteps())
	}
	dtmcli.GetRestyClient().SetTransport(keepAlive(c.Callers))
	return r, nil
}

// keepAlive keeps a connection for each caller, where the client's own default keeps three.
func keepAlive(callers int) *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: 2 * callers, DisableCompression: true}
}

func (r *dtmRunner) Saga(_ context.Context, id string) error {
	s := dtmcli.NewSaga(r.url+"/api/dtmsvr", id)
	for step := range load.Steps {
		undo := r.steps + "/undo"
		if r.refuses && step == load.Steps-1 {
			undo = "" // DTM undoes a refused step as well, unless it has nothing to undo
		}
		s.Add(r.steps+"/act", undo, payload{id, step, load.NewOrder(id)})
	}
	s.WaitResult = true
	err := s.Submit()
	if r.refuses && err != nil && strings.Contains(err.Error(), `"dtm_result":"FAILURE"`) {
		return nil // DTM's word for a saga that was undone; its end is checked afterwards, in the tables
	}
	return err
}

func (r *dtmRunner) Close() error { return errors.Join(r.dtmServer.close(), r.closeSteps()) }

func (r *dtmRunner) closeSteps() error {
	if r.here == nil {
		return nil
	}
	return r.here.Close()
}

// A saga's end is its row's; its steps are rows as well. What DTM has not told the database of steps
// when its server ends is lost, unless they are durable one by one; then they count as its end says.
const dtmRecords = `select g.gid,
	case g.status when 'succeed' then 'completed' when 'failed' then 'compensated' else g.status end,
	case when $1 then (select count(*) from trans_branch_op b where b.gid = g.gid and op = 'action' and status = 'succeed')
		- (select count(*) from trans_branch_op b where b.gid = g.gid and op = 'compensate' and status = 'succeed' and url <> '')
		else case g.status when 'succeed' then 4 else 0 end end,
	(select bin_data from trans_branch_op b where b.gid = g.gid and op = 'action' and branch_id = '01')
	from trans_global g`

func readDTM(ctx context.Context, c load.Case, durable bool) (f load.Found, err error) {
	conn, err := pgx.Connect(ctx, c.Address)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	rows, err := conn.Query(ctx, dtmRecords, durable)
	if err != nil {
		return f, err
	}
	if f.Records, err = pgx.CollectRows(rows, pgx.RowToStructByPos[load.Record]); err != nil {
		return f, err
	}
	f.Counts = map[string]int{}
	for _, r := range f.Records {
		f.Counts[r.Status]++
	}
	return f, nil
}
