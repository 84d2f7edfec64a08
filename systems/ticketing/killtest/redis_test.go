//go:build unix

package killtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/internal/redistest"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
	"github.com/seosa-dev/saga/systems/ticketing/platform"
)

// Some pay while Redis goes away, one is active and thinks about it, and the rest wait.
const (
	payers  = atOnce - 1
	waiters = 6
)

// hall is a system whose line is in a Redis that is killed.
type hall struct {
	t      *testing.T
	folder string
	redis  *redistest.Server
	faults *fault.Faults
	p      *platform.Platform
	season *season
	all    []*visitor // in the order of arrival
}

type visitor struct {
	*buyer
	*visit
}

// stand is where a token stands, as its buyer sees it and as the book has it.
type stand struct {
	Status      string
	Position    int64
	ActiveUntil string

	waitingUntil int64
}

func newHall(t *testing.T) *hall {
	t.Helper()
	quiet := &fault.Config{Logger: slog.New(slog.DiscardHandler)}
	n := &network{chance: fault.New(quiet), trap: fault.New(quiet)}
	h := &hall{t: t, folder: t.TempDir(), redis: redistest.Start(t), faults: n.chance}
	c := config(h.folder, n)
	c.Redis, c.Logger, c.Engine.Logger = h.redis.URL(), quiet.Logger, quiet.Logger
	c.HoldFor, c.Budget = time.Hour, 10*time.Minute // nobody turns back for the time that Redis is away
	p, err := platform.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	h.p = p
	h.run()
	return h
}

func (h *hall) run() {
	h.t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(h.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- h.p.Run(ctx) }()
	server := httptest.NewServer(h.p)
	town := &town{t: h.t, address: strings.TrimPrefix(server.URL, "http://")}
	town.life.Store(&life{})
	h.season = &season{town: town, began: time.Now()}
	h.t.Cleanup(func() {
		server.Close()
		stop()
		if err := errors.Join(<-ended, h.p.Close()); err != nil {
			h.t.Error(err)
		}
	})
}

// fills lets everybody in: the payers have seats and money.
func (h *hall) fills(ctx context.Context) {
	h.t.Helper()
	var ok bool
	if h.season.admin, ok = h.season.signOn(ctx, admin); !ok || !h.season.next(ctx, billed{}) {
		h.t.FailNow()
	}
	for i := range atOnce + waiters {
		who, ok := h.season.signOn(ctx, fmt.Sprintf("visitor%02d", i))
		if !ok {
			h.t.FailNow()
		}
		v := &visitor{buyer: &buyer{person: who, season: h.season}}
		for pause := range patiently(ctx) {
			if v.visit, ok = v.enters(ctx); ok {
				break
			}
			pause()
		}
		h.all = append(h.all, v)
	}
	for i, v := range h.all[:payers] {
		if !v.waits(ctx, v.visit) || !v.charges(ctx, price) {
			h.t.FailNow()
		}
		for pause := range patiently(ctx) { // the seats may not have been told of yet
			if _, ok := v.reserves(ctx, v.visit, []int{i + 1}); !ok || len(v.ids) > 0 {
				break
			}
			pause()
		}
	}
}

// rule says how many may be active.
func (h *hall) rule(ctx context.Context, limit int) {
	h.season.insist(ctx, h.season.admin, call{
		method: "PUT", path: fmt.Sprintf("/admin/queue/%d", h.season.on().concert), body: map[string]int{"limit": limit, "batch": 0, "everySeconds": 0},
	})
}

