//go:build unix

package killtest_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// checkEngine wants every instance to have ended, as many as there are placed orders to be
// completed, and no history to have a gap.
func checkEngine(t *testing.T, s site, placed int) {
	t.Helper()
	service, err := order.New(t.Context(), order.Config{
		Path: orderFile(s.folder), Catalog: "http://" + s.catalog, Publisher: message.NewBus(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = service.Close() }()
	engine := service.Engine()
	counts, err := engine.Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for status, n := range counts {
		total += n
		if !status.Ended() {
			t.Errorf("%d instances are %s", n, status)
		}
	}
	if counts[saga.Completed] != placed {
		t.Errorf("%d instances are completed for %d placed orders", counts[saga.Completed], placed)
	}
	all := instances(t, engine)
	if len(all) != total {
		t.Errorf("%d instances are listed, of %d", len(all), total)
	}
	for _, in := range all {
		checkHistory(t, engine, in)
	}
}

// instances reads all there are, the latest first. Those that began at the same moment may be on two
// pages.
func instances(t *testing.T, engine *saga.Engine) map[string]saga.Instance {
	t.Helper()
	all := map[string]saga.Instance{}
	for before := time.Now().Add(time.Hour); ; {
		page, err := engine.Find(t.Context(), saga.Filter{Before: before, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		had := len(all)
		for _, in := range page {
			all[in.ID] = in
			before = in.Started.Add(time.Microsecond)
		}
		if len(all) == had {
			return all
		}
	}
}

func checkHistory(t *testing.T, engine *saga.Engine, in saga.Instance) {
	t.Helper()
	events, err := engine.History(t.Context(), in.ID)
	if err != nil {
		t.Error(err)
		return
	}
	for i, e := range events {
		if e.Seq != i+1 {
			t.Errorf("history of %s: entry %d has number %d", in.ID, i+1, e.Seq)
		}
	}
	last := events[len(events)-1]
	if last.Status != in.Status || last.Seq != in.Seq || events[0].Kind != saga.EventStarted {
		t.Errorf("%s is %s after %d; its history ends %s at %d", in.ID, in.Status, in.Seq, last.Status, last.Seq)
	}
}
