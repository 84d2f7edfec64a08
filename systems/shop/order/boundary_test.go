package order_test

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// The service is told who orders, as a name. No session, request or cookie gets to it, neither as
// a parameter nor inside one.
func TestTheServiceKnowsNoSessions(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var look func(where string, of reflect.Type)
	look = func(where string, of reflect.Type) {
		if seen[of] {
			return
		}
		seen[of] = true
		if of == reflect.TypeFor[order.Sessions]() || strings.HasPrefix(of.PkgPath(), "net/http") ||
			of.PkgPath() == reflect.TypeFor[session.Sessions]().PkgPath() {
			t.Errorf("%s has %s in it; give the service the user's name instead", where, of)
		}
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
			look(where, of.Elem())
		case reflect.Map:
			look(where, of.Key())
			look(where, of.Elem())
		case reflect.Struct:
			for i := range of.NumField() {
				if f := of.Field(i); f.IsExported() {
					look(where+"."+f.Name, f.Type)
				}
			}
		case reflect.Func:
			for i := range of.NumIn() {
				look(where, of.In(i))
			}
			for i := range of.NumOut() {
				look(where, of.Out(i))
			}
		}
	}
	service := reflect.TypeFor[*order.OrderService]()
	for i := range service.NumMethod() {
		m := service.Method(i)
		look(m.Name, m.Func.Type())
	}
	look("New", reflect.TypeOf(order.New))
	if !seen[reflect.TypeFor[order.View]()] || !seen[reflect.TypeFor[order.Config]()] || !seen[reflect.TypeFor[context.Context]()] {
		t.Error("the test looks at nothing")
	}
}

// A page of another site makes a browser send the session along; what it sends is not the shopper's
// doing.
func TestAPageOfAnotherSiteOrdersNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url+address(id), strings.NewReader(of("EST-1", 1)))
		must(t, err)
		r.Header.Set("Cookie", s.cookie(t, alice))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(header[0], header[1])
		wantProblem(t, do(t, r), http.StatusForbidden, "cross-origin", "send it from this site's own pages")
	}
	s.wantRows(t, id, "", 0, 0)
	s.wantStock(t, "EST-1", seeded)
}

// The controller asks once for each request whose it is, and not at all where that does not matter.
func TestTheControllerAsksForTheSessionOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	asked := &counted{Sessions: s.sessions}
	controller := order.NewController(s.orders, asked)
	id := s.number(t, alice)
	for _, c := range []struct {
		request
		times int
	}{
		{request{"POST", "/orders/new", "", ""}, 1},
		{request{"PUT", address(id), of("EST-1", 1), ""}, 1},
		{request{"PUT", address(id), of("EST-1", 1), ""}, 1},
		{request{"GET", address(id), "", ""}, 1},
		{request{"GET", "/orders", "", ""}, 1},
		{request{"GET", "/healthz", "", ""}, 0},
		{request{"GET", "/openapi.json", "", ""}, 0},
		{request{"DELETE", "/orders", "", ""}, 0},
	} {
		asked.times = 0
		if status := serve(t, controller, s.cookie(t, alice), c.request); asked.times != c.times || status >= 500 {
			t.Errorf("%s %s: the session was asked for %d times, want %d; answered %d", c.method, c.path, asked.times, c.times, status)
		}
	}
}

type counted struct {
	order.Sessions

	times int
}

func (c *counted) User(r *http.Request) (string, error) {
	c.times++
	return c.Sessions.User(r)
}
