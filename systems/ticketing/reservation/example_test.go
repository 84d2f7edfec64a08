package reservation_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

// The rules by themselves, in one transaction: seats are opened, held, claimed and paid.
func ExampleReservationManager() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "reservation")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	db, err := sqlite.OpenDatabase(ctx, filepath.Join(dir, "all.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if err := reservation.Migrate(ctx, db); err != nil {
		fmt.Println(err)
		return
	}
	var manager reservation.ReservationManager
	now := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	err = db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := manager.Open(ctx, tx, event.ScheduleOpened{
			ConcertID: 1, ScheduleID: 7, Prices: []int64{110_000, 99_000},
			AvailableAt: now.UnixMilli(), ConcertAt: now.AddDate(0, 1, 0).UnixMilli(),
		}); err != nil {
			return err
		}
		held, err := manager.Hold(ctx, tx, reservation.Request{
			UserID: "mina", Token: "t-1", ConcertID: 1, ScheduleID: 7, Seats: []int{1, 2},
		}, now)
		if err != nil {
			return err
		}
		fmt.Println(len(held), "seats until", held[0].ExpiresAt.Format(time.TimeOnly))
		sale, err := manager.Claim(ctx, tx, event.ClaimReservations{
			SagaID: "s-1", UserID: "mina", Token: "t-1", ReservationIDs: []int64{held[0].ID, held[1].ID},
		}, now.Add(time.Minute))
		if err != nil {
			return err
		}
		fmt.Println(sale.Amount, "won")
		_, err = manager.Complete(ctx, tx, sale, now.Add(time.Minute))
		if err != nil {
			return err
		}
		_, err = manager.Hold(ctx, tx, reservation.Request{
			UserID: "jun", Token: "t-2", ConcertID: 1, ScheduleID: 7, Seats: []int{2},
		}, now)
		fmt.Println(err)
		return nil
	})
	fmt.Println(err)
	// Output:
	// 2 seats until 20:05:00
	// 209000 won
	// refused: taken: Seat 2 is taken. Nothing was reserved; choose other seats.
	// <nil>
}
