//go:build unix

package nodetest_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

const (
	callers = 8
	pace    = 60 * time.Millisecond // from start to start of one caller, on average
)

// ordered is a start as its caller knows it.
type ordered struct {
	id     string
	number int

	// Guarded by the book.
	acknowledged bool
	unknown      bool // an answer was lost or said so
	again        int  // how often it was started anew
}

// book is all that the callers know.
type book struct {
	mu     *sync.Mutex
	starts map[string]*ordered
}

func newBook() book { return book{&sync.Mutex{}, map[string]*ordered{}} }

func (b book) enter(o *ordered) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.starts[o.id] = o
}

func (b book) note(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

// ids are those that were ever sent, in order; those that were acknowledged are counted.
func (b book) ids() (ids []string, acknowledged int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, o := range b.starts {
		ids = append(ids, id)
		if o.acknowledged {
			acknowledged++
		}
	}
	slices.Sort(ids)
	return ids, acknowledged
}

// load starts sagas until the function that it returns is called.
func (f *fleet) load() (stop func()) {
	f.loaded = true
	f.tally.begin()
	ctx, cancel := context.WithCancel(f.t.Context())
	var all sync.WaitGroup
	for i := range callers {
		c := client{f, rand.New(rand.NewPCG(f.rng.Uint64(), 2)), newHTTP(), true}
		all.Go(func() { c.work(ctx, i) })
	}
	stop = sync.OnceFunc(func() { cancel(); all.Wait() })
	f.t.Cleanup(stop)
	return stop
}

func newHTTP() *http.Client { return &http.Client{Timeout: startLimit + time.Second} }

// client is one caller.
type client struct {
	f    *fleet
	rng  *rand.Rand
	http *http.Client
	own  bool // a third of the starts are made in transactions, whichever was tried before
}

func (c client) work(ctx context.Context, caller int) {
	names := []string{"replay", "probe", "pivot"}
	for n := 1; pass(ctx, time.Duration(c.rng.Int64N(int64(2*pace)))); n++ {
		o := &ordered{id: fmt.Sprintf("%s-%d-%d", names[c.rng.IntN(len(names))], caller, n), number: n}
		c.f.book.enter(o)
		for try := 0; ctx.Err() == nil && !c.start(o, c.f.slots[c.rng.IntN(len(c.f.slots))]); try++ {
			if try > 0 && c.rng.IntN(3) == 0 {
				break // given up: nobody knows whether it exists
			}
			c.f.book.note(func() { o.again++ })
			pass(ctx, 20*time.Millisecond)
		}
	}
}

// start asks a node once, and returns true if the node said that the saga is durable.
func (c client) start(o *ordered, s *slot) bool {
	address := s.now().where()
	if address == "" {
		return false
	}
	form := url.Values{"id": {o.id}, "number": {strconv.Itoa(o.number)}}
	if c.own && c.rng.IntN(3) == 0 {
		form.Set("own", "yes")
	}
	response, err := c.http.Post(address+"/?"+form.Encode(), "", nil) // the load's end does not cut it off
	if err != nil {
		c.f.book.note(func() { o.unknown = true })
		return false
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	switch {
	case err == nil && response.StatusCode == http.StatusOK:
		c.f.book.note(func() { o.acknowledged = true })
		return true
	case err == nil && response.StatusCode != http.StatusServiceUnavailable:
		c.f.t.Errorf("the start of %s: %s: %s", o.id, response.Status, text)
	}
	c.f.book.note(func() { o.unknown = true })
	return false
}

// few starts sagas at one node and waits for the acknowledgement of each.
func (f *fleet) few(t *testing.T, s *slot, prefix string, count int) (ids []string) {
	t.Helper()
	c := client{f, f.rng, newHTTP(), false}
	for n := range count {
		o := &ordered{id: fmt.Sprintf("replay-%s-%d", prefix, n), number: n}
		f.book.enter(o)
		if !c.start(o, s) {
			t.Fatalf("%s was not started on %s", o.id, s.now().name)
		}
		ids = append(ids, o.id)
	}
	return ids
}
