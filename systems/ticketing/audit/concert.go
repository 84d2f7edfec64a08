package audit

import (
	"context"
	"database/sql"

	"github.com/seosa-dev/saga/participant"
)

// The statuses of a concert, and of its seats.
const (
	available   = "AVAILABLE"
	unavailable = "UNAVAILABLE"
	seatHeld    = "HELD"
	seatSold    = "SOLD"
)

// concertBook is the concert service's file.
type concertBook struct {
	page
	all       map[int64]*concert
	schedules map[int64]int64 // concert by schedule
	seats     map[place]*shown
}

// concert is how one stands.
type concert struct {
	id              int64
	status          string
	closed, decided bool // decided: what the last decision says
	left            bool // a seat is not sold
}

// shown is a seat as buyers see it.
type shown struct {
	place
	price, version int64
	status         string
	reservation    sql.NullInt64
}

const (
	concertSQL     = `select id, status, closed from concert`
	decisionSQL    = `select concert, closed from concert_decision order by id`
	scheduleSQL    = `select id, concert from schedule`
	concertSeatSQL = `select schedule, number, price, version, status, reservation from concert_seat`
)

func (b *concertBook) read(ctx context.Context, q querier) error {
	b.all, b.schedules, b.seats = map[int64]*concert{}, map[int64]int64{}, map[place]*shown{}
	for _, table := range []struct {
		query string
		row   func(scan func(...any) error) error
	}{{concertSQL, b.concert}, {decisionSQL, b.decision}, {scheduleSQL, b.schedule}, {concertSeatSQL, b.seat}} {
		if err := each(ctx, q, table.query, table.row); err != nil {
			return err
		}
	}
	return nil
}

func (b *concertBook) concert(scan func(...any) error) error {
	var c concert
	err := scan(&c.id, &c.status, &c.closed)
	b.all[c.id] = &c
	return err
}

func (b *concertBook) decision(scan func(...any) error) error {
	var id int64
	var closed bool
	err := scan(&id, &closed)
	if c := b.all[id]; c != nil {
		c.decided = closed
	}
	return err
}

func (b *concertBook) schedule(scan func(...any) error) error {
	var id, concert int64
	err := scan(&id, &concert)
	b.schedules[id] = concert
	return err
}

func (b *concertBook) seat(scan func(...any) error) error {
	var s shown
	err := scan(&s.schedule, &s.number, &s.price, &s.version, &s.status, &s.reservation)
	b.seats[s.place] = &s
	if c := b.all[b.schedules[s.schedule]]; c != nil && s.status != seatSold {
		c.left = true
	}
	return err
}

func (b *concertBook) check(c *check) {
	for _, one := range b.all {
		right := unavailable
		if one.left && !one.closed {
			right = available
		}
		if one.status != right {
			c.find("I-A11", "concert %d is %s, and its seats and its administrators say %s", one.id, one.status, right)
		}
		if one.closed != one.decided {
			c.find("I-A11", "whether concert %d is closed: %v, and the last decision says %v", one.id, one.closed, one.decided)
		}
	}
	sales := b.sales(c)
	for at, s := range b.seats {
		if s.reservation.Valid != (s.status != available) {
			c.find("I-A2", "%s is %s, and its reservation does not fit", at, s.status)
		}
		if s.status == seatSold && sales[s.reservation.Int64] == 0 {
			c.find("I-A7", "%s is sold to reservation %d by no sale", at, s.reservation.Int64)
		}
	}
}

// sales holds I-A7: seats are sold by sales that stand, and by no others. It returns how many sales each
// reservation has.
func (b *concertBook) sales(c *check) map[int64]int {
	made := map[int64]int{}
	for _, d := range b.ledger {
		for _, l := range d.sale.Lines {
			s := b.seats[place{l.ScheduleID, l.Seat}]
			isSold := s != nil && s.status == seatSold && s.reservation.Int64 == l.ReservationID
			stands := d.state == participant.Applied
			if stands {
				made[l.ReservationID]++
			}
			if isSold && !stands || stands && !isSold && (s == nil || s.version <= l.Version) {
				c.find("I-A7", "%s is %s, and whether seat %d of schedule %d is sold to reservation %d: %v",
					d.key, d.state, l.Seat, l.ScheduleID, l.ReservationID, isSold)
			}
		}
	}
	return made
}
