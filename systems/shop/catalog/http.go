package catalog

import (
	"net/http"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/internal/web"
)

// CatalogController is the service's boundary: its HTTP surface, and the consumer of
// [CompensationType] messages. The name is the write-up's. Create it with [NewController]; it is
// safe for concurrent use.
type CatalogController struct {
	service    *ProductService
	compensate message.Handler
	mux        *web.Mux
}

// NewController returns the boundary of a service. The authorizer is asked before everything that
// moves stock and before questions about a key; the error that it returns is told to the caller. If
// it is nil, only callers on a loopback address are let through. Reading items is free.
func NewController(service *ProductService, authorize func(*http.Request) error) *CatalogController {
	c := &CatalogController{service: service, compensate: consumer(service.store), mux: &web.Mux{
		Title: "Catalog", Version: "1", Prefix: problemType, Paths: "/catalog/items and /catalog/stock",
		ProblemOf: problemOf, Service: "catalog", Logger: service.logger,
	}}
	c.mux.Handle("GET /healthz", opHealth(), c.health)
	c.mux.Handle("GET /catalog/items", opItems(), c.items)
	c.mux.Handle("GET /catalog/items/{id}", opItem(), c.item)

	desk := participant.NewServer(&participant.ServerConfig{Authorize: authorize, Logger: service.logger})
	desk.Handle(stockOperation, service.stock)
	stock := http.StripPrefix("/catalog", desk)
	c.mux.HandleHTTP("POST /catalog/stock/decrement", opDecrement(), stock)
	c.mux.HandleHTTP("GET /catalog/stock/decrement", opProbe(), stock)
	c.mux.HandleHTTP("POST /catalog/stock/decrement/fence", opFence(), stock)
	c.mux.HandleHTTP("POST /catalog/stock/decrement/undo", opUndo(), stock)
	return c
}

// ServeHTTP answers a request.
func (c *CatalogController) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

func (c *CatalogController) health(w http.ResponseWriter, r *http.Request) error {
	if err := c.service.Ping(r.Context()); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, Health{Status: "ok"})
	return nil
}

func (c *CatalogController) items(w http.ResponseWriter, r *http.Request) error {
	items, err := c.service.Items(r.Context())
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, ItemList{Items: items})
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
