package reservation

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

const (
	keyHeader   = "Idempotency-Key"
	cookie      = "ticketing_session" // for the document; who has a session, the guard knows
	defaultPage = 20
)

// ReservationController is the service's HTTP surface. Create it with [NewController]; it is safe for
// concurrent use.
type ReservationController struct {
	service *ReservationService
	mux     *web.Mux
}

// NewController returns the handler of a service. The package documentation lists its routes.
func NewController(service *ReservationService) *ReservationController {
	c := &ReservationController{service: service, mux: &web.Mux{
		Title: "Reservations", Version: "1", Prefix: access.ProblemType, Paths: "/reservations", Cookie: cookie,
		ProblemOf: problemOf, Service: "reservation", Logger: service.logger,
	}}
	c.mux.Handle("GET /healthz", opHealth(), c.health)
	c.mux.Handle("POST /reservations", opHold(), c.buyer(c.hold))
	c.mux.Handle("GET /reservations", opList(), c.buyer(c.list))
	c.mux.Handle("GET /reservations/{id}", opShow(), c.buyer(c.show))
	c.mux.Handle("DELETE /reservations/{id}", opGiveUp(), c.buyer(c.giveUp))
	c.mux.Handle("POST /admin/reservations/{id}/cancel", opWithdraw(), c.withdraw)
	return c
}

// ServeHTTP answers a request.
func (c *ReservationController) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mux.ServeHTTP(w, r)
}

// buyer turns a session into the name of a buyer.
func (c *ReservationController) buyer(serve func(w http.ResponseWriter, r *http.Request, user string) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		user, err := c.service.guard.Buyer(r)
		if err != nil {
			return err
		}
		return serve(w, r, user)
	}
}

func (c *ReservationController) health(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.Ping(r.Context()); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, Health{Status: "ok"})
	return nil
}

func (c *ReservationController) hold(w http.ResponseWriter, r *http.Request, user string) error {
	var ask Ask
	if err := web.ReadJSON(w, r, access.ProblemType, `{"concertId":1,"scheduleId":7,"seats":[1,2]}`, &ask); err != nil {
		return err
	}
	key, keys := r.Header.Get(keyHeader), r.Header.Values(keyHeader)
	if len(keys) > 1 || len(keys) == 1 && !visible(key, maxToken) {
		return invalid(fmt.Sprintf("send one Idempotency-Key of 1 to %d letters, digits or marks, or none.", maxToken))
	}
	reserved, err := c.service.Hold(r.Context(), Request{
		UserID: user, Token: r.Header.Get(tokenHeader), ConcertID: ask.ConcertID, ScheduleID: ask.ScheduleID, Seats: ask.Seats, Key: key,
	})
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusCreated, HeldOf(reserved))
	return nil
}

// HeldOf is the answer to a request that reserved something.
func HeldOf(reserved []Reservation) Held {
	answer := Held{Reservations: views(reserved)}
	for _, r := range reserved {
		answer.ExpiresAt = r.ExpiresAt
		answer.Total += r.Price
	}
	return answer
}

func (c *ReservationController) list(w http.ResponseWriter, r *http.Request, user string) error {
	limit, err := number(r, "limit", defaultPage, MaxListed)
	if err != nil {
		return err
	}
	after, err := number(r, "after", 0, 1<<53) // as much as every client can count
	if err != nil {
		return err
	}
	found, err := c.service.Reservations(r.Context(), user, after, int(limit))
	if err != nil {
		return err
	}
	page := List{Reservations: views(found)}
	if len(found) == int(limit) {
		page.Next = found[len(found)-1].ID
	}
	web.WriteJSON(w, http.StatusOK, page)
	return nil
}

func (c *ReservationController) show(w http.ResponseWriter, r *http.Request, user string) error {
	return c.answer(w, r, func(id int64) (Reservation, error) { return c.service.Reservation(r.Context(), user, id) })
}

func (c *ReservationController) giveUp(w http.ResponseWriter, r *http.Request, user string) error {
	return c.answer(w, r, func(id int64) (Reservation, error) { return c.service.GiveUp(r.Context(), user, id) })
}

func (c *ReservationController) withdraw(w http.ResponseWriter, r *http.Request) error {
	admin, err := c.service.guard.Admin(r)
	if err != nil {
		return err
	}
	var said Cancellation
	if err := web.ReadJSON(w, r, access.ProblemType, `{"reason":"the hall has no such seat any more"}`, &said); err != nil {
		return err
	}
	if said.Reason == "" || len(said.Reason) > MaxReason {
		return invalid(fmt.Sprintf("say why in 1 to %d bytes.", MaxReason))
	}
	return c.answer(w, r, func(id int64) (Reservation, error) {
		return c.service.Withdraw(r.Context(), admin, id, said.Reason)
	})
}

// answer does something to the reservation that the path names, and shows it.
func (c *ReservationController) answer(w http.ResponseWriter, r *http.Request, do func(id int64) (Reservation, error)) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return refuse(NotFound, "%.20q is not the id of a reservation. Take one from GET /reservations.", r.PathValue("id"))
	}
	found, err := do(id)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, ViewOf(found))
	return nil
}

// number reads a parameter of the query.
func number(r *http.Request, name string, absent, most int64) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > most {
		return 0, invalid(fmt.Sprintf("send %s as a number from 1 to %d.", name, most))
	}
	return n, nil
}

func invalid(next string) error {
	return newProblem(http.StatusBadRequest, "invalid-request", "The request is not valid", "Nothing was done; "+next)
}

// ViewOf is a reservation as its buyer sees it.
func ViewOf(r Reservation) View {
	return View{
		ID: r.ID, ConcertID: r.ConcertID, ScheduleID: r.ScheduleID, Seat: r.Seat, Price: r.Price, Status: r.Status,
		ExpiresAt: r.ExpiresAt, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, SagaID: r.SagaID, Reason: r.Reason,
	}
}

func views(all []Reservation) []View {
	shown := make([]View, len(all))
	for i, r := range all {
		shown[i] = ViewOf(r)
	}
	return shown
}
