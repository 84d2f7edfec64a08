package order

import (
	"net/http"
	"strconv"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// OrderController is the service's HTTP surface. It alone knows who asks and in which form; the
// service is told what to order and nothing else. Create it with [NewController].
type OrderController struct {
	service   *OrderService
	authorize func(*http.Request) error
	mux       *web.Mux
}

// NewController returns the handler of a service. The authorizer is asked before anything is
// ordered or numbered; the error that it returns is told to the caller. If it is nil, only callers
// on a loopback address are let through. Reading is free.
func NewController(service *OrderService, authorize func(*http.Request) error) *OrderController {
	if authorize == nil {
		authorize = web.Loopback
	}
	c := &OrderController{service: service, authorize: authorize, mux: &web.Mux{
		Prefix: problemType, Paths: "/orders", ProblemOf: problemOf, Service: "order", Logger: service.logger,
	}}
	c.mux.Handle("GET /healthz", c.health)
	c.mux.Handle("GET /orders", c.list)
	c.mux.Handle("POST /orders", c.place)
	c.mux.Handle("POST /orders/new", c.newNumber)
	c.mux.Handle("GET /orders/{id}", c.show)
	c.mux.Handle("PUT /orders/{id}", c.placeAs)
	return c
}

// ServeHTTP answers a request.
func (c *OrderController) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

func (c *OrderController) health(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.Ping(r.Context()); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	return nil
}

func (c *OrderController) list(w http.ResponseWriter, r *http.Request) error {
	views, err := c.service.Orders(r.Context())
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, map[string][]View{"orders": append([]View{}, views...)})
	return nil
}

func (c *OrderController) show(w http.ResponseWriter, r *http.Request) error {
	id, err := numberOf(r)
	if err != nil {
		return err
	}
	view, err := c.service.Order(r.Context(), id)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, view)
	return nil
}

func (c *OrderController) newNumber(w http.ResponseWriter, r *http.Request) error {
	if err := c.authorized(r); err != nil {
		return err
	}
	id, err := c.service.NewNumber(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Location", address(id))
	web.WriteJSON(w, http.StatusCreated, map[string]int64{"id": id})
	return nil
}

func (c *OrderController) place(w http.ResponseWriter, r *http.Request) error {
	if err := c.authorized(r); err != nil {
		return err
	}
	lines, err := linesOf(w, r)
	if err != nil {
		return err
	}
	if _, err := summed(lines); err != nil { // before a number is spent on it
		return err
	}
	id, err := c.service.NewNumber(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Location", address(id)) // also of a failure: a PUT there repeats this order safely
	return c.answer(w, r, id, lines)
}

func (c *OrderController) placeAs(w http.ResponseWriter, r *http.Request) error {
	if err := c.authorized(r); err != nil {
		return err
	}
	id, err := numberOf(r)
	if err != nil {
		return err
	}
	lines, err := linesOf(w, r)
	if err != nil {
		return err
	}
	return c.answer(w, r, id, lines)
}

// answer places an order and says how it ended, or that this is not known yet.
func (c *OrderController) answer(w http.ResponseWriter, r *http.Request, id int64, lines []Line) error {
	view, err := c.service.Place(r.Context(), id, lines)
	if err != nil {
		return err
	}
	status := http.StatusAccepted
	switch view.Status {
	case Fail:
		return failed(view)
	case Success:
		status = http.StatusCreated
	default:
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Location", address(id))
	web.WriteJSON(w, status, view)
	return nil
}

func address(id int64) string { return "/orders/" + strconv.FormatInt(id, 10) }
