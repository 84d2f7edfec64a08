package reservation_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

// While it runs, a service tells of its seats and ends holds by itself.
func TestARunningServiceTellsAndSweeps(t *testing.T) {
	t.Parallel()
	told := make(chan event.ReservationUpdated, 10)
	bus := message.NewBus()
	bus.Subscribe("ReservationUpdated", func(_ context.Context, m message.Message) error {
		told <- readAs[event.ReservationUpdated](t, m)
		return nil
	})
	d := newDesk(t, func(c *reservation.Config) {
		c.Publisher, c.HoldFor, c.SweepEvery = bus, time.Minute, 10*time.Millisecond
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.service.Run(ctx) }()
	d.holds(mina, 1)
	next := func(status string, version int64) {
		t.Helper()
		select {
		case u := <-told:
			if u.Status != status || u.Line.Version != version {
				t.Errorf("told %+v", u)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("nobody was told %s", status)
		}
	}
	next("HELD", 1)
	d.pass(time.Minute)
	next("RELEASED", 2)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	must(t, d.service.Ping(t.Context()))
	must(t, d.service.Close())
	must(t, d.service.Close())
	if d.service.Ping(t.Context()) == nil {
		t.Error("a service that is closed says that it is well")
	}
}

// What was held is held by the service that opens the file next.
func TestAServiceComesBackWithItsSeats(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	sale := d.claims("s-1", mina, id)
	must(t, d.service.Close())
	again, err := reservation.New(t.Context(), reservation.Config{Path: d.file, Gate: d.queue, Publisher: none{}, Now: d.now, Logger: silent()})
	must(t, err)
	t.Cleanup(func() { again.Close() })
	d.service, d.handlers = again, again.Handlers()
	d.answers("s-1", "ClaimReservations", claimOf("s-1", mina, id), "ReservationsClaimed")
	d.answers("s-1", "PaymentCompleted", paid(sale), "ReservationsCompleted")
	d.wantSeat(1, id)
}

func TestAConfigThatIsIncompleteIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.db")
	for name, c := range map[string]reservation.Config{
		"no file":      {Gate: &turns{}, Publisher: none{}},
		"no gate":      {Path: file, Publisher: none{}},
		"no publisher": {Path: file, Gate: &turns{}},
		"a hold of -1": {Path: file, Gate: &turns{}, Publisher: none{}, HoldFor: -1},
		"no folder":    {Path: filepath.Join(file, "none", "x.db"), Gate: &turns{}, Publisher: none{}},
	} {
		if s, err := reservation.New(t.Context(), c); err == nil {
			s.Close()
			t.Errorf("%s: taken", name)
		}
	}
}
