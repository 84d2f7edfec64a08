package monolith

import (
	"net/http"

	"github.com/seosa-dev/saga/systems/ticketing/concert"
)

// concerts shows the first hundred that can be had, from the cache.
func (c *Controller) concerts(w http.ResponseWriter, r *http.Request) error {
	if err := c.m.config.Before(r.Context(), "concert"); err != nil {
		return err
	}
	all, err := c.m.cache.Available(r.Context())
	return answer(w, http.StatusOK, concert.List{Concerts: all}, err)
}

func (c *Controller) concert(w http.ResponseWriter, r *http.Request) error {
	id, err := c.wanted(r)
	if err != nil {
		return err
	}
	found, err := c.m.Payments.concerts.Concert(r.Context(), c.m.db.Read, id)
	return answer(w, http.StatusOK, found, err)
}

func (c *Controller) schedules(w http.ResponseWriter, r *http.Request) error {
	id, err := c.wanted(r)
	if err != nil {
		return err
	}
	dates, err := c.m.cache.Timetable(r.Context(), id)
	return answer(w, http.StatusOK, dates, err)
}

func (c *Controller) seats(w http.ResponseWriter, r *http.Request) error {
	id, err := c.wanted(r)
	if err != nil {
		return err
	}
	schedule, err := numberOf(r, "schedule")
	if err != nil {
		return err
	}
	all, err := c.m.Payments.concerts.Seats(r.Context(), c.m.db.Read, id, schedule)
	return answer(w, http.StatusOK, concert.SeatMap{ConcertID: id, ScheduleID: schedule, Seats: all}, err)
}

// wanted is the concert that a path names, as far as that part works.
func (c *Controller) wanted(r *http.Request) (int64, error) {
	if err := c.m.config.Before(r.Context(), "concert"); err != nil {
		return 0, err
	}
	return numberOf(r, "id")
}
