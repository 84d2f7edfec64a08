package standing_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/observe/internal/standing"
)

// source is a store's list of instances, latest start first, that may fail or hang.
type source struct {
	mu      sync.Mutex
	list    []saga.Instance
	err     error
	hang    chan struct{} // Count waits until it is closed, whatever becomes of its ctx; nil does not hang
	reading int           // reads under way
	most    int           // of these at once
}

func (s *source) set(change func(s *source)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *source) Count(context.Context) (map[saga.Status]int, error) {
	s.mu.Lock()
	s.reading++
	s.most = max(s.most, s.reading)
	hang := s.hang
	s.mu.Unlock()
	if hang != nil {
		<-hang
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading--
	count := map[saga.Status]int{}
	for _, in := range s.list {
		count[in.Status]++
	}
	return count, s.err
}

func (s *source) Find(_ context.Context, f saga.Filter) ([]saga.Instance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []saga.Instance
	for _, in := range s.list {
		if slices.Contains(f.Statuses, in.Status) && (f.Stood.IsZero() || !in.Since.After(f.Stood)) && len(found) < min(f.Limit, 1000) {
			found = append(found, in)
		}
	}
	return found, s.err
}

func in(id string, status saga.Status, age time.Duration) saga.Instance {
	return saga.Instance{ID: id, Status: status, Since: time.Now().Add(-age), Steps: []saga.StepStatus{{Name: "pay", Mark: saga.NotStarted}}}
}

func unknown(in saga.Instance) saga.Instance {
	in.Steps = []saga.StepStatus{{Name: "stock", Mark: saga.InEffect}, {Name: "pay", Mark: saga.MaybeDone}}
	return in
}

func because(in saga.Instance, why saga.Reason) saga.Instance {
	in.Reason = why
	return in
}

func quiet() standing.Config { return standing.Config{Logger: slog.New(slog.DiscardHandler)} }

func read(t *testing.T, r *standing.Reader) standing.Numbers {
	t.Helper()
	n, ok := r.Read(t.Context())
	if !ok {
		t.Fatal("it could not be read")
	}
	return n
}

func TestWhatStandsIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{list: []saga.Instance{
			in("a", saga.Running, time.Hour), unknown(in("b", saga.Running, time.Minute)), in("c", saga.Compensating, time.Second),
			unknown(because(in("d", saga.NeedsAttention, 2*time.Minute), saga.InDoubt)),
			unknown(because(in("e", saga.NeedsAttention, time.Minute), saga.InDoubt)),
			because(in("f", saga.NeedsAttention, time.Hour), saga.Stopped),
			because(in("g", saga.NeedsAttention, time.Hour), "of a later version"),
			unknown(in("h", saga.Compensated, 24*time.Hour)),
		}}
		n := read(t, standing.New(s, quiet()))
		for status, want := range map[saga.Status]int{saga.Running: 2, saga.Compensating: 1, saga.NeedsAttention: 4} {
			if n.Live[status] != want {
				t.Errorf("%d are %s, want %d", n.Live[status], status, want)
			}
		}
		wantGroup(t, "in doubt", n.Attention[saga.InDoubt], 2, 2*time.Minute)
		wantGroup(t, "stopped", n.Attention[saga.Stopped], 1, time.Hour)
		wantGroup(t, "other", n.Attention[standing.Other], 1, time.Hour)
		wantGroup(t, "undo refused", n.Attention[saga.UndoRefused], 0, 0)
		wantGroup(t, "unknown", n.Unknown, 3, 2*time.Minute)
		if n.Partial || len(n.Live) != 3 || len(n.Attention) != len(standing.Reasons()) {
			t.Errorf("%+v", n)
		}
	})
}

func wantGroup(t *testing.T, what string, g standing.Group, count int, age time.Duration) {
	t.Helper()
	if g.Count != count || g.Age(time.Now()) != age {
		t.Errorf("%s: %d, the oldest for %v; want %d and %v", what, g.Count, g.Age(time.Now()), count, age)
	}
}

