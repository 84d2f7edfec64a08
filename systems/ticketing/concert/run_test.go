package concert_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
)

// wire hands on what is published.
type wire chan message.Message

func (w wire) Publish(ctx context.Context, m message.Message) error {
	select {
	case w <- m:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// next is the type of what comes out next.
func next(t *testing.T, out wire) string {
	t.Helper()
	select {
	case m := <-out:
		return m.Type
	case <-time.After(20 * time.Second):
		t.Fatal("waited 20 s for a message")
		return ""
	}
}

// What a service tells goes out at once, without waiting for the relay to look again, and Run ends well.
func TestARunningServiceSendsWhatItTells(t *testing.T) {
	t.Parallel()
	out := make(wire)
	s, err := concert.New(t.Context(), concert.Config{
		Path: filepath.Join(t.TempDir(), "concert.db"), Publisher: out, Logger: slog.New(slog.DiscardHandler),
		Relay: &message.RelayConfig{Poll: time.Hour},
	})
	must(t, err)
	t.Cleanup(func() { s.Close() })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	for _, key := range []string{"k-1", "k-2"} {
		d := concert.Draft{Title: key, Schedules: []concert.ScheduleDraft{{ConcertAt: time.Now().AddDate(0, 1, 0), Price: 1}}}
		_, err := s.Create(t.Context(), "admin", key, d)
		must(t, err)
		types := map[string]bool{next(t, out): true, next(t, out): true}
		if !types["ConcertStatusUpdated"] || !types["ScheduleOpened"] {
			t.Errorf("%s: sent %v", key, types)
		}
	}
	stop()
	must(t, <-ended)
}

func TestAServiceThatLacksSomethingSaysWhat(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]concert.Config{
		"concert: Config.Path is empty; name the database file":                                 {Publisher: message.NewBus()},
		"concert: Config.Publisher is nil; say where messages go, for example to a message.Bus": {Path: "x"},
	} {
		if _, err := concert.New(t.Context(), c); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := concert.New(t.Context(), concert.Config{Path: filepath.Join(t.TempDir(), "no", "concert.db"), Publisher: message.NewBus()}); err == nil {
		t.Error("a folder that is not there is no error")
	}
}
