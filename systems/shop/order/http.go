package order

import (
	"net/http"
	"strconv"
)

// OrderController is the service's HTTP surface. It alone knows who asks and in which form; the
// service is told what to order and nothing else. Create it with [NewController].
type OrderController struct {
	service   *OrderService
	authorize func(*http.Request) error
	mux       *http.ServeMux
}

// NewController returns the handler of a service. The authorizer is asked before anything is
// ordered or numbered; the error that it returns is told to the caller. If it is nil, only callers
// on a loopback address are let through. Reading is free.
func NewController(service *OrderService, authorize func(*http.Request) error) *OrderController {
	if authorize == nil {
		authorize = loopback
	}
	c := &OrderController{service: service, authorize: authorize, mux: http.NewServeMux()}
	c.handle("GET /healthz", c.health)
	c.handle("GET /orders", c.list)
	c.handle("POST /orders", c.place)
	c.handle("POST /orders/new", c.newNumber)
	c.handle("GET /orders/{id}", c.show)
	c.handle("PUT /orders/{id}", c.placeAs)
	return c
}

func (c *OrderController) handle(pattern string, serve func(http.ResponseWriter, *http.Request) error) {
	c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := serve(w, r); err != nil {
			c.writeError(w, r, err)
		}
	})
}

// ServeHTTP answers a request. What the mux itself would answer (no such page, wrong method)
// becomes a problem like every other error.
func (c *OrderController) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fallback, pattern := c.mux.Handler(r)
	if pattern != "" {
		c.mux.ServeHTTP(w, r)
		return
	}
	said := bare{header: http.Header{}}
	fallback.ServeHTTP(&said, r)
	if said.status == http.StatusMethodNotAllowed {
		allow := said.header.Get("Allow")
		w.Header().Set("Allow", allow)
		c.writeError(w, r, newProblem(said.status, "method-not-allowed", "The method is not allowed",
			"Nothing was done; use "+allow+"."))
		return
	}
	c.writeError(w, r, newProblem(http.StatusNotFound, "no-such-resource", "There is nothing here",
		"Nothing was done; the paths start with /orders."))
}

// bare keeps what a handler says about a response and drops its body.
type bare struct {
	header http.Header
	status int
}

func (b *bare) Header() http.Header         { return b.header }
func (b *bare) WriteHeader(status int)      { b.status = status }
func (b *bare) Write(p []byte) (int, error) { return len(p), nil }

func (c *OrderController) health(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.Ping(r.Context()); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
	return nil
}

func (c *OrderController) list(w http.ResponseWriter, r *http.Request) error {
	views, err := c.service.Orders(r.Context())
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string][]View{"orders": append([]View{}, views...)})
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
	writeJSON(w, http.StatusOK, "application/json", view)
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
	writeJSON(w, http.StatusCreated, "application/json", map[string]int64{"id": id})
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
	writeJSON(w, status, "application/json", view)
	return nil
}

func address(id int64) string { return "/orders/" + strconv.FormatInt(id, 10) }
