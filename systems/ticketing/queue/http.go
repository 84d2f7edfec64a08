package queue

import (
	"net/http"
	"strconv"
	"time"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

const (
	tokenHeader = "QUEUE-TOKEN"
	cookie      = "ticketing_session"
	longest     = 64 // characters of a token that is looked up
)

// Controller is the service's HTTP surface. Create it with [NewController]; it is safe for concurrent use.
type Controller struct {
	service *QueueService
	guard   *access.Guard
	mux     *web.Mux
}

// NewController returns the handler of a service.
func NewController(service *QueueService) *Controller {
	c := &Controller{service: service, guard: service.config.Guard, mux: &web.Mux{
		Title: "Queue", Version: "1", Prefix: access.ProblemType, Paths: "/queue and /admin/queue", Cookie: cookie,
		ProblemOf: problemOf, Service: "queue", Logger: service.config.Logger,
	}}
	c.mux.Handle("GET /healthz", opHealth(), c.health)
	c.mux.Handle("POST /queue/tokens", opEnter(), c.enter)
	c.mux.Handle("GET /queue/tokens/me", opLook(), c.look)
	c.mux.Handle("DELETE /queue/tokens/me", opLeave(), c.leave)
	c.mux.Handle("GET /queue/pass", opPass(), c.pass)
	c.mux.Handle("GET /admin/queue/{concert}", opOverview(), c.admin(c.overview))
	c.mux.Handle("PUT /admin/queue/{concert}", opSetRule(), c.admin(c.setRule))
	c.mux.Handle("DELETE /admin/queue/tokens/{token}", opTakeAway(), c.admin(c.takeAway))
	return c
}

// ServeHTTP answers a request.
func (c *Controller) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

func (c *Controller) health(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.Ping(r.Context()); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, Health{Status: "ok"})
	return nil
}

func (c *Controller) enter(w http.ResponseWriter, r *http.Request) error {
	user, err := c.guard.Buyer(r)
	if err != nil {
		return err
	}
	var body EnterRequest
	if err := web.ReadJSON(w, r, access.ProblemType, `{"concertId":1}`, &body); err != nil {
		return err
	}
	v, entered, err := c.service.Enter(r.Context(), user, body.ConcertID)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if entered {
		status = http.StatusCreated
	}
	web.WriteJSON(w, status, v)
	return nil
}

// tokenOf is the token that a request carries.
func tokenOf(r *http.Request) (string, error) {
	token := r.Header.Get(tokenHeader)
	if token == "" || len(token) > longest {
		return "", errNoToken()
	}
	return token, nil
}

func (c *Controller) look(w http.ResponseWriter, r *http.Request) error {
	token, err := tokenOf(r)
	if err != nil {
		return err
	}
	v, err := c.service.Look(r.Context(), token)
	if err != nil {
		return ofBuyer(err)
	}
	if err := gone(v); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, v)
	return nil
}

func (c *Controller) leave(w http.ResponseWriter, r *http.Request) error {
	token, err := tokenOf(r)
	if err != nil {
		return err
	}
	if err := c.service.Leave(r.Context(), token); err != nil {
		return ofBuyer(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *Controller) pass(w http.ResponseWriter, r *http.Request) error {
	if err := c.guard.Service(r); err != nil {
		return err
	}
	token := r.Header.Get(tokenHeader)
	p, err := c.service.Pass(r.Context(), token[:min(len(token), longest)])
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, p)
	return nil
}

// admin lets administrators through.
func (c *Controller) admin(serve func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		name, err := c.guard.Admin(r)
		if err != nil {
			return err
		}
		if err := serve(w, r); err != nil || r.Method == http.MethodGet {
			return err
		}
		c.service.config.Logger.InfoContext(r.Context(), "an administrator changed the waiting line",
			"service", "queue", "admin", name, "method", r.Method, "concert", r.PathValue("concert"))
		return nil
	}
}

func concertOf(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("concert"), 10, 64)
	if err != nil {
		return 0, ErrNoConcert
	}
	return id, nil
}

func (c *Controller) overview(w http.ResponseWriter, r *http.Request) error {
	id, err := concertOf(r)
	if err != nil {
		return err
	}
	o, err := c.service.Overview(r.Context(), id)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, LineView{
		Waiting: o.Counts.Waiting, Active: o.Counts.Active, Restored: o.Counts.Restored, AdmittedLastMinute: o.Counts.Admitted,
		Rule: RuleBody{Limit: o.Rule.Limit, Batch: o.Rule.Batch, EverySeconds: int64(o.Rule.Every / time.Second)},
	})
	return nil
}

func (c *Controller) setRule(w http.ResponseWriter, r *http.Request) error {
	id, err := concertOf(r)
	if err != nil {
		return err
	}
	var body RuleBody
	if err := web.ReadJSON(w, r, access.ProblemType, `{"limit":50,"batch":0,"everySeconds":0}`, &body); err != nil {
		return err
	}
	if body.EverySeconds < 0 || body.EverySeconds > int64(time.Hour/time.Second) {
		return ErrRule
	}
	rule := Rule{Limit: body.Limit, Batch: body.Batch, Every: time.Duration(body.EverySeconds) * time.Second}
	if err := c.service.SetRule(r.Context(), id, rule); err != nil {
		return err
	}
	return c.overview(w, r)
}

func (c *Controller) takeAway(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.TakeAway(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