func TestWhatIsUnknown(t *testing.T) {
	undo := func(calls int, why saga.Reason) saga.Instance {
		i := because(in("i", saga.Compensating, 0), why)
		i.Call, i.Calls = saga.CallCompensation, calls
		return i
	}
	unread := func(why saga.Reason) saga.Instance {
		return saga.Instance{Status: saga.NeedsAttention, Reason: why}
	}
	for name, c := range map[string]struct {
		in   saga.Instance
		want bool
	}{
		"a step that may be done":       {unknown(in("i", saga.Running, 0)), true},
		"a first call under way":        {in("i", saga.Running, 0), false},
		"an end":                        {unknown(in("i", saga.Completed, 0)), false},
		"an undo to come":               {undo(0, ""), false},
		"an undo that was called":       {undo(1, ""), true},
		"an undo that was refused":      {undo(3, saga.UndoRefused), false},
		"an undo that is not finished":  {undo(12, saga.UndoUnfinished), true},
		"in doubt, with unread steps":   {unread(saga.InDoubt), true},
		"no fence, with unread steps":   {unread(saga.CannotFence), true},
		"stopped, with unread steps":    {unread(saga.Stopped), false},
		"a step that a person skipped":  {saga.Instance{Status: saga.Running, Steps: []saga.StepStatus{{Mark: saga.Skipped}}}, false},
		"only a start that is recorded": {saga.Instance{Status: saga.Running}, false},
	} {
		if got := standing.Unknown(c.in); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// The oldest are the first to need somebody, and a list begins with the youngest.
func TestTheOldestAreFoundInACrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{}
		for i := range 5000 {
			s.list = append(s.list, unknown(in(fmt.Sprint("young", i), saga.Running, time.Second)))
		}
		s.list = append(s.list, unknown(in("old", saga.Running, 3*time.Hour)), because(in("stands", saga.NeedsAttention, time.Hour), saga.Stopped))
		n := read(t, standing.New(s, quiet()))
		if !n.Partial || n.Live[saga.Running] != 5001 {
			t.Errorf("partial %v, running %d", n.Partial, n.Live[saga.Running])
		}
		wantGroup(t, "unknown", n.Unknown, 1001, 3*time.Hour)
		wantGroup(t, "stopped", n.Attention[saga.Stopped], 1, time.Hour)
	})
}

func TestWhatWasReadIsToldForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{}
		r := standing.New(s, quiet())
		read(t, r)
		s.set(func(s *source) { s.list = []saga.Instance{in("a", saga.Running, 0)} })
		<-time.After(10*time.Second - 1)
		if n := read(t, r); n.Live[saga.Running] != 0 {
			t.Error("it was read again within ten seconds")
		}
		<-time.After(1)
		if n := read(t, r); n.Live[saga.Running] != 1 {
			t.Error("it was not read again after ten seconds")
		}
	})
}

// What could not be read is not told, and a store that fails is asked no more often than one that
// does not.
func TestAStoreThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{}
		r := standing.New(s, quiet())
		read(t, r)
		<-time.After(time.Minute)
		s.set(func(s *source) { s.err = errors.New("disk on fire") })
		if _, ok := r.Read(t.Context()); ok {
			t.Error("an old number was told as if it were true")
		}
		s.set(func(s *source) { s.err = nil })
		if _, ok := r.Read(t.Context()); ok {
			t.Error("it was asked again at once")
		}
		<-time.After(10 * time.Second)
		read(t, r)
	})
}

// However many ask a store that hangs, they wait as long as was said, and one read is under way.
func TestAStoreThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{hang: make(chan struct{}), list: []saga.Instance{in("a", saga.Running, 0)}}
		r := standing.New(s, quiet())
		for range 3 {
			began := time.Now()
			var all sync.WaitGroup
			for range 10 {
				all.Go(func() {
					if _, ok := r.Read(t.Context()); ok {
						t.Error("it answered although nothing was read")
					}
				})
			}
			all.Wait()
			if took := time.Since(began); took != 3*time.Second {
				t.Errorf("they waited for %v", took)
			}
		}
		close(s.hang)
		synctest.Wait()
		if n := read(t, r); n.Live[saga.Running] != 1 || s.most != 1 {
			t.Errorf("running %d, with %d reads at once", n.Live[saga.Running], s.most)
		}
	})
}

func TestAReaderThatGivesUpDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{hang: make(chan struct{})}
		defer close(s.hang)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, ok := standing.New(s, quiet()).Read(ctx); ok || time.Since(began) != time.Second {
			t.Errorf("read: %v, after %v", ok, time.Since(began))
		}
	})
}

func TestAnAgeIsNeverNegative(t *testing.T) {
	if age := (standing.Group{Count: 1, Since: time.Now().Add(time.Hour)}).Age(time.Now()); age != 0 {
		t.Errorf("it is %v", age)
	}
}
