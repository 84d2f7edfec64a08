package concert

import (
	"fmt"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

// ConcertController is the service's HTTP surface. Create it with [NewController]; it is safe for
// concurrent use.
type ConcertController struct {
	service *ConcertService
	mux     *web.Mux
}

// NewController returns the handler of a service. Reading is for everybody, and what is below /admin for
// admins.
func NewController(s *ConcertService) *ConcertController {
	c := &ConcertController{service: s, mux: &web.Mux{
		Title: "Concerts", Version: "1", Prefix: access.ProblemType, Paths: "/concerts and /admin/concerts", Cookie: "ticketing_session",
		ProblemOf: problemOf, Service: "concert", Logger: s.logger,
	}}
	c.mux.Handle("GET /healthz", opHealth(), c.health)
	c.mux.Handle("GET /concerts", opList(), c.list)
	c.mux.Handle("GET /concerts/{id}", opShow(), c.show)
	c.mux.Handle("GET /concerts/{id}/schedules", opSchedules(), c.schedules)
	c.mux.Handle("GET /concerts/{id}/schedules/{schedule}/seats", opSeats(), c.seats)
	c.mux.Handle("POST /admin/concerts", opCreate(), c.create)
	c.mux.Handle("POST /admin/concerts/{id}/close", opClose(), c.decide(s.CloseConcert))
	c.mux.Handle("POST /admin/concerts/{id}/reopen", opReopen(), c.decide(s.ReopenConcert))
	c.mux.Handle("GET /admin/concerts/{id}/decisions", opDecisions(), c.decisions)
	return c
}

// ServeHTTP answers a request.
func (c *ConcertController) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

func (c *ConcertController) health(w http.ResponseWriter, r *http.Request) error {
	return answer(w, http.StatusOK, Health{Status: "ok"}, c.service.Ping(r.Context()))
}

func (c *ConcertController) list(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	all, err := allOf(r)
	if err != nil {
		return err
	}
	concerts, err := c.service.Concerts(r.Context(), all, p.after, p.limit)
	return answer(w, http.StatusOK, List{Concerts: concerts}, err)
}

func (c *ConcertController) show(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	concert, err := c.service.Concert(r.Context(), id)
	return answer(w, http.StatusOK, concert, err)
}

func (c *ConcertController) schedules(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	timetable, err := c.service.Timetable(r.Context(), id)
	return answer(w, http.StatusOK, timetable, err)
}

func (c *ConcertController) seats(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	schedule, err := idOf(r, "schedule")
	if err != nil {
		return err
	}
	seats, err := c.service.Seats(r.Context(), id, schedule)
	return answer(w, http.StatusOK, SeatMap{ConcertID: id, ScheduleID: schedule, Seats: seats}, err)
}

func (c *ConcertController) create(w http.ResponseWriter, r *http.Request) error {
	admin, err := c.service.guard.Admin(r)
	if err != nil {
		return err
	}
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	var draft Draft
	if err := web.ReadJSON(w, r, access.ProblemType, exampleDraft, &draft); err != nil {
		return err
	}
	made, err := c.service.Create(r.Context(), admin, key, draft)
	if err != nil {
		return err
	}
	w.Header().Set("Location", fmt.Sprintf("/concerts/%d", made.ID))
	return answer(w, http.StatusCreated, made, nil)
}

func (c *ConcertController) decisions(w http.ResponseWriter, r *http.Request) error {
	if _, err := c.service.guard.Admin(r); err != nil {
		return err
	}
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	decisions, err := c.service.Decisions(r.Context(), id, p.after, p.limit)
	return answer(w, http.StatusOK, DecisionList{Decisions: decisions}, err)
}

// answer writes what a call returned, if it succeeded.
func answer(w http.ResponseWriter, status int, body any, err error) error {
	if err == nil {
		web.WriteJSON(w, status, body)
	}
	return err
}
