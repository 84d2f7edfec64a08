package catalog

import (
	"context"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// CatalogController is the service's HTTP surface and its boundary: the name is the write-up's. It
// checks who asks and what, calls the service, and writes the answer. Create it with
// [NewController].
type CatalogController struct {
	service   *ProductService
	authorize func(*http.Request) error
	mux       *web.Mux
}

// NewController returns the handler of a service. The authorizer is asked before every change and
// before probes; the error that it returns is told to the caller. If it is nil, only callers on a
// loopback address are let through. Reading items is free.
func NewController(service *ProductService, authorize func(*http.Request) error) *CatalogController {
	if authorize == nil {
		authorize = web.Loopback
	}
	c := &CatalogController{service: service, authorize: authorize, mux: &web.Mux{
		Prefix: problemType, Paths: "/catalog/items and /catalog/stock", ProblemOf: problemOf, Service: "catalog", Logger: service.logger,
	}}
	c.mux.Handle("GET /healthz", c.health)
	c.mux.Handle("GET /catalog/items", c.items)
	c.mux.Handle("GET /catalog/items/{id}", c.item)
	c.mux.Handle("POST /catalog/stock/decrement", c.decrement)
	c.mux.Handle("GET /catalog/stock/decrement", c.probe)
	c.mux.Handle("POST /catalog/stock/fence", c.byKey(service.Fence))
	c.mux.Handle("POST /catalog/stock/restore", c.byKey(service.Restore))
	return c
}

// ServeHTTP answers a request.
func (c *CatalogController) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

func (c *CatalogController) health(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.Ping(r.Context()); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	return nil
}

func (c *CatalogController) items(w http.ResponseWriter, r *http.Request) error {
	items, err := c.service.Items(r.Context())
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, map[string][]Item{"items": items})
	return nil
}

func (c *CatalogController) item(w http.ResponseWriter, r *http.Request) error {
	item, err := c.service.Item(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, item)
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
	web.WriteJSON(w, http.StatusOK, entry)
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
	web.WriteJSON(w, http.StatusOK, entry)
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
		web.WriteJSON(w, http.StatusOK, entry)
		return nil
	}
}
