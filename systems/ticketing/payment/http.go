package payment

import (
	"net/http"
	"strconv"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

// PaymentController is the service's HTTP surface. Create it with [NewController]; it is safe for
// concurrent use.
type PaymentController struct {
	service *PaymentService
	mux     *web.Mux
}

// NewController returns the handler of a service. Payments are for the buyers whose they are.
func NewController(s *PaymentService) *PaymentController {
	c := &PaymentController{service: s, mux: &web.Mux{
		Title: "Payments", Version: "1", Prefix: access.ProblemType, Paths: "/payments", Cookie: "ticketing_session",
		ProblemOf: problemOf, Service: "payment", Logger: s.logger,
	}}
	c.mux.Handle("GET /healthz", opHealth(), c.health)
	c.mux.Handle("GET /payments", opList(), c.list)
	c.mux.Handle("GET /payments/{id}", opShow(), c.show)
	return c
}

// ServeHTTP answers a request.
func (c *PaymentController) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

func (c *PaymentController) health(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.Ping(r.Context()); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, Health{Status: "ok"})
	return nil
}

func (c *PaymentController) list(w http.ResponseWriter, r *http.Request) error {
	user, err := c.service.guard.Buyer(r)
	if err != nil {
		return err
	}
	limit := 20
	if text := r.FormValue("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 100 {
			return badLimit()
		}
	}
	all, err := c.service.Payments(r.Context(), user, r.FormValue("after"), limit)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, List{Payments: all})
	return nil
}

func (c *PaymentController) show(w http.ResponseWriter, r *http.Request) error {
	user, err := c.service.guard.Buyer(r)
	if err != nil {
		return err
	}
	p, history, err := c.service.Payment(r.Context(), user, r.PathValue("id"))
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, View{Payment: p, History: history})
	return nil
}
