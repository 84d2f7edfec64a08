package monolith

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

const (
	tokenHeader = "QUEUE-TOKEN"
	keyHeader   = "Idempotency-Key"
)

// Controller is the program's HTTP surface. Create it with [NewController]; it is safe for concurrent use.
type Controller struct {
	m   *Monolith
	mux *web.Mux
	all http.ServeMux
}

// NewController returns the handler of a monolith: its own routes, and those of the services that only read.
func NewController(m *Monolith) *Controller {
	c := &Controller{m: m, mux: &web.Mux{
		Title: "Ticketing before the split", Version: "1", Prefix: access.ProblemType, Cookie: "ticketing_session",
		Paths:     "/users, /session, /balance, /concerts, /queue/tokens, /reservations and /payments",
		ProblemOf: problemOf, Service: "monolith", Logger: m.config.Logger,
	}}
	c.routes()
	c.borrow()
	c.all.Handle("/", c.mux)
	return c
}

func (c *Controller) routes() {
	c.mux.Handle("GET /healthz", opHealth(), c.health)
	c.mux.Handle("POST /queue/tokens", opEnter(), c.buyer(c.enter))
	c.mux.Handle("GET /queue/tokens/me", opLook(), c.look)
	c.mux.Handle("DELETE /queue/tokens/me", opLeave(), c.leave)
	c.mux.Handle("POST /balance/charges", opCharge(), c.buyer(c.charge))
	c.mux.Handle("POST /reservations", opHold(), c.buyer(c.hold))
	c.mux.Handle("DELETE /reservations/{id}", opGiveUp(), c.buyer(c.giveUp))
	c.mux.Handle("POST /payments", opPay(), c.buyer(c.pay))
	c.mux.Handle("GET /concerts", opConcerts(), c.concerts)
	c.mux.Handle("GET /concerts/{id}", opConcert(), c.concert)
	c.mux.Handle("GET /concerts/{id}/schedules", opSchedules(), c.schedules)
	c.mux.Handle("GET /concerts/{id}/schedules/{schedule}/seats", opSeats(), c.seats)
	c.mux.Handle("POST /admin/concerts", opCreate(), c.create)
}

// ServeHTTP answers a request.
func (c *Controller) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.all.ServeHTTP(w, r) }

// borrow serves the surfaces of the services that only read, as far as their part works, and accounts.
func (c *Controller) borrow() {
	users := user.NewController(c.m.readers.users)
	for _, path := range []string{"/users", "/users/", "/session", "/notifications"} {
		c.all.Handle(path, users)
	}
	payments, reservations := payment.NewController(c.m.readers.payments), reservation.NewController(c.m.readers.reservations)
	c.mux.Handle("GET /balance", opBalance(), c.part("user", users))
	c.mux.Handle("GET /payments", opPayments(), c.part("payment", payments))
	c.mux.Handle("GET /payments/{id}", opPayment(), c.part("payment", payments))
	c.mux.Handle("GET /reservations", opReservations(), c.part("reservation", reservations))
	c.mux.Handle("GET /reservations/{id}", opReservation(), c.part("reservation", reservations))
}

// part is a borrowed surface.
func (c *Controller) part(name string, next http.Handler) serving {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := c.m.config.Before(r.Context(), name)
		if err == nil {
			next.ServeHTTP(w, r)
		}
		return err
	}
}

type serving = func(w http.ResponseWriter, r *http.Request) error

// buyer turns a request into one of a buyer.
func (c *Controller) buyer(serve func(w http.ResponseWriter, r *http.Request, user string) error) serving {
	return func(w http.ResponseWriter, r *http.Request) error {
		name, err := c.m.guard.Buyer(r)
		if err != nil {
			return err
		}
		return serve(w, r, name)
	}
}

// answer writes what a call returned, if it succeeded.
func answer(w http.ResponseWriter, status int, body any, err error) error {
	if err == nil {
		web.WriteJSON(w, status, body)
	}
	return err
}

func (c *Controller) health(w http.ResponseWriter, r *http.Request) error {
	return answer(w, http.StatusOK, Health{Status: "ok"}, c.m.Ping(r.Context()))
}

