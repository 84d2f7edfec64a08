package platform

import (
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

// routes are the paths of the services. What begins longer, or names a method, wins.
func routes() map[string][]string {
	return map[string][]string{
		"user":         {"/users", "/users/", "/session", "/balance", "/balance/", "/notifications"},
		"concert":      {"/concerts", "/concerts/", "/admin/concerts", "/admin/concerts/"},
		"reservation":  {"/reservations", "/reservations/", "/admin/reservations/"},
		"queue":        {"/queue/", "/admin/queue/"},
		"payment":      {"/payments", "/payments/"},
		"orchestrator": {"POST /payments", "/sagas/"},
	}
}

// openDoors routes requests to the services, and each one's health and description below its name.
func (p *Platform) openDoors() {
	for _, s := range p.all {
		for _, path := range routes()[s.name] {
			p.mux.Handle(path, s.door)
		}
		p.mux.Handle("GET /"+s.name+"/healthz", http.StripPrefix("/"+s.name, s.door))
		p.mux.Handle("GET /"+s.name+"/openapi.json", http.StripPrefix("/"+s.name, s.door))
	}
	p.mux.Handle("/", p.front())
}

// Entrance is the body of GET /: where each service describes itself.
type Entrance struct {
	Title    string            `json:"title"`
	Services map[string]string `json:"services"` // the path of the description by the service's name
}

// Health is the body of GET /healthz of the whole.
type Health struct {
	Status string `json:"status"` // "ok"
}

// front is what the platform answers by itself.
func (p *Platform) front() *web.Mux {
	m := &web.Mux{
		Title: "Ticketing", Prefix: access.ProblemType, Service: "platform", Logger: p.config.Logger,
		Paths:     "/concerts, /queue, /reservations, /payments, /sagas, /users, /session, /balance, /notifications and /admin; GET / says where each service describes itself",
		ProblemOf: problemOf,
	}
	m.Handle("GET /{$}", web.Operation{
		ID: "entrance", Summary: "The services, and where each describes itself", Answers: map[int]any{http.StatusOK: Entrance{}},
	}, func(w http.ResponseWriter, _ *http.Request) error {
		in := Entrance{Title: "Ticketing", Services: map[string]string{}}
		for _, s := range p.all {
			in.Services[s.name] = "/" + s.name + "/openapi.json"
		}
		web.WriteJSON(w, http.StatusOK, in)
		return nil
	})
	m.Handle("GET /healthz", web.Operation{
		ID: "health", Summary: "Whether all services answer", Answers: map[int]any{
			http.StatusOK: Health{}, http.StatusServiceUnavailable: web.Problem{},
		},
	}, p.health)
	return m
}

func (p *Platform) health(w http.ResponseWriter, r *http.Request) error {
	for _, s := range p.all {
		if err := s.Ping(r.Context()); err != nil {
			return &web.Problem{
				Type: access.ProblemType + "unhealthy", Title: "The " + s.name + " service does not answer", Status: http.StatusServiceUnavailable,
				Detail: "The others may go on. Its own /" + s.name + "/healthz says more, and so does the log.",
			}
		}
	}
	web.WriteJSON(w, http.StatusOK, Health{Status: "ok"})
	return nil
}

func problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	return &web.Problem{Type: access.ProblemType + "internal", Title: "The platform failed", Status: http.StatusInternalServerError,
		Detail: "Repeat the request in a moment."}
}

// ServeHTTP answers a request by the service whose it is.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }
