package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// The statuses of a reservation.
const (
	held     = "PAYMENT_PENDING"
	paying   = "PAYING"
	sold     = "PAYMENT_COMPLETED"
	released = "RESERVATION_CANCELLED"
	expired  = "RESERVATION_EXPIRED"
)

// place is a seat of a date.
type place struct {
	schedule int64
	number   int
}

func (p place) String() string { return fmt.Sprintf("seat %d of schedule %d", p.number, p.schedule) }

// reservationBook is the reservation service's file.
type reservationBook struct {
	page
	seats map[place]*seat
	all   map[int64]*reservation
}

// seat is who holds it.
type seat struct {
	place
	concert, price, version int64
	holder                  sql.NullInt64
}

// reservation is a row.
type reservation struct {
	place
	id, concert, price int64
	user, status, saga string
	token, key         string
	expires, created   int64 // milliseconds
	claims             int   // of sagas that keep it
}

// live reports whether the reservation keeps its seat.
func (r *reservation) live() bool { return r.status == held || r.status == paying || r.status == sold }

const (
	seatSQL        = `select schedule, number, concert, price, version, holder from reservation_seat`
	reservationSQL = `select schedule, seat, id, concert, price, user, status, saga, token, coalesce(request_key, ''), expires_at, created
		from reservation order by id`
)

func (b *reservationBook) read(ctx context.Context, q querier) error {
	b.seats, b.all = map[place]*seat{}, map[int64]*reservation{}
	err := each(ctx, q, seatSQL, func(scan func(...any) error) error {
		var s seat
		err := scan(&s.schedule, &s.number, &s.concert, &s.price, &s.version, &s.holder)
		b.seats[s.place] = &s
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, q, reservationSQL, func(scan func(...any) error) error {
		var r reservation
		err := scan(&r.schedule, &r.number, &r.id, &r.concert, &r.price, &r.user, &r.status, &r.saga, &r.token, &r.key, &r.expires, &r.created)
		b.all[r.id] = &r
		return err
	})
}

func (b *reservationBook) check(c *check) {
	b.holders(c)
	b.requests(c)
	for _, d := range b.ledger {
		b.claims(c, d)
		b.sales(c, d)
	}
	for _, r := range b.all {
		if claim := b.of(event.Claim, r.saga); (r.status == paying || r.status == sold) && (claim.state != participant.Applied || !claim.has(r.id)) {
			c.find("I-A6", "reservation %d is %s for %s, which has not claimed it", r.id, r.status, r.saga)
		}
		if sale := b.of(event.Reservation, r.saga); r.status == sold && (sale.state != participant.Applied || !sale.has(r.id)) {
			c.find("I-A7", "reservation %d is %s by %s, whose %s is %s", r.id, r.status, r.saga, sale.key, sale.state)
		}
		if r.claims > 1 {
			c.find("I-A6", "reservation %d is claimed by %d sagas at once", r.id, r.claims)
		}
	}
}

// holders holds I-A2: a seat has the live reservation that it names, and no other.
func (b *reservationBook) holders(c *check) {
	live := map[place]int{}
	for _, r := range b.all {
		s := b.seats[r.place]
		switch {
		case s == nil || s.concert != r.concert || s.price != r.price:
			c.find("I-A2", "reservation %d is of %s for %d won, which there is not", r.id, r.place, r.price)
		case r.live() && s.holder.Int64 != r.id:
			c.find("I-A2", "reservation %d is %s and does not hold %s", r.id, r.status, r.place)
		case !r.live() && s.holder.Int64 == r.id:
			c.find("I-A2", "reservation %d is %s and still holds %s", r.id, r.status, r.place)
		}
		if r.live() {
			live[r.place]++
		}
	}
	for at, n := range live {
		if n > 1 {
			c.find("I-A2", "%s has %d live reservations", at, n)
		}
	}
	for at, s := range b.seats {
		if s.holder.Valid && b.all[s.holder.Int64] == nil {
			c.find("I-A2", "%s is held by reservation %d, which there is not", at, s.holder.Int64)
		}
	}
}

// requests holds I-A6 for those who reserve: one key has one result.
func (b *reservationBook) requests(c *check) {
	type request struct{ user, key string }
	made := map[request]int64{}
	for _, r := range b.all {
		if r.key == "" {
			continue
		}
		at, before := made[request{r.user, r.key}]
		if before && at != r.created {
			c.find("I-A6", "%s reserved more than once under the key %q", r.user, r.key)
		}
		made[request{r.user, r.key}] = r.created
	}
}

// claims holds I-A6, I-A7 and I-A10: what a saga has claimed stays claimed until the saga lets go.
func (b *reservationBook) claims(c *check, d *decision) {
	if d.step != event.Claim || !d.took() {
		return
	}
	for _, l := range d.sale.Lines {
		r := b.all[l.ReservationID]
		switch {
		case r == nil:
			c.find("I-A7", "%s is about reservation %d, which there is not", d.key, l.ReservationID)
		case d.state == participant.Reverted && r.saga == d.saga && (r.status == paying || r.status == sold):
			c.find("I-A7", "%s is undone, and reservation %d is %s for it", d.key, r.id, r.status)
		case d.state != participant.Applied:
		case r.status == expired:
			c.find("I-A10", "reservation %d is %s while %s keeps it", r.id, r.status, d.key)
		case r.saga != d.saga || r.status == held:
			c.find("I-A6", "reservation %d is %s for the saga %q while %s keeps it", r.id, r.status, r.saga, d.key)
		default:
			r.claims++
		}
	}
}

// sales holds I-A7: what a saga has paid for is paid, and what it has given back is not.
func (b *reservationBook) sales(c *check, d *decision) {
	if d.step != event.Reservation {
		return
	}
	for _, l := range d.sale.Lines {
		r := b.all[l.ReservationID]
		paid := r != nil && r.status == sold && r.saga == d.saga
		if paid != (d.state == participant.Applied) {
			c.find("I-A7", "%s is %s, and whether reservation %d is paid for it: %v", d.key, d.state, l.ReservationID, paid)
		}
	}
}

// open lists holds that are over, and holds I-A10 against them if a time was given.
func (b *reservationBook) open(c *check) {
	for _, r := range b.all {
		late := c.now.Sub(time.UnixMilli(r.expires))
		if r.status != held || late <= 0 {
			continue
		}
		c.attend("hold", fmt.Sprint(r.id), "%s is held by %s, and the time has been over for %v", r.place, r.user, late.Round(time.Millisecond))
		if c.config.Sweep > 0 && late > c.config.Sweep {
			c.find("I-A10", "reservation %d still holds %s %v after its time", r.id, r.place, late.Round(time.Millisecond))
		}
	}
}
