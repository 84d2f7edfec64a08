package queue_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "queue")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	service, err := queue.New(ctx, queue.Config{
		Path: filepath.Join(dir, "queue.db"), Publisher: message.NewBus(), Rule: queue.Rule{Limit: 1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()

	// The concert service tells of a concert, and two buyers come.
	told, _ := message.New(event.Source("concert"), "ConcertStatusUpdated", "1", event.ConcertStatusUpdated{ConcertID: 1, After: "AVAILABLE"})
	fmt.Println(service.Handlers()[told.Type](ctx, told))
	mina, _, _ := service.Enter(ctx, "mina", 1)
	jun, _, err := service.Enter(ctx, "jun", 1)
	fmt.Println(mina.Position, jun.Position, err)

	// One is let in at a time. The first pays, and the second is next.
	show := func() {
		a, first := service.Look(ctx, mina.Token)
		b, second := service.Look(ctx, jun.Token)
		fmt.Println(a.Status, b.Status, first, second)
	}
	fmt.Println(service.Admit(ctx)) // Run does so by itself
	show()
	paid, _ := event.New("reservation", "ReservationsCompleted", "saga-1", event.ReservationsCompleted{
		Sale: event.Sale{SagaID: "saga-1", UserID: "mina", Token: mina.Token, ConcertID: 1},
	})
	fmt.Println(service.Handlers()[paid.Type](ctx, paid))
	fmt.Println(service.Admit(ctx))
	show()
	// Output:
	// <nil>
	// 1 2 <nil>
	// <nil>
	// ACTIVE WAITING <nil> <nil>
	// <nil>
	// <nil>
	// COMPLETED ACTIVE <nil> <nil>
}
