package concert_test

import (
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/concert"
)

// An empty file is filled once, and what is told of it is told; one with concerts is left alone.
func TestOnlyAnEmptyFileIsSeeded(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for range 2 {
		must(t, h.service.Close())
		h.service = h.open(true)
	}
	concerts, err := h.service.Concerts(t.Context(), false, 0, 100)
	must(t, err)
	if len(concerts) != 3 {
		t.Fatalf("%d concerts", len(concerts))
	}
	for _, c := range concerts {
		dates, err := h.service.Timetable(t.Context(), c.ID)
		must(t, err)
		if len(dates.Schedules) != 2 || !dates.Schedules[0].ConcertAt.After(begin) {
			t.Errorf("%s: %+v", c.Title, dates)
		}
		for _, s := range dates.Schedules {
			if got := strings.Count(h.seats(c.ID, s.ID), string(concert.Free)); got != concert.DefaultSeats {
				t.Errorf("%s: %d seats are free", c.Title, got)
			}
		}
	}
	if got := h.told(); strings.Count(got, "ScheduleOpened") != 6 || strings.Count(got, "ConcertStatusUpdated >AVAILABLE") != 3 {
		t.Error("told", got)
	}

	filled := newHall(t)
	filled.makes(1)
	must(t, filled.service.Close())
	filled.service = filled.open(true)
	if got := filled.listed(); got != 1 {
		t.Errorf("%d concerts in a file that had one", got)
	}
}
