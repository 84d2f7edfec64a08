package event_test

import (
	"fmt"
	"strings"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// The steps as a line: what each one is triggered by, and how it is undone.
func Example() {
	for _, s := range event.Steps() {
		fmt.Println(s.Name, "at", s.Service+":", strings.Join(s.Triggers, ", "), "→", s.Done, "· undo:", s.Undo)
	}
	// Output:
	// CLAIM at reservation: ClaimReservations → ReservationsClaimed · undo: UndoClaim
	// DEBIT at user: DebitBalance → BalanceDebited · undo: UndoDebit
	// PAYMENT at payment: BalanceDebited, BalanceDebitFailed → PaymentCompleted · undo: UndoPayment
	// RESERVATION at reservation: PaymentCompleted → ReservationsCompleted · undo: UndoReservation
	// QUEUE at queue: ReservationsCompleted → QueueCompleted · undo: UndoQueue
	// CONCERT at concert: QueueCompleted → ConcertStatusUpdated · undo: UndoConcert
}
