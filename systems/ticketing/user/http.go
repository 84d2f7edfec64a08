package user

import (
	"context"
	"database/sql"
	"net/http"
	"slices"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

// UserController is the service's HTTP surface. Create it with [NewController]; it is safe for concurrent
// use.
type UserController struct {
	service *UserService
	mux     *web.Mux
}

// NewController returns the handler of a service. Registering and signing on are free; the rest is for
// buyers, each for what is theirs.
func NewController(service *UserService) *UserController {
	c := &UserController{service: service, mux: &web.Mux{
		Title: "Users", Version: "1", Prefix: access.ProblemType, Paths: "/users, /session, /balance and /notifications",
		Cookie: service.sessions.Cookie(), ProblemOf: problemOf, Service: "user", Logger: service.logger,
	}}
	c.mux.Handle("GET /healthz", opHealth(), c.health)
	c.mux.Handle("POST /users", opRegister(), c.register)
	service.sessions.Register(c.mux)
	c.mux.Handle("GET /users/me", opMe(), c.signedOn(c.me))
	c.mux.Handle("GET /balance", opBalance(), c.signedOn(c.balance))
	c.mux.Handle("POST /balance/charges", opCharge(), c.signedOn(c.charge))
	c.mux.Handle("GET /notifications", opNotifications(), c.signedOn(c.notifications))
	return c
}

// ServeHTTP answers a request.
func (c *UserController) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

// signedOn turns a request into one of a buyer.
func (c *UserController) signedOn(serve func(w http.ResponseWriter, r *http.Request, user string) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		user, err := c.service.guard.Buyer(r)
		if err != nil {
			return err
		}
		return serve(w, r, user)
	}
}

func (c *UserController) health(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.Ping(r.Context()); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, Health{Status: "ok"})
	return nil
}

func (c *UserController) register(w http.ResponseWriter, r *http.Request) error {
	var given Registration
	if err := web.ReadJSON(w, r, access.ProblemType, `{"name":"mina","displayName":"Mina","password":"…"}`, &given); err != nil {
		return err
	}
	if slices.Contains(c.service.guard.Admins, given.Name) { // or the first to come would administer
		return refuse(NameTaken, "Somebody else has the name %s; choose another.", given.Name)
	}
	account, err := c.service.register(r.Context(), given.Name, given.DisplayName, given.Password)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/users/me")
	web.WriteJSON(w, http.StatusCreated, profile(account))
	return nil
}

func profile(a Account) Profile {
	return Profile{Name: a.Name, DisplayName: a.DisplayName, Created: a.Created}
}

func (c *UserController) me(w http.ResponseWriter, r *http.Request, user string) error {
	account, err := c.service.manager.Account(r.Context(), c.service.db.Read, user)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, profile(account))
	return nil
}

func (c *UserController) balance(w http.ResponseWriter, r *http.Request, user string) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	statement, err := c.service.statement(r.Context(), user, p)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, statement)
	return nil
}

// statement reads balance and entries in one snapshot, so that they agree.
func (s *UserService) statement(ctx context.Context, user string, p page) (st Statement, err error) {
	tx, err := s.db.Read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Statement{}, err
	}
	defer tx.Rollback()
	if st.Amount, err = s.manager.Balance(ctx, tx, user); err != nil {
		return Statement{}, err
	}
	st.Entries, st.Next, err = p.entries(ctx, tx, user)
	return st, err
}

func (c *UserController) charge(w http.ResponseWriter, r *http.Request, user string) error {
	var given Amount
	if err := web.ReadJSON(w, r, access.ProblemType, `{"amount":50000}`, &given); err != nil {
		return err
	}
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) != 1 {
		return refuse(Invalid, "There are %d Idempotency-Key headers; send one, and the same with a repeat.", len(keys))
	}
	var entry Entry
	err := c.service.db.Change(r.Context(), func(ctx context.Context, tx *sql.Tx) (err error) {
		entry, err = c.service.manager.Charge(ctx, tx, user, given.Amount, keys[0])
		return err
	})
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusCreated, entry)
	return nil
}

func (c *UserController) notifications(w http.ResponseWriter, r *http.Request, user string) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	all, next, err := p.notifications(r.Context(), c.service.db.Read, user)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, Inbox{Notifications: all, Next: next})
	return nil
}
