package session

import (
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

const path = "/session"

// Credentials is the body that signs a user on.
type Credentials struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

// Current is the body that says who has signed on.
type Current struct {
	User string `json:"user"`
}

// Handler returns a handler of /session alone, with a document of its own.
func (s *Sessions) Handler() *web.Mux {
	m := &web.Mux{
		Title: "Sessions", Prefix: s.problemType(), Paths: path, Cookie: s.Cookie(), ProblemOf: s.problemOf,
		Service: "session", Logger: s.config.Logger,
	}
	s.Register(m)
	return m
}

// Register adds the routes of /session to the mux of a service. Its Cookie must be that of
// [Sessions.Cookie], and its ProblemOf must let a [web.Problem] be what it is.
func (s *Sessions) Register(m *web.Mux) {
	m.Handle("POST "+path, web.Operation{
		ID: "signOn", Summary: "Sign on: from now on the cookie says who asks", Body: Credentials{},
		Answers: map[int]any{
			http.StatusNoContent: nil, http.StatusBadRequest: web.Problem{}, http.StatusUnauthorized: web.Problem{},
			http.StatusRequestEntityTooLarge: web.Problem{}, http.StatusUnsupportedMediaType: web.Problem{},
		},
	}, s.signOn)
	m.Handle("GET "+path, web.Operation{
		ID: "session", Summary: "Who has signed on", Session: true,
		Answers: map[int]any{http.StatusOK: Current{}, http.StatusUnauthorized: web.Problem{}},
	}, s.current)
	m.Handle("DELETE "+path, web.Operation{
		ID: "signOff", Summary: "Sign off; whoever has not signed on may do so too",
		Answers: map[int]any{http.StatusNoContent: nil},
	}, s.signOff)
}

// Problem is what an error of [Sessions.User] is to the caller: a 401 that says how to sign on. Any
// other error is a 500.
func (s *Sessions) Problem(err error) *web.Problem {
	switch {
	case errors.Is(err, ErrNone):
		return &web.Problem{Type: s.problemType() + "no-session", Title: "Nobody has signed on", Status: http.StatusUnauthorized,
			Detail: "Nothing was done; sign on with POST /session and send the cookie that it gives."}
	case errors.Is(err, ErrInvalid):
		return &web.Problem{Type: s.problemType() + "invalid-session", Title: "The session is not valid", Status: http.StatusUnauthorized,
			Detail: "Nothing was done; the session may have ended. Sign on again with POST /session."}
	}
	return &web.Problem{Type: s.problemType() + "internal", Title: "The service failed", Status: http.StatusInternalServerError,
		Detail: "Repeat the request in a moment."}
}

func (s *Sessions) problemType() string { return "urn:problem-type:" + s.config.Name + ":" }

func (s *Sessions) problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	return s.Problem(err)
}

func (s *Sessions) signOn(w http.ResponseWriter, r *http.Request) error {
	var given Credentials
	if err := web.ReadJSON(w, r, s.problemType(), `{"user":"j2ee","password":"j2ee"}`, &given); err != nil {
		return err
	}
	if !Nameable(given.User) || !s.config.Accounts(r.Context(), given.User, given.Password) {
		return &web.Problem{Type: s.problemType() + "not-signed-on", Title: "User or password is wrong", Status: http.StatusUnauthorized,
			Detail: "Nobody was signed on; check both and try again."}
	}
	if err := s.SignOn(w, given.User); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Sessions) current(w http.ResponseWriter, r *http.Request) error {
	user, err := s.User(r)
	if err != nil {
		return s.Problem(err)
	}
	web.WriteJSON(w, http.StatusOK, Current{user})
	return nil
}

func (s *Sessions) signOff(w http.ResponseWriter, _ *http.Request) error {
	s.SignOff(w)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
