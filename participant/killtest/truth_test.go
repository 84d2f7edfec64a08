//go:build unix

package killtest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
)

// finish lets every saga that was acknowledged come to its end, and the outbox empty.
func (s *site) finish(ctx context.Context) {
	s.t.Helper()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithTimeout(ctx, endLimit)
	defer cancel()
	for _, id := range s.all {
		for !s.stands(ctx, id).Ended() {
			if s.stands(ctx, id) == saga.NeedsAttention && s.resume(ctx, id) {
				s.tally.note("sagas that needed attention")
			}
			if ctx.Err() != nil {
				s.t.Fatalf("%s is %q after %v", id, s.stands(context.Background(), id), endLimit)
			}
			pass(10 * time.Millisecond)
		}
	}
	serves, err := openService(ctx, s.work)
	if err != nil {
		s.t.Fatal(err)
	}
	defer serves.close()
	for left := 1; left > 0; {
		if left, err = serves.left(ctx); err != nil {
			s.t.Fatalf("%d messages are left in the outbox: %v", left, err)
		}
		pass(5 * time.Millisecond)
	}
}

func (s *site) resume(ctx context.Context, id string) bool {
	response, err := s.ask(ctx, "POST", "/start", id)
	if err != nil {
		return false
	}
	response.Body.Close()
	return true
}

// effect is what the participant did under a key, and what its ledger says.
type effect struct {
	key          string
	done, undone int
	state        string
}

func (e effect) stands() bool { return e.done > 0 && e.undone == 0 }

// check holds what the participant did against how the sagas ended, and returns how they did.
func (s *site) check(ctx context.Context) string {
	s.t.Helper()
	effects := s.effects(ctx)
	engine, store, _, err := openEngine(ctx, s.sagas, message.NewBus())
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	acknowledged := map[string]bool{}
	for _, id := range s.all {
		acknowledged[id] = true
	}
	for id := range effects {
		if _, err := engine.Get(ctx, id); err != nil {
			s.t.Errorf("something was done for %s: %v", id, err)
		}
		if !acknowledged[id] {
			s.tally.note("sagas whose start was not acknowledged")
		}
	}
	ends := map[string]int{}
	for _, id := range s.all {
		in, err := engine.Get(ctx, id)
		if err != nil {
			s.t.Errorf("%s was acknowledged: %v", id, err)
			continue
		}
		ends[fmt.Sprintf("sagas %s", in.Status)]++
		s.checkOne(in, effects[id])
		s.checkSent(ctx, engine, id)
	}
	list := tally{counts: ends}
	return list.String()
}

// checkOne wants each step in effect once, or what was done undone once.
func (s *site) checkOne(in saga.Instance, keys map[string]effect) {
	s.t.Helper()
	stands := map[string]int{}
	for key, e := range keys {
		if e.done != 1 || e.undone > 1 {
			s.t.Errorf("%s was done %d times and undone %d times", key, e.done, e.undone)
		}
		if k, err := saga.ParseKey(key); err != nil {
			s.t.Error(err)
		} else if e.stands() {
			stands[k.Step]++
		}
	}
	want := map[string]int{}
	if in.Status == saga.Completed {
		for _, name := range steps {
			want[name] = 1
		}
	}
	if !in.Status.Ended() || !maps.Equal(stands, want) {
		s.t.Errorf("%s is %s, and in effect are %v; want %v", in.ID, in.Status, stands, want)
	}
	for _, name := range steps {
		if in.Status == saga.Completed && strings.Count(string(in.State), name+" {") != 1 {
			s.t.Errorf("%s is completed with the state %s; want what each step was answered, once", in.ID, in.State)
		}
	}
}

// checkSent wants every reply answered: taken, or too late.
func (s *site) checkSent(ctx context.Context, engine *saga.Engine, id string) {
	s.t.Helper()
	sent, err := engine.Sent(ctx, id)
	if err != nil {
		s.t.Error(err)
	}
	for _, one := range sent {
		switch err := one.Result.Err; {
		case errors.Is(err, saga.ErrLate):
			s.tally.note("replies too late")
		case errors.Is(err, saga.ErrWaiting):
			s.tally.note("replies that nobody has looked at yet")
		case err != nil:
			s.t.Errorf("a reply for %s: %v", id, err)
		}
	}
}

const (
	countOutbox = `select count(*) from saga_outbox`
	listEffects = `select e.key, e.done, e.undone, coalesce(l.state, 'none') from effect e left join saga_ledger l on l.key = e.key`
)

// effects returns what was done, by instance and key.
func (s *site) effects(ctx context.Context) map[string]map[string]effect {
	s.t.Helper()
	serves, err := openService(ctx, s.work)
	if err != nil {
		s.t.Fatal(err)
	}
	defer serves.close()
	list, err := serves.effects(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	all := map[string]map[string]effect{}
	for _, e := range list {
		if e.stands() != (e.state == "APPLIED") {
			s.t.Errorf("the ledger and what was done differ: %+v", e)
		}
		id, _, _ := strings.Cut(e.key, "/")
		if all[id] == nil {
			all[id] = map[string]effect{}
		}
		all[id][e.key] = e
	}
	return all
}

// missing is what the test proves nothing about, because it did not happen.
func (s *site) missing() []string {
	needed := slices.Concat(fates, []string{"calls of do", "calls of undo", "calls of probe", "replies"})
	for _, role := range []string{theEngine, theService, theRelay} {
		needed = append(needed, "kills of the "+role)
	}
	return slices.DeleteFunc(needed, func(what string) bool { return s.tally.of(what) > 0 })
}
