package platform

import "net/http"

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
	p.mux.Handle("/", p.all[0].door) // which knows how to say that there is nothing
}

// ServeHTTP answers a request by the service whose it is.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }
