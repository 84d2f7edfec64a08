package concert_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// A concert with one seat is sold out by a saga, and its undo makes it available again.
func Example() {
	dir, err := os.MkdirTemp("", "concert")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	service, err := concert.New(ctx, concert.Config{Path: filepath.Join(dir, "concert.db"), Publisher: message.NewBus()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()
	winter, err := service.Create(ctx, "admin", "key-1", concert.Draft{Title: "Winterreise", Schedules: []concert.ScheduleDraft{
		{ConcertAt: time.Now().AddDate(0, 1, 0), Seats: 1, Price: 77_000},
	}})
	fmt.Println(winter.Title, winter.Status, err)

	// Messages come over a bus or a broker, by their types.
	take := func(typ string, data any) {
		m, err := event.New("test", typ, "saga-1", data)
		if err == nil {
			err = service.Handlers()[typ](ctx, m)
		}
		now, err2 := service.Concert(ctx, winter.ID)
		fmt.Println(typ, now.Status, err, err2)
	}
	take("QueueCompleted", event.QueueCompleted{Sale: event.Sale{SagaID: "saga-1", UserID: "mina", ConcertID: winter.ID, Lines: []event.Line{
		{ReservationID: 1, ScheduleID: 1, Seat: 1, Price: 77_000, Version: 2},
	}}})
	take("UndoConcert", event.Question{SagaID: "saga-1", Step: event.Concert})
	// Output:
	// Winterreise AVAILABLE <nil>
	// QueueCompleted UNAVAILABLE <nil> <nil>
	// UndoConcert AVAILABLE <nil> <nil>
}
