package audit

import "github.com/seosa-dev/saga"

// Summary is the sums of the books, for people. Amounts are won. While the system is not quiet they are of
// six moments.
type Summary struct {
	Charges      int64            `json:"charges"`      // that were made
	Balances     int64            `json:"balances"`     // that are left
	Payments     int64            `json:"payments"`     // that are COMPLETED
	Refunds      int64            `json:"refunds"`      // that were given back
	PaymentsBy   map[string]int64 `json:"paymentsBy"`   // how many, by status
	Seats        Seats            `json:"seats"`        // as the reservation service has them
	Reservations map[string]int64 `json:"reservations"` // by status
	Tokens       map[string]int64 `json:"tokens"`       // by status
	Sagas        map[string]int64 `json:"sagas"`        // by state, in a buyer's words: COMPLETED, FAILED, COMPENSATED, …
	Waiting      int64            `json:"waiting"`      // messages that are still tried
	Dead         int64            `json:"dead"`         // messages that were given up
}

// Seats are counts of seats.
type Seats struct {
	Sold int64 `json:"sold"`
	Held int64 `json:"held"` // pending or being paid
	Free int64 `json:"free"`
}

func (c *check) sum() Summary {
	s := Summary{
		PaymentsBy: map[string]int64{}, Reservations: map[string]int64{}, Tokens: map[string]int64{}, Sagas: map[string]int64{},
	}
	for _, e := range c.user.entries {
		switch e.kind {
		case charge:
			s.Charges += e.amount
		case refund:
			s.Refunds += e.amount
		}
	}
	for _, amount := range c.user.balances {
		s.Balances += amount
	}
	for _, p := range c.payment.all {
		s.PaymentsBy[p.status]++
		if p.status == completed {
			s.Payments += p.amount
		}
	}
	for _, t := range c.queue.tokens {
		s.Tokens[t.status]++
	}
	for _, r := range c.orchestrator.all {
		s.Sagas[r.words()]++
	}
	c.sumSeats(&s)
	for _, b := range c.books() {
		for _, l := range b.common().outbox {
			if l.dead {
				s.Dead++
			} else {
				s.Waiting++
			}
		}
	}
	return s
}

func (c *check) sumSeats(s *Summary) {
	for _, r := range c.reservation.all {
		s.Reservations[r.status]++
	}
	for _, one := range c.reservation.seats {
		r := c.reservation.all[one.holder.Int64]
		switch {
		case !one.holder.Valid || r == nil:
			s.Seats.Free++
		case r.status == sold:
			s.Seats.Sold++
		default:
			s.Seats.Held++
		}
	}
}

// words says how a saga stands as its buyer is told: FAILED is told apart from COMPENSATED by whether money moved.
func (r *run) words() string {
	switch r.Status {
	case saga.Running:
		return "RUNNING"
	case saga.Compensating:
		return "COMPENSATING"
	case saga.Completed:
		return "COMPLETED"
	case saga.NeedsAttention:
		return "NEEDS_ATTENTION"
	}
	if r.refunded() {
		return "COMPENSATED"
	}
	return "FAILED"
}
