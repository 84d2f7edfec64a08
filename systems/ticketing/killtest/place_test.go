//go:build unix

package killtest_test

import (
	"time"

	"github.com/seosa-dev/saga/systems/fault"
)

// place is one durable write of the running system, told from all others by a row that it changes.
type place struct {
	service, write, table string

	is     func(fault.Row) bool
	leads  []fault.Fault // without which nothing comes here
	meddle meddle        // likewise
	first  bool          // has its turn in the small campaign too
}

func (p place) name() string { return p.service + " " + p.write }

func placeOf(name string) (place, bool) {
	for _, p := range places() {
		if p.name() == name {
			return p, true
		}
	}
	return place{}, false
}

// lost is a way on which nothing arrives, so that the step at its end is given up; slow is one on which
// there is time to meddle.
func lost(way string) []fault.Fault {
	return []fault.Fault{{At: way, Kind: fault.Lose, Times: -1}}
}

func slow(way string) []fault.Fault {
	return []fault.Fault{{At: way, Kind: fault.Postpone, Times: -1, Hold: 700 * time.Millisecond}}
}

// Ways of the saga's facts and commands.
const (
	toClaim       = "ClaimReservations>reservation"
	toDebit       = "DebitBalance>user"
	toPayment     = "BalanceDebited>payment"
	toReservation = "PaymentCompleted>reservation"
	toQueue       = "ReservationsCompleted>queue"
	toConcert     = "QueueCompleted>concert"
)

// The columns by which rows are told apart, in the order of their tables.
const (
	ledgerOperation, ledgerState     = 1, 2
	balanceKind                      = 2
	paymentStatus                    = 4
	reservationStatus                = 6
	tokenStatus, seatStatus          = 4, 3
	journalKind, journalEntries, end = 2, 1, 3
)

// places are all of them but three: what an administrator's word alone leads to (the undo of CONCERT), what
// only a first start writes, and the engine's own takeovers, which systems/shop/killtest has.
func places() []place {
	all := append(moneyPlaces(), seatPlaces()...)
	all = append(all, queuePlaces()...)
	all = append(all, concertPlaces()...)
	all = append(all, orchestratorPlaces()...)
	for _, service := range services() {
		all = append(all, place{service: service, write: "delivered", table: "saga_outbox", is: deletes})
	}
	return all
}

func services() []string {
	return []string{"user", "concert", "reservation", "queue", "payment", "orchestrator"}
}

func moneyPlaces() []place {
	back := lost(toConcert)
	return []place{
		{service: "user", write: "charge", table: "balance_ledger", is: becomes(balanceKind, "CHARGE")},
		{service: "user", write: "debit", table: "saga_ledger", is: ledger("debit", "APPLIED"), first: true},
		{service: "user", write: "debit refused", table: "saga_ledger", is: ledger("debit", "REFUSED")},
		{service: "user", write: "debit forbidden", table: "saga_ledger", is: ledger("debit", "CANCELLED"), leads: lost(toDebit)},
		{service: "user", write: "refund", table: "saga_ledger", is: ledger("debit", "REVERTED"), leads: back, first: true},
		{service: "user", write: "notification", table: "notification", is: inserts},
		{service: "payment", write: "begun", table: "payment", is: inserts},
		{service: "payment", write: "completed", table: "saga_ledger", is: ledger("", "APPLIED"), first: true},
		{service: "payment", write: "failed", table: "payment", is: becomes(paymentStatus, "FAILED")},
		{service: "payment", write: "refused", table: "saga_ledger", is: ledger("", "REFUSED")},
		{service: "payment", write: "forbidden", table: "saga_ledger", is: ledger("", "CANCELLED"), leads: lost(toPayment)},
		{service: "payment", write: "cancelled", table: "saga_ledger", is: ledger("", "REVERTED"), leads: back, first: true},
	}
}

