package concert_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// orders are all orders of n things.
func orders(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, rest := range orders(n - 1) {
		for at := range n {
			order := append(append(append([]int{}, rest[:at]...), n-1), rest[at:]...)
			all = append(all, order)
		}
	}
	return all
}

// A seat was held, given up, held by another, sold to it and given back. In whatever order this is heard,
// and heard twice, the seat ends where the newest says.
func TestFactsInAnyOrderEndInOneState(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for _, c := range []struct {
		name string
		last int // how many of the facts there are
		want string
	}{
		{"held", 1, "HELD"}, {"given up", 2, "AVAILABLE"}, {"held by another", 3, "HELD"}, {"sold", 4, "SOLD"}, {"free again", 5, "AVAILABLE"},
	} {
		for i, order := range orders(c.last) {
			made, dates := h.makes(1)
			at := func(reservation, version int64) event.Line {
				return event.Line{ReservationID: reservation, ScheduleID: dates.Schedules[0].ID, Seat: 1, Price: 77_000, Version: version}
			}
			saga := fmt.Sprintf("saga-%d-%d", c.last, i)
			facts := []message.Message{
				h.fact("HELD", made.ID, at(1, 1)), h.fact("RELEASED", made.ID, at(1, 2)), h.fact("HELD", made.ID, at(2, 3)),
				h.sale(saga, made.ID, at(2, 4)), h.fact("RELEASED", made.ID, at(2, 5)),
			}
			for _, n := range order {
				h.hears(facts[n])
				h.hears(facts[n])
			}
			if got := h.seats(made.ID, dates.Schedules[0].ID); got != c.want {
				t.Errorf("%s, in the order %v: %s, want %s", c.name, order, got, c.want)
			}
			want := concert.Available
			if c.want == "SOLD" {
				want = concert.Unavailable
			}
			if got := h.status(made.ID); got != want {
				t.Errorf("%s, in the order %v: the concert is %s, want %s", c.name, order, got, want)
			}
		}
	}
}

// The orchestrator undoes this step before the reservation service gives the seat back; the fact of that,
// and those from before the sale, may still come at any moment after the sale.
func TestAnUndoAmongFactsEndsInOneState(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for i, order := range orders(4) {
		made, dates := h.makes(1)
		at := func(reservation, version int64) event.Line {
			return event.Line{ReservationID: reservation, ScheduleID: dates.Schedules[0].ID, Seat: 1, Price: 77_000, Version: version}
		}
		saga := fmt.Sprintf("saga-%d", i)
		facts := []message.Message{
			h.fact("HELD", made.ID, at(1, 1)), h.question("UndoConcert", saga), h.fact("RELEASED", made.ID, at(1, 3)), h.fact("HELD", made.ID, at(2, 4)),
		}
		h.hears(h.sale(saga, made.ID, at(1, 2)))
		for _, n := range order {
			h.hears(facts[n])
		}
		h.hears(h.sale(saga, made.ID, at(1, 2)))
		if got := h.seats(made.ID, dates.Schedules[0].ID); got != "HELD" || h.status(made.ID) != concert.Available {
			t.Errorf("in the order %v: the seat is %s and the concert %s", order, got, h.status(made.ID))
		}
		// It is held by the second reservation: the first's being given up changes nothing.
		h.hears(h.fact("RELEASED", made.ID, at(1, 3)))
		if got := h.seats(made.ID, dates.Schedules[0].ID); got != "HELD" {
			t.Errorf("in the order %v: what is older gave the seat back", order)
		}
	}
}

// A fact that brings a sold-out concert back says so; others say nothing.
func TestAStatusThatChangesIsTold(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	made, dates := h.makes(1)
	line := event.Line{ReservationID: 1, ScheduleID: dates.Schedules[0].ID, Seat: 1, Version: 1}
	h.wants(h.fact("HELD", made.ID, line), "")
	h.wants(h.sale("s-1", made.ID, line), "s-1: ConcertStatusUpdated AVAILABLE>UNAVAILABLE") // a sale may be as new as the hold
	if h.listed() != 0 {
		t.Error("what is sold out is listed")
	}
	h.wants(h.fact("RELEASED", made.ID, line), "")
	line.Version = 2
	h.wants(h.fact("RELEASED", made.ID, line), "ConcertStatusUpdated UNAVAILABLE>AVAILABLE")
	if h.listed() != 1 {
		t.Error("what can be had again is not listed")
	}
}

// What names no seat, or is no fact of a reservation, can never be taken.
func TestWhatNamesNoSeatIsADeadLetter(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	made, dates := h.makes(1)
	other, _ := h.makes(1)
	line := event.Line{ReservationID: 1, ScheduleID: dates.Schedules[0].ID, Seat: 1, Version: 1}
	wrongSeat, wrongDate := line, line
	wrongSeat.Seat, wrongDate.ScheduleID = 2, 99
	unread := h.fact("HELD", made.ID, line)
	unread.Data = []byte(`{"line":7}`)
	for name, m := range map[string]message.Message{
		"a seat that is not there":  h.fact("HELD", made.ID, wrongSeat),
		"a date that is not there":  h.fact("RELEASED", made.ID, wrongDate),
		"a date of another concert": h.fact("HELD", other.ID, line),
		"a concert that never was":  h.fact("HELD", 99, line),
		"another status":            h.fact("PAID", made.ID, line),
		"other data":                unread,
	} {
		if err := h.handlers[m.Type](t.Context(), m); !errors.Is(err, message.ErrPoison) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := h.seats(made.ID, dates.Schedules[0].ID); got != "AVAILABLE" {
		t.Error("the seat is", got)
	}
}
