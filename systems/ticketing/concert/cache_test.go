package concert_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/concert"
)

// shelf is a source whose content and pace the test has in hand.
type shelf struct {
	title string
	reads atomic.Int32
	began chan struct{} // gets a value when a read has what it will answer
	hold  chan struct{} // if not nil, reads wait for it to be closed
	mu    sync.Mutex
}

func (s *shelf) put(title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.title = title
}

func (s *shelf) Available(context.Context) ([]concert.Concert, error) {
	s.reads.Add(1)
	s.mu.Lock()
	found := []concert.Concert{{ID: 1, Title: s.title}}
	s.mu.Unlock()
	if s.hold != nil {
		s.began <- struct{}{}
		<-s.hold
	}
	return found, nil
}

func (s *shelf) Timetable(_ context.Context, id int64) (concert.Timetable, error) {
	s.reads.Add(1)
	if id != 1 {
		return concert.Timetable{}, concert.ErrNotFound
	}
	return concert.Timetable{ConcertID: id, Schedules: []concert.Schedule{{ID: 1}}}, nil
}

func wantTitle(t *testing.T, c *concert.ConcertCacheManager, want string) {
	t.Helper()
	list, err := c.Available(t.Context())
	if err != nil || len(list) != 1 || list[0].Title != want {
		t.Errorf("got %v, %v; want %s", list, err, want)
	}
}

func TestEachCacheHasItsTime(t *testing.T) {
	t.Parallel()
	now := begin
	s := &shelf{}
	c := concert.NewCacheManager(s, concert.CacheConfig{Now: func() time.Time { return now }})
	both := func(wait time.Duration, want int32) {
		t.Helper()
		now = now.Add(wait)
		before := s.reads.Load()
		_, err := c.Available(t.Context())
		_, err2 := c.Timetable(t.Context(), 1)
		if got := s.reads.Load() - before; got != want || err != nil || err2 != nil {
			t.Errorf("after %s: %d reads, want %d; %v %v", wait, got, want, err, err2)
		}
	}
	both(0, 2)
	both(time.Minute-1, 0)
	both(1, 1) // the dates
	both(4*time.Minute-1, 1)
	both(1, 1) // the list
}

// F-A17: a reader that began before the change must not put the old list back after the eviction. Whoever
// asks after the eviction gets the new one, even while the old read is still under way.
func TestAReadFromBeforeAnEvictionIsNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{title: "old", began: make(chan struct{}, 2), hold: make(chan struct{})}
		c := concert.NewCacheManager(s, concert.CacheConfig{})
		titles := make(chan string, 2)
		ask := func() {
			list, err := c.Available(t.Context())
			if err != nil {
				t.Error(err)
			}
			titles <- list[0].Title
		}
		go ask()
		<-s.began // it has read the old list
		s.put("new")
		c.Evict(1)
		go ask()
		<-s.began // it did not join the old read; if it had, all would wait here
		close(s.hold)
		if a, b := <-titles, <-titles; a == b {
			t.Errorf("both readers got %s", a)
		}
		s.hold = nil
		wantTitle(t, c, "new")
		if got := s.reads.Load(); got != 2 {
			t.Errorf("%d reads, want 2: the second one is kept", got)
		}
	})
}

// The old read may also end last.
func TestAReadFromBeforeAnEvictionIsNotKeptThoughItEndsLast(t *testing.T) {
	t.Parallel()
	s := &shelf{title: "old", began: make(chan struct{}), hold: make(chan struct{})}
	c := concert.NewCacheManager(s, concert.CacheConfig{})
	old := make(chan string)
	go func() {
		list, err := c.Available(t.Context())
		if err != nil {
			t.Error(err)
		}
		old <- list[0].Title
	}()
	<-s.began
	s.put("new")
	c.Evict(1)
	close(s.hold)
	if got := <-old; got != "old" {
		t.Error("the first reader got", got)
	}
	s.hold = nil
	wantTitle(t, c, "new")
}

// However many ask for what is not there, it is read once.
func TestOneReadServesAllWhoMiss(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{title: "new", began: make(chan struct{}, 1), hold: make(chan struct{})}
		c := concert.NewCacheManager(s, concert.CacheConfig{})
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { wantTitle(t, c, "new") })
		}
		synctest.Wait() // all of them wait for the one read
		close(s.hold)
		all.Wait()
		if got := s.reads.Load(); got != 1 {
			t.Errorf("%d reads", got)
		}
	})
}

// A reader that gives up does not take the read away from the others.
func TestAReaderWhoLeavesSpoilsNothing(t *testing.T) {
	t.Parallel()
	s := &shelf{title: "new", began: make(chan struct{}, 1), hold: make(chan struct{})}
	c := concert.NewCacheManager(s, concert.CacheConfig{})
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := c.Available(ctx)
		left <- err
	}()
	<-s.began
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(s.hold)
	wantTitle(t, c, "new")
	if got := s.reads.Load(); got != 1 {
		t.Errorf("%d reads", got)
	}
}

func TestWhatDoesNotExistIsNotKept(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	c := concert.NewCacheManager(s, concert.CacheConfig{})
	for range 3 {
		if _, err := c.Timetable(t.Context(), 2); !errors.Is(err, concert.ErrNotFound) {
			t.Error(err)
		}
	}
	if got := s.reads.Load(); got != 3 {
		t.Errorf("%d reads, want 3", got)
	}
}

// What a reader does with its answer is not seen by the next.
func TestAnAnswerIsTheReadersOwn(t *testing.T) {
	t.Parallel()
	c := concert.NewCacheManager(&shelf{title: "new"}, concert.CacheConfig{})
	for range 2 {
		list, err := c.Available(t.Context())
		must(t, err)
		list[0].Title = "scribbled"
		dates, err := c.Timetable(t.Context(), 1)
		must(t, err)
		if dates.Schedules[0].ID != 1 {
			t.Error("another reader's", dates)
		}
		dates.Schedules[0].ID = 7
	}
	wantTitle(t, c, "new")
}
