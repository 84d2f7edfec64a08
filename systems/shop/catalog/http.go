package catalog

import (
	"context"
	"net/http"
)

// CatalogController is the service's HTTP surface and its boundary: the name is the write-up's. It
// checks who asks and what, calls the service, and writes the answer. Create it with
// [NewController].
type CatalogController struct {
	service   *ProductService
	authorize func(*http.Request) error
	mux       *http.ServeMux
}

// NewController returns the handler of a service. The authorizer is asked before every change and
// before probes; the error that it returns is told to the caller. If it is nil, only callers on a
// loopback address are let through. Reading items is free.
func NewController(service *ProductService, authorize func(*http.Request) error) *CatalogController {
	if authorize == nil {
		authorize = loopback
	}
	c := &CatalogController{service: service, authorize: authorize, mux: http.NewServeMux()}
	c.handle("GET /healthz", c.health)
	c.handle("GET /catalog/items", c.items)
	c.handle("GET /catalog/items/{id}", c.item)
	c.handle("POST /catalog/stock/decrement", c.decrement)
	c.handle("GET /catalog/stock/decrement", c.probe)
	c.handle("POST /catalog/stock/fence", c.byKey(service.Fence))
	c.handle("POST /catalog/stock/restore", c.byKey(service.Restore))
	return c
}

func (c *CatalogController) handle(pattern string, serve func(http.ResponseWriter, *http.Request) error) {
	c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := serve(w, r); err != nil {
			c.writeError(w, r, err)
		}
	})
}

// ServeHTTP answers a request. What the mux itself would answer (no such page, wrong method)
// becomes a problem like every other error.
func (c *CatalogController) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
		"Nothing was done; the paths start with /catalog/items and /catalog/stock."))
}

// bare keeps what a handler says about a response and drops its body.
type bare struct {
	header http.Header
	status int
}

func (b *bare) Header() http.Header         { return b.header }
func (b *bare) WriteHeader(status int)      { b.status = status }
func (b *bare) Write(p []byte) (int, error) { return len(p), nil }

func (c *CatalogController) health(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.Ping(r.Context()); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
	return nil
}

func (c *CatalogController) items(w http.ResponseWriter, r *http.Request) error {
	items, err := c.service.Items(r.Context())
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", map[string][]Item{"items": items})
	return nil
}

func (c *CatalogController) item(w http.ResponseWriter, r *http.Request) error {
	item, err := c.service.Item(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", item)
	return nil
}

func (c *CatalogController) decrement(w http.ResponseWriter, r *http.Request) error {
	if err := c.authorized(r); err != nil {
		return err
	}
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	lines, err := linesOf(w, r)
	if err != nil {
		return err
	}
	entry, err := c.service.Decrement(r.Context(), key, lines)
	if err != nil {
		return err
	}
	if entry.State != Applied {
		return refusalOf(entry)
	}
	writeJSON(w, http.StatusOK, "application/json", entry)
	return nil
}

func (c *CatalogController) probe(w http.ResponseWriter, r *http.Request) error {
	if err := c.authorized(r); err != nil {
		return err
	}
	entry, err := c.service.Probe(r.Context(), r.URL.Query().Get("key"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, "application/json", entry)
	return nil
}

// byKey serves the changes that need nothing but the decrement's key.
func (c *CatalogController) byKey(change func(context.Context, string) (Entry, error)) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := c.authorized(r); err != nil {
			return err
		}
		key, err := keyOf(r)
		if err != nil {
			return err
		}
		entry, err := change(r.Context(), key)
		if err != nil {
			return err
		}
		writeJSON(w, http.StatusOK, "application/json", entry)
		return nil
	}
}
