package concert_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

func admin(reason string) concert.Decision { return concert.Decision{Admin: "admin", Reason: reason} }

// sellable is a concert with one date and lines for its first two seats.
func (h *hall) sellable(seats int) (concert.Concert, int64, event.Line, event.Line) {
	h.t.Helper()
	made, dates := h.makes(seats)
	schedule := dates.Schedules[0].ID
	return made, schedule, event.Line{ReservationID: 1, ScheduleID: schedule, Seat: 1, Price: 77_000, Version: 2},
		event.Line{ReservationID: 2, ScheduleID: schedule, Seat: 2, Price: 77_000, Version: 2}
}

func (h *hall) listed() int {
	h.t.Helper()
	concerts, err := h.service.Concerts(h.t.Context(), false, 0, 100)
	must(h.t, err)
	return len(concerts)
}

// The last seat makes the concert unavailable, and the undo makes it available again. What buyers see
// follows at once, though it is cached.
func TestTheLastSeatClosesTheConcertAndItsUndoOpensIt(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	made, schedule, first, second := h.sellable(2)
	shown := func(want concert.Status) {
		t.Helper()
		dates, err := h.service.Timetable(t.Context(), made.ID)
		must(t, err)
		if (h.listed() == 1) != (want == concert.Available) || dates.Status != want || h.status(made.ID) != want {
			t.Errorf("%d listed, the dates say %s and the concert %s; want %s", h.listed(), dates.Status, h.status(made.ID), want)
		}
	}
	h.wants(h.sale("s-1", made.ID, first), "s-1: ConcertStatusUpdated AVAILABLE>AVAILABLE")
	shown(concert.Available)
	h.wants(h.sale("s-2", made.ID, second), "s-2: ConcertStatusUpdated AVAILABLE>UNAVAILABLE")
	shown(concert.Unavailable)
	h.wants(h.sale("s-2", made.ID, second), "") // what followed was told
	h.wants(h.question("UndoConcert", "s-2"), "ConcertStatusUpdated UNAVAILABLE>AVAILABLE, s-2: ConcertUndone")
	shown(concert.Available)
	if got := h.seats(made.ID, schedule); got != "SOLD HELD" {
		t.Error("the seats are", got)
	}
	h.wants(h.question("UndoConcert", "s-2"), "s-2: ConcertUndone")
	h.wants(h.question("AskConcert", "s-2"), "s-2: ConcertStatusFailed undone")
	h.wants(h.question("AskConcert", "s-1"), "s-1: ConcertStatusUpdated AVAILABLE>AVAILABLE")
}

// What is told of a concert says which word is the newer one, though the words may come in any order.
func TestEveryChangeOfAConcertHasAGreaterVersion(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	made, _, first, second := h.sellable(2)
	h.hears(h.sale("s-1", made.ID, first))
	h.hears(h.sale("s-2", made.ID, second))
	h.hears(h.question("UndoConcert", "s-2"))
	h.hears(h.question("UndoConcert", "s-1"))
	rows, err := h.service.Outbox().Rows(t.Context(), 100)
	must(t, err)
	var told []string
	for _, row := range rows {
		var c event.ConcertStatusUpdated
		if row.Message.Type == "ConcertStatusUpdated" {
			must(t, json.Unmarshal(row.Message.Data, &c))
			told = append(told, fmt.Sprintf("%s %d", c.After, c.Version))
		}
	}
	if got := strings.Join(told, ", "); got != "AVAILABLE 1, UNAVAILABLE 2, AVAILABLE 3" {
		t.Error("told", got)
	}
}

