package orchestrator

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

const (
	keyHeader   = "Idempotency-Key"
	tokenHeader = "QUEUE-TOKEN"
)

// Controller is the orchestrator's HTTP surface. Create it with [NewController]; it is safe for concurrent
// use.
type Controller struct {
	service *PaymentSagaOrchestrator
	mux     *web.Mux
}

// NewController returns the handler of an orchestrator. Everything but health is for buyers, each for their own
// sagas.
func NewController(o *PaymentSagaOrchestrator) *Controller {
	c := &Controller{service: o, mux: &web.Mux{
		Title: "Payment saga", Version: "1", Prefix: access.ProblemType, Paths: "/payments and /sagas", Cookie: "ticketing_session",
		ProblemOf: problemOf, Service: "orchestrator", Logger: o.logger,
	}}
	c.mux.Handle("GET /healthz", opHealth(), c.health)
	c.mux.Handle("POST /payments", opPay(), c.pay)
	c.mux.Handle("GET /sagas/{id}", opSaga(), c.saga)
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

// pay begins a saga, or finds the one that the same request began.
func (c *Controller) pay(w http.ResponseWriter, r *http.Request) error {
	user, err := c.service.guard.Buyer(r)
	if err != nil {
		return err
	}
	var asked Request
	if err := web.ReadJSON(w, r, access.ProblemType, `{"reservationIds":[1,2]}`, &asked); err != nil {
		return err
	}
	keys, token := r.Header.Values(keyHeader), r.Header.Get(tokenHeader)
	if len(keys) != 1 {
		return invalid("Send one " + keyHeader + " header that names this payment, and the same one with every repeat.")
	}
	concert, err := c.admitted(r, user, token, keys[0])
	if err != nil {
		return err
	}
	id, err := c.service.StartSaga(r.Context(), user, token, keys[0], concert, asked.ReservationIDs)
	if err != nil {
		return err
	}
	view, err := c.service.End(r.Context(), user, id)
	if err != nil {
		return err
	}
	return answer(w, view)
}

// admitted asks the queue whether the buyer's turn has come and for which concert, but for a repeat: its token may have done its
// work by now. What was no repeat before the queue was asked may be one afterwards.
func (c *Controller) admitted(r *http.Request, user, token, key string) (concert int64, err error) {
	if c.begun(r, user, key) {
		return 0, nil
	}
	concert, refused := c.turn(r, user, token)
	if refused != nil && c.begun(r, user, key) {
		return 0, nil
	}
	return concert, refused
}

// begun reports whether the same request has started its saga.
func (c *Controller) begun(r *http.Request, user, key string) bool {
	_, err := ownerOf(r.Context(), c.service.db.Read, SagaID(user, key))
	return err == nil
}

// turn asks the queue whether the buyer's turn has come, and for which concert.
func (c *Controller) turn(r *http.Request, user, token string) (concert int64, err error) {
	pass, err := c.service.gate.Check(r.Context(), token)
	if errors.Is(err, access.ErrNoPass) {
		return 0, newProblem(http.StatusUnauthorized, "unknown-token", "The queue does not know the token",
			"Nothing was paid. Get a token with POST /queue/tokens, and send it as "+tokenHeader+" when your turn has come.")
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errGate, err)
	}
	if pass.UserID == user && pass.Ended {
		return 0, newProblem(http.StatusForbidden, "not-admitted", "The token is over",
			"Nothing was paid. The token is used up, expired or taken away; enter the line again with POST /queue/tokens.")
	}
	if pass.UserID != user || !pass.Active {
		return 0, newProblem(http.StatusForbidden, "not-admitted", "It is not your turn",
			"Nothing was paid; send the QUEUE-TOKEN of your own whose status is ACTIVE.")
	}
	return pass.ConcertID, nil
}

func answer(w http.ResponseWriter, v View) error {
	switch v.State {
	case Completed:
		web.WriteJSON(w, http.StatusOK, v)
	case Failed, Compensated:
		return failed(v)
	default:
		w.Header().Set("Location", "/sagas/"+v.SagaID)
		w.Header().Set("Retry-After", "1")
		web.WriteJSON(w, http.StatusAccepted, v)
	}
	return nil
}

func (c *Controller) saga(w http.ResponseWriter, r *http.Request) error {
	user, err := c.service.guard.Buyer(r)
	if err != nil {
		return err
	}
	view, err := c.service.Saga(r.Context(), user, r.PathValue("id"))
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, view)
	return nil
}
