package openapi_test

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/seosa-dev/saga/systems/internal/web"
)

const prefix = "urn:problem-type:toy:"

// Thing is what the toy service deals in.
type Thing struct {
	Name  string    `json:"name"`
	Count int64     `json:"count"`
	Made  time.Time `json:"made"`
	Note  *string   `json:"note"`
	Parts []Thing   `json:"parts,omitempty"`
}

// Wish is the body that creates a thing.
type Wish struct {
	Name string `json:"name"`
}

func thing(name string) Thing {
	return Thing{Name: name, Count: 2, Made: time.Unix(0, 0).UTC(), Parts: []Thing{{Name: "part"}}}
}

// toy is a service whose handlers keep to the document, except those that a test replaces.
type toy struct {
	get, post, del func(http.ResponseWriter, *http.Request) error
}

func problem(status int, code string) *web.Problem {
	return &web.Problem{Type: prefix + code, Title: "No", Status: status, Detail: "Ask for something else.", More: map[string]any{"n": 1}}
}

func (t toy) mux() *web.Mux {
	m := &web.Mux{
		Title: "Toys", Version: "2", Prefix: prefix, Paths: "/things", Cookie: "toy_session", Service: "toy",
		Logger: slog.New(slog.DiscardHandler),
		ProblemOf: func(err error) *web.Problem {
			if p, ok := errors.AsType[*web.Problem](err); ok {
				return p
			}
			return problem(http.StatusInternalServerError, "internal")
		},
	}
	key := web.Parameter{Name: "Idempotency-Key", In: "header", Required: true}
	m.Handle("GET /things/{name}", web.Operation{
		ID: "show", Parameters: []web.Parameter{{Name: "lang", In: "query"}},
		Answers: map[int]any{200: Thing{}, 404: web.Problem{}},
	}, or(t.get, show))
	m.Handle("POST /things", web.Operation{
		ID: "make", Parameters: []web.Parameter{key}, Body: Wish{},
		Answers: map[int]any{201: Thing{}, 400: web.Problem{}, 415: web.Problem{}},
	}, or(t.post, create))
	m.Handle("DELETE /things/{name}", web.Operation{ID: "drop", Session: true, Answers: map[int]any{204: nil, 403: web.Problem{}}}, or(t.del, drop))
	m.HandleHTTP("GET /pages/{path...}", web.Operation{ID: "page", Answers: map[int]any{200: web.HTML}}, http.HandlerFunc(page))
	return m
}

func or(given, usual func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	if given != nil {
		return given
	}
	return usual
}

func show(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("name") == "none" {
		return problem(http.StatusNotFound, "none")
	}
	web.WriteJSON(w, http.StatusOK, thing(r.PathValue("name")))
	return nil
}

func create(w http.ResponseWriter, r *http.Request) error {
	var wish Wish
	if err := web.ReadJSON(w, r, prefix, `{"name":"x"}`, &wish); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusCreated, thing(wish.Name))
	return nil
}

func drop(w http.ResponseWriter, r *http.Request) error {
	if _, err := r.Cookie("toy_session"); err != nil {
		return problem(http.StatusForbidden, "forbidden")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<!doctype html><title>toys</title>"))
}