// stands are where those stand who do not pay, by token.
func (h *hall) stands(ctx context.Context) map[string]stand {
	h.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(h.folder, "queue.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	all := map[string]stand{}
	for _, v := range h.all[payers:] {
		r, ok := h.season.insist(ctx, v.person, call{method: "GET", path: "/queue/tokens/me", token: v.token})
		var s stand
		if !ok || !h.season.read(r, &s) {
			h.t.FailNow()
		}
		if err := db.QueryRowContext(ctx, `select waiting_until from queue_token where token = ?`, v.token).Scan(&s.waitingUntil); err != nil {
			h.t.Fatal(err)
		}
		all[v.token] = s
	}
	return all
}

// wait returns when every saga waits at QUEUE and was asked about there again and again.
func (h *hall) waitAtQueue(ctx context.Context) {
	h.t.Helper()
	for pause := range patiently(ctx) {
		found, err := h.p.Orchestrator.Engine().Find(ctx, saga.Filter{Statuses: []saga.Status{saga.Running}, Step: string(event.Queue)})
		if err != nil {
			h.t.Fatal(err)
		}
		asked := 0
		for _, in := range found {
			if in.Calls >= 6 {
				asked++
			}
		}
		if asked == payers {
			return
		}
		pause()
	}
	h.t.Fatal("the sagas do not wait at QUEUE")
}

// TestRedisIsKilledWhilePeoplePay empties Redis, kills it while payments come to the queue, and brings it back
// empty: no payment turns back, all wait and are completed, and nobody loses a place or time.
func TestRedisIsKilledWhilePeoplePay(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(t.Context(), endLimit)
	defer stop()
	h := newHall(t)
	h.fills(ctx)
	h.rule(ctx, 0) // so that places stay what they are
	stood := h.stands(ctx)
	var crowd sync.WaitGroup
	h.pay(ctx, &crowd)

	h.redis.Flush()
	h.redis.Kill()
	h.letGo()
	h.waitAtQueue(ctx)
	if r, err := h.season.ask(ctx, h.all[0].person, call{method: "GET", path: "/queue/tokens/me", token: h.all[0].token}); err != nil || r.code != "line-unavailable" {
		t.Errorf("while Redis is away a buyer hears %d %s %v", r.status, r.text, err)
	}
	h.redis.Start()
	h.redis.Flush()
	crowd.Wait()
	if ends := h.season.book.ended(); ends[orchestrator.Completed] != payers {
		t.Errorf("the payments ended: %v", ends)
	}
	if stands := h.stands(ctx); !maps.Equal(stands, stood) {
		t.Errorf("they stood\n%v\nand now\n%v", stood, stands)
	}
	h.rule(ctx, atOnce)
	for _, v := range h.all[payers : atOnce+payers] { // as many as there is room for
		if !v.waits(ctx, v.visit) {
			t.Errorf("%s is not let in", v.name)
		}
	}
	for pause := range patiently(ctx) {
		if atRest(t, h.folder) {
			break
		}
		pause()
	}
	checkTruth(t, h.folder, &h.season.book)
	if n := checkHistories(t, h.folder); n != 0 {
		t.Errorf("%d sagas needed attention", n)
	}
}

// pay lets everybody pay who will, and returns when all payments have come to the queue's door.
func (h *hall) pay(ctx context.Context, crowd *sync.WaitGroup) {
	h.t.Helper()
	if err := h.faults.Arm(fault.Fault{At: toQueue, Kind: fault.Postpone, Times: -1}); err != nil {
		h.t.Fatal(err)
	}
	for _, v := range h.all[:payers] {
		p := &purchase{who: v.person, key: "pay", token: v.token, ids: v.ids}
		h.season.book.enter(p)
		crowd.Go(func() { h.season.pursue(ctx, p) })
	}
	for pause := range patiently(ctx) {
		found, err := h.p.Orchestrator.Engine().Find(ctx, saga.Filter{Step: string(event.Queue)})
		if err != nil {
			h.t.Fatal(err)
		}
		if len(found) == payers {
			break
		}
		pause()
	}
	if err := h.faults.Struck(ctx, toQueue, payers); err != nil {
		h.t.Fatal(err)
	}
}

// letGo lets what was kept come to the queue.
func (h *hall) letGo() {
	h.t.Helper()
	if err := h.faults.Disarm(toQueue, fault.Postpone); err != nil {
		h.t.Fatal(err)
	}
	h.faults.Release()
}
