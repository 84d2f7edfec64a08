package scenario

import (
	"time"

	"github.com/seosa-dev/saga/systems/fault"
)

// Row is one row of the table.
type Row struct {
	ID      string   // "A-48-refused"; "A-48" is the row of the write-up's table, or of the requirements'
	English string   // what happens, in a few words
	Korean  string   // the same
	Proves  []string // the requirements that it shows, "A-12"
	// Hasty rows go on until something is given up, so they are played on a system that soon does.
	Hasty bool
	// Seats are those of the row's concert, all at [Price]. Default: 5.
	Seats int
	// Book is how many of them the buyer has reserved when the row begins, from number 1. Default: 1.
	Book int
	// Money is the buyer's when the row begins, in won. Default: 200,000. Less than 0: none.
	Money int64
	// About is the Idempotency-Key of the payment that the end is about. Default: First.
	About string
	Steps []Step
	Want  End
}

// The Idempotency-Keys of payments.
const (
	First  = "first"
	Second = "second"
)

// Price is what a seat costs, in won.
const Price = 50_000

// Step is one thing that happens. Exactly one field is set.
type Step struct {
	Arm        *fault.Fault  // from now on this goes wrong; without a Match, for the row's payment only
	Everywhere fault.Kind    // from now on this goes wrong with every message on every way
	Disarm     *fault.Fault  // from now on this does not go wrong any more
	Release    bool          // what was postponed arrives
	Heal       bool          // nothing goes wrong any more, and what was postponed arrives
	Pay        string        // the buyer pays under this key, and waits for the answer
	Send       string        // the buyer pays under this key, and does not wait yet
	Answer     bool          // wait for the answer to what was sent
	Charge     int64         // the buyer puts money in, in won
	Admin      Deed          // an administrator does this
	Rival      Deed          // another buyer does this at the same concert
	Struck     string        // wait until a fault strikes at this place
	Died       bool          // wait until a fault has killed the whole system, then start it again on its files
	Kill       bool          // kill -9 of the whole system, then start it again on its files
	Later      time.Duration // the services' clock goes this far ahead
	State      string        // wait until GET /sagas says this
	TurnBack   bool          // a person calls the payment off
	Retry      bool          // a person looks at what needs attention, and lets it be tried again
}

// Deed is something that somebody other than the buyer does.
type Deed string

// What an administrator does.
const (
	CancelReservation Deed = "cancel the reservation"
	TakeToken         Deed = "take the token away"
	CloseConcert      Deed = "close the concert"
	OneAtATime        Deed = "let one in at a time"
)

// What a rival does. What it is answered, the end has among the answers, but for Wait.
const (
	Enter   Deed = "enter the line"
	Wait    Deed = "wait until it is its turn"
	Reserve Deed = "reserve the same seat"
)

// NeedsAttention is the state of a payment that only a person can bring to an end.
const NeedsAttention = "NEEDS_ATTENTION"