// Two sagas sell the last two seats at the same time. Exactly one of them sells the concert out.
func TestTwoSagasOnTheLastTwoSeats(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	made, schedule, first, second := h.sellable(2)
	sales := []func() error{}
	for saga, line := range map[string]event.Line{"s-1": first, "s-2": second} {
		m := h.sale(saga, made.ID, line)
		sales = append(sales, func() error { return h.handlers[m.Type](t.Context(), m) })
	}
	var all sync.WaitGroup
	for _, sell := range sales {
		all.Go(func() {
			if err := sell(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := h.seats(made.ID, schedule); got != "SOLD SOLD" || h.status(made.ID) != concert.Unavailable {
		t.Errorf("the seats are %s and the concert %s", got, h.status(made.ID))
	}
	const before, last = ": ConcertStatusUpdated AVAILABLE>AVAILABLE", ": ConcertStatusUpdated AVAILABLE>UNAVAILABLE"
	if got := h.told(); got != "s-1"+before+", s-2"+last && got != "s-2"+before+", s-1"+last {
		t.Error("told", got)
	}
	h.takes(h.question("UndoConcert", "s-1"))
	if h.status(made.ID) != concert.Available {
		t.Error("a seat is free and the concert is not")
	}
	h.takes(h.question("UndoConcert", "s-2"))
	if got := h.seats(made.ID, schedule); got != "HELD HELD" {
		t.Error("the seats are", got)
	}
}

// F-A12: an undo does not open what is sold out by others, or closed by an admin.
func TestAnUndoOpensNothingThatOthersClosed(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	made, schedule, line, _ := h.sellable(1)
	h.takes(h.sale("s-1", made.ID, line))
	another := line
	another.ReservationID, another.Version = 7, 4
	h.wants(h.sale("s-2", made.ID, another), "s-2: ConcertStatusUpdated UNAVAILABLE>UNAVAILABLE")
	h.wants(h.question("UndoConcert", "s-1"), "s-1: ConcertUndone")
	if got := h.seats(made.ID, schedule); got != "SOLD" || h.status(made.ID) != concert.Unavailable {
		t.Errorf("the seat is %s and the concert %s", got, h.status(made.ID))
	}

	closed, schedule, line, _ := h.sellable(1)
	h.takes(h.sale("s-3", closed.ID, line))
	_, err := h.service.CloseConcert(t.Context(), closed.ID, admin("the roof leaks"))
	must(t, err)
	h.wants(h.question("UndoConcert", "s-3"), "s-3: ConcertUndone")
	if got := h.seats(closed.ID, schedule); got != "HELD" || h.status(closed.ID) != concert.Unavailable {
		t.Errorf("the seat is %s and the concert %s", got, h.status(closed.ID))
	}
	_, err = h.service.ReopenConcert(t.Context(), closed.ID, admin("the roof is mended"))
	must(t, err)
	if got := h.told(); got != "ConcertStatusUpdated UNAVAILABLE>AVAILABLE" {
		t.Error("told", got)
	}
}

func TestWhatCannotBeSoldIsRefused(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	made, schedule, line, unknown := h.sellable(1)
	h.wants(h.sale("s-1", made.ID, line, unknown), "s-1: ConcertStatusFailed unknown-seat")
	h.wants(h.sale("s-2", 99, line), "s-2: ConcertStatusFailed unknown-seat")
	h.wants(h.sale("s-3", made.ID), "s-3: ConcertStatusFailed unknown-seat")
	_, err := h.service.CloseConcert(t.Context(), made.ID, admin("the singer is ill"))
	must(t, err)
	h.told()
	h.wants(h.sale("s-4", made.ID, line), "s-4: ConcertStatusFailed concert-closed")
	h.wants(h.question("UndoConcert", "s-4"), "s-4: ConcertUndone")
	if got := h.seats(made.ID, schedule); got != "AVAILABLE" {
		t.Error("the seat is", got)
	}
	_, err = h.service.ReopenConcert(t.Context(), made.ID, admin("she is well"))
	must(t, err)
	h.told()
	h.wants(h.sale("s-4", made.ID, line), "")
	h.wants(h.question("AskConcert", "s-4"), "s-4: ConcertStatusFailed concert-closed") // a refusal stands
	h.wants(h.sale("s-5", made.ID, line), "s-5: ConcertStatusUpdated AVAILABLE>UNAVAILABLE")
}

// F-A13: what was undone or forbidden before it happened never happens.
func TestASaleThatComesAfterItsUndoSellsNothing(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	made, schedule, line, _ := h.sellable(1)
	h.wants(h.question("UndoConcert", "s-1"), "s-1: ConcertUndone")
	h.wants(h.sale("s-1", made.ID, line), "")
	h.wants(h.question("FenceConcert", "s-2"), "s-2: ConcertStatusFailed not-in-time")
	h.wants(h.sale("s-2", made.ID, line), "")
	h.wants(h.question("AskConcert", "s-3"), "s-3: ConcertNotDone")
	if got := h.seats(made.ID, schedule); got != "AVAILABLE" {
		t.Error("the seat is", got)
	}
}
