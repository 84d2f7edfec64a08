package postgres_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/postgres"
)

var _ saga.Waker = (*postgres.Store)(nil)

// listening runs Wake and returns how often it called.
func listening(t *testing.T, store *postgres.Store) (heard *atomic.Int64, stop func()) {
	t.Helper()
	heard = &atomic.Int64{}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		store.Wake(ctx, func() { heard.Add(1) })
	}()
	stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	eventually(t, "listening", func() bool { return heard.Load() == 1 })
	return heard, stop
}

func send(t *testing.T, store saga.Store, id string) {
	t.Helper()
	must(t, store.Instances().Send(t.Context(), []saga.Command{{ID: id, Instance: "s", Sent: noon()}}))
}

func TestACommandWakesEveryStoreThatListens(t *testing.T) {
	url := migrated(t)
	sender, err := postgres.Visit(t.Context(), url)
	must(t, err)
	defer sender.Close()
	first, _ := listening(t, open(t, url).Store)
	second, stop := listening(t, open(t, url).Store)
	elsewhere, _ := listening(t, open(t, migrated(t)).Store)
	send(t, sender, "c")
	eventually(t, "heard by both", func() bool { return first.Load() == 2 && second.Load() == 2 })
	stop()
	send(t, sender, "d")
	eventually(t, "heard by the first", func() bool { return first.Load() == 3 })
	if second.Load() != 2 || elsewhere.Load() != 1 {
		t.Errorf("who had stopped heard %d, another schema %d; want 2 and 1", second.Load(), elsewhere.Load())
	}
}

// What was sent while the connection was down was not heard, so the new one begins with a call.
func TestAConnectionThatIsMadeAgainWakes(t *testing.T) {
	url := migrated(t)
	p := newProxy(t, url)
	direct := open(t, url)
	heard, _ := listening(t, open(t, p.url).Store)
	p.refuse(true)
	send(t, direct, "c")
	p.refuse(false)
	eventually(t, "woken after the connection", func() bool { return heard.Load() == 2 })
	send(t, direct, "d")
	eventually(t, "woken by a command", func() bool { return heard.Load() == 3 })
}

func TestWakeEndsWithTheStore(t *testing.T) {
	store := open(t, migrated(t))
	listening(t, store.Store)
	must(t, store.Close()) // it waits for whoever listens
	store.Wake(t.Context(), func() { t.Error("a closed store called") })
}