func seatPlaces() []place {
	return []place{
		{service: "reservation", write: "date opened", table: "reservation_schedule", is: inserts, meddle: meddle{opens: true}},
		{service: "reservation", write: "hold", table: "reservation", is: inserts, first: true},
		{service: "reservation", write: "expired", table: "reservation", is: becomes(reservationStatus, "RESERVATION_EXPIRED")},
		{service: "reservation", write: "given up", table: "reservation", is: becomes(reservationStatus, "RESERVATION_CANCELLED")},
		{service: "reservation", write: "claim", table: "saga_ledger", is: ledger("claim", "APPLIED"), first: true},
		{service: "reservation", write: "claim refused", table: "saga_ledger", is: ledger("claim", "REFUSED")},
		{service: "reservation", write: "claim forbidden", table: "saga_ledger", is: ledger("claim", "CANCELLED"), leads: lost(toClaim)},
		{service: "reservation", write: "claim undone", table: "saga_ledger", is: ledger("claim", "REVERTED")},
		{service: "reservation", write: "sale", table: "saga_ledger", is: ledger("reservation", "APPLIED"), first: true},
		{service: "reservation", write: "sale refused", table: "saga_ledger", is: ledger("reservation", "REFUSED"), leads: slow(toReservation), meddle: meddle{withdraws: true}},
		{service: "reservation", write: "sale forbidden", table: "saga_ledger", is: ledger("reservation", "CANCELLED")},
		{service: "reservation", write: "sale undone", table: "saga_ledger", is: ledger("reservation", "REVERTED"), leads: lost(toConcert)},
	}
}

func queuePlaces() []place {
	return []place{
		{service: "queue", write: "concert noted", table: "queue_concert", is: inserts, meddle: meddle{opens: true}},
		{service: "queue", write: "enter", table: "queue_token", is: inserts},
		{service: "queue", write: "admit", table: "queue_token", is: moves(tokenStatus, "WAITING", "ACTIVE")},
		{service: "queue", write: "used up", table: "queue_token", is: moves(tokenStatus, "ACTIVE", "COMPLETED"), first: true},
		{service: "queue", write: "step", table: "saga_ledger", is: ledger("", "APPLIED"), first: true},
		{service: "queue", write: "step refused", table: "saga_ledger", is: ledger("", "REFUSED"), leads: slow(toQueue), meddle: meddle{takesAway: true}},
		{service: "queue", write: "step forbidden", table: "saga_ledger", is: ledger("", "CANCELLED")},
		{service: "queue", write: "step undone", table: "saga_ledger", is: ledger("", "REVERTED"), leads: lost(toConcert)},
		{service: "queue", write: "given back", table: "queue_token", is: moves(tokenStatus, "COMPLETED", "ACTIVE"), leads: lost(toConcert), first: true},
		{service: "queue", write: "token ended", table: "queue_token", is: becomes(tokenStatus, "EXPIRED")},
	}
}

func concertPlaces() []place {
	return []place{
		{service: "concert", write: "made", table: "concert", is: inserts, meddle: meddle{opens: true}},
		{service: "concert", write: "closed", table: "concert_decision", is: inserts, meddle: meddle{closes: true}},
		{service: "concert", write: "seat held", table: "concert_seat", is: becomes(seatStatus, "HELD")},
		{service: "concert", write: "seat free", table: "concert_seat", is: moves(seatStatus, "HELD", "AVAILABLE")},
		{service: "concert", write: "step", table: "saga_ledger", is: ledger("", "APPLIED"), first: true},
		{service: "concert", write: "step refused", table: "saga_ledger", is: ledger("", "REFUSED"), leads: slow(toConcert), meddle: meddle{closes: true}},
		{service: "concert", write: "step forbidden", table: "saga_ledger", is: ledger("", "CANCELLED")},
	}
}

func orchestratorPlaces() []place {
	return []place{
		{service: "orchestrator", write: "start", table: "payment_saga", is: inserts, first: true},
		{service: "orchestrator", write: "append", table: "saga_journal", is: appends},
		{service: "orchestrator", write: "end told", table: "payment_saga", is: fills(end)},
	}
}

func inserts(r fault.Row) bool { return r.Op == "insert" }
func deletes(r fault.Row) bool { return r.Op == "delete" }

// appends is for what the engine has decided about sagas.
func appends(r fault.Row) bool { return inserts(r) && r.New[journalKind] == int64(journalEntries) }

// becomes is for a column that gets a value which it did not have; moves, which had this one before.
func becomes(column int, value string) func(fault.Row) bool {
	return func(r fault.Row) bool {
		return r.New != nil && r.New[column] == value && (r.Old == nil || r.Old[column] != value)
	}
}

func moves(column int, from, to string) func(fault.Row) bool {
	return func(r fault.Row) bool { return r.Op == "update" && r.Old[column] == from && r.New[column] == to }
}

// ledger is for a step that gets to a state; "" is the service's only operation.
func ledger(operation, state string) func(fault.Row) bool {
	is := becomes(ledgerState, state)
	return func(r fault.Row) bool {
		return is(r) && (operation == "" || r.New[ledgerOperation] == operation)
	}
}

func fills(column int) func(fault.Row) bool {
	return func(r fault.Row) bool { return r.Op == "update" && r.Old[column] == nil && r.New[column] != nil }
}
