package order

import (
	"net/http"
	"strconv"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// Sessions tells who asks; User is asked once for every request.
type Sessions interface {
	// User returns the user of the request's session. An error means that there is none.
	User(r *http.Request) (string, error)
	// Cookie is the name of the cookie that carries a session.
	Cookie() string
	// Problem is what the caller is told of an error of User.
	Problem(err error) *web.Problem
}

// OrderController is the service's HTTP surface, and the only one to touch the session: the service
// is told who orders and what, and nothing else. Create it with [NewController]; it is safe for
// concurrent use.
type OrderController struct {
	service  *OrderService
	sessions Sessions
	mux      *web.Mux
}

// NewController returns the handler of a service. Everything but health and the description of the
// API is for users with a session, each for their own orders.
func NewController(service *OrderService, sessions Sessions) *OrderController {
	c := &OrderController{service: service, sessions: sessions, mux: &web.Mux{
		Title: "Orders", Version: "1", Prefix: problemType, Paths: "/orders",
		Cookie: sessions.Cookie(), ProblemOf: problemOf, Service: "order", Logger: service.logger,
	}}
	c.mux.Handle("GET /healthz", opHealth(), c.health)
	c.mux.Handle("GET /orders", opList(), c.signedOn(c.list))
	c.mux.Handle("POST /orders/new", opNew(), c.signedOn(c.newNumber))
	c.mux.Handle("GET /orders/{id}", opShow(), c.signedOn(c.show))
	c.mux.Handle("PUT /orders/{id}", opPlace(), c.signedOn(c.place))
	return c
}

// ServeHTTP answers a request.
func (c *OrderController) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

// signedOn turns a session into a user.
func (c *OrderController) signedOn(serve func(w http.ResponseWriter, r *http.Request, user string) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		user, err := c.sessions.User(r)
		if err != nil {
			return c.sessions.Problem(err)
		}
		return serve(w, r, user)
	}
}

func (c *OrderController) health(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.Ping(r.Context()); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, Health{Status: "ok"})
	return nil
}

func (c *OrderController) list(w http.ResponseWriter, r *http.Request, user string) error {
	views, err := c.service.Orders(r.Context(), user)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, List{Orders: append([]View{}, views...)})
	return nil
}

func (c *OrderController) show(w http.ResponseWriter, r *http.Request, user string) error {
	id, err := numberOf(r)
	if err != nil {
		return err
	}
	view, err := c.service.Order(r.Context(), user, id)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, view)
	return nil
}

func (c *OrderController) newNumber(w http.ResponseWriter, r *http.Request, user string) error {
	id, err := c.service.NewNumber(r.Context(), user)
	if err != nil {
		c.service.logger.ErrorContext(r.Context(), "no order number could be given out", "error", err)
		return newProblem(http.StatusServiceUnavailable, "unavailable", "No number could be given out",
			"Nothing was ordered. Repeat the request in a moment; a number that is left over does no harm.")
	}
	w.Header().Set("Location", address(id))
	web.WriteJSON(w, http.StatusCreated, Number{ID: id})
	return nil
}

// place says how an order ended, or that this is not known yet.
func (c *OrderController) place(w http.ResponseWriter, r *http.Request, user string) error {
	id, err := numberOf(r)
	if err != nil {
		return err
	}
	lines, err := linesOf(w, r)
	if err != nil {
		return err
	}
	view, err := c.service.Place(r.Context(), user, id, lines)
	if err != nil {
		return early(w, err)
	}
	switch view.Status {
	case Fail:
		return failed(view)
	case Success:
		web.WriteJSON(w, http.StatusCreated, view)
	default:
		w.Header().Set("Retry-After", "1")
		web.WriteJSON(w, http.StatusAccepted, view)
	}
	return nil
}

func address(id int64) string { return "/orders/" + strconv.FormatInt(id, 10) }