func (c *Controller) enter(w http.ResponseWriter, r *http.Request, name string) error {
	var asked queue.EnterRequest
	if err := web.ReadJSON(w, r, access.ProblemType, `{"concertId":1}`, &asked); err != nil {
		return err
	}
	p, err := c.m.Enter(r.Context(), name, asked.ConcertID)
	return answer(w, http.StatusCreated, placeOf(p), err)
}

func (c *Controller) look(w http.ResponseWriter, r *http.Request) error {
	p, err := c.m.Look(r.Context(), r.Header.Get(tokenHeader))
	if err == nil && (p.Status == line.Expired || p.Status == line.Cancelled) {
		err = newProblem(http.StatusGone, "token-expired", "The token has ended", "Enter the line again with POST /queue/tokens.")
	}
	return answer(w, http.StatusOK, placeOf(p), err)
}

// placeOf is a place as the queue service shows it, but for the estimated wait, which only that works out.
func placeOf(p line.Place) queue.View {
	v := queue.View{Token: p.Token, ConcertID: p.Concert, Status: string(p.Status), Position: p.Position, PollAfterSeconds: 1}
	if !p.ActiveUntil.IsZero() {
		v.ActiveUntil = &p.ActiveUntil
	}
	return v
}

func (c *Controller) leave(w http.ResponseWriter, r *http.Request) error {
	err := c.m.Leave(r.Context(), r.Header.Get(tokenHeader))
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

func (c *Controller) charge(w http.ResponseWriter, r *http.Request, name string) error {
	var given user.Amount
	if err := web.ReadJSON(w, r, access.ProblemType, `{"amount":50000}`, &given); err != nil {
		return err
	}
	entry, err := c.m.Charge(r.Context(), name, given.Amount, r.Header.Get(keyHeader))
	return answer(w, http.StatusCreated, entry, err)
}

func (c *Controller) hold(w http.ResponseWriter, r *http.Request, name string) error {
	var asked reservation.Ask
	if err := web.ReadJSON(w, r, access.ProblemType, `{"concertId":1,"scheduleId":7,"seats":[1,2]}`, &asked); err != nil {
		return err
	}
	held, err := c.m.Hold(r.Context(), reservation.Request{
		UserID: name, Token: r.Header.Get(tokenHeader), ConcertID: asked.ConcertID, ScheduleID: asked.ScheduleID,
		Seats: asked.Seats, Key: r.Header.Get(keyHeader),
	})
	return answer(w, http.StatusCreated, reservation.HeldOf(held), err)
}

func (c *Controller) giveUp(w http.ResponseWriter, r *http.Request, name string) error {
	id, err := numberOf(r, "id")
	if err != nil {
		return err
	}
	given, err := c.m.GiveUp(r.Context(), name, id)
	return answer(w, http.StatusOK, reservation.ViewOf(given), err)
}

func (c *Controller) pay(w http.ResponseWriter, r *http.Request, name string) error {
	var asked Request
	if err := web.ReadJSON(w, r, access.ProblemType, `{"reservationIds":[1,2]}`, &asked); err != nil {
		return err
	}
	key := r.Header.Get(keyHeader)
	if key == "" {
		return refuse("invalid-request", "Send one %s header that names this payment, and the same one with every repeat.", keyHeader)
	}
	results, err := c.m.Payments.ExecutePayment(r.Context(), r.Header.Get(tokenHeader), name, asked.ReservationIDs, key)
	return answer(w, http.StatusOK, paidOf(SaleID(name, key), results), err)
}

func (c *Controller) create(w http.ResponseWriter, r *http.Request) error {
	if _, err := c.m.guard.Admin(r); err != nil {
		return err
	}
	var d concert.Draft
	if err := web.ReadJSON(w, r, access.ProblemType, `{"title":"Spring","schedules":[{"concertAt":"2030-01-02T10:00:00Z","seats":50,"price":77000}]}`, &d); err != nil {
		return err
	}
	made, err := c.m.CreateConcert(r.Context(), d)
	return answer(w, http.StatusCreated, made, err)
}

// numberOf reads an id of the path.
func numberOf(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id < 1 {
		return 0, errors.Join(concert.ErrNotFound, err)
	}
	return id, nil
}
