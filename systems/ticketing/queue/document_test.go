package queue_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/internal/redistest"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
)

// Redis is away: what needs it says so, the rest goes on, and nobody loses a place. On the way every answer
// that the document promises is given once.
func TestWithoutRedisNobodyLosesAPlace(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	d := newDesk(t, func(c *queue.Config) { c.Redis = server.URL() })
	d.concert(3, "", "AVAILABLE")
	d.concert(3, "AVAILABLE", "UNAVAILABLE")
	ann, bob := d.enter("ann"), d.enter("bob")
	const (
		enter, admin, rule = `{"concertId":1}`, "/admin/queue/1", `{"limit":2,"batch":0,"everySeconds":0}`
		tooLarge           = 65 << 10
	)
	server.Kill()
	for _, c := range []struct{ method, path, who, token, body string }{
		{"GET", "/healthz", "", "", ""},
		{"POST", tokens, "cho", "", enter}, {"GET", me, "", ann, ""}, {"DELETE", me, "", bob, ""},
		{"GET", "/queue/pass", "service", ann, ""}, {"GET", admin, "admin", "", ""},
		{"PUT", admin, "admin", "", rule}, {"DELETE", "/admin/queue/tokens/" + bob, "admin", "", ""},
	} {
		d.wantProblem(d.send(c.method, c.path, c.who, c.token, c.body), http.StatusServiceUnavailable, "line-unavailable")
	}
	server.Start()
	d.admit()
	d.wantStands(ann, "ACTIVE")
	for _, c := range []struct {
		method, path, who, token, body string
		want                           int
	}{
		{"GET", "/healthz", "", "", "", 200},
		{"POST", tokens, "dan", "", enter, 201}, {"POST", tokens, "dan", "", enter, 200}, {"POST", tokens, "dan", "", "{", 400},
		{"POST", tokens, "", "", enter, 401}, {"POST", tokens, "dan", "", `{"concertId":2}`, 404}, {"POST", tokens, "dan", "", `{"concertId":3}`, 409},
		{"POST", tokens, "dan", "", strings.Repeat(" ", tooLarge), 413}, {"POST", tokens, "dan", "", "", 415},
		{"GET", me, "", ann, "", 200}, {"GET", me, "", "", "", 401}, {"DELETE", me, "", bob, "", 204}, {"GET", me, "", bob, "", 410},
		{"DELETE", me, "", "", "", 401},
		{"GET", "/queue/pass", "service", ann, "", 200}, {"GET", "/queue/pass", "", ann, "", 403}, {"GET", "/queue/pass", "service", "none", "", 404},
		{"GET", admin, "admin", "", "", 200}, {"GET", admin, "", "", "", 401}, {"GET", admin, "ann", "", "", 403}, {"GET", "/admin/queue/9", "admin", "", "", 404},
		{"PUT", admin, "admin", "", rule, 200}, {"PUT", admin, "admin", "", "{}x", 400}, {"PUT", admin, "", "", rule, 401}, {"PUT", admin, "ann", "", rule, 403},
		{"PUT", "/admin/queue/9", "admin", "", rule, 404}, {"PUT", admin, "admin", "", strings.Repeat(" ", tooLarge), 413}, {"PUT", admin, "admin", "", "", 415},
		{"DELETE", "/admin/queue/tokens/none", "admin", "", "", 404}, {"DELETE", "/admin/queue/tokens/none", "", "", "", 401},
		{"DELETE", "/admin/queue/tokens/none", "ann", "", "", 403}, {"DELETE", "/admin/queue/tokens/" + ann, "admin", "", "", 204},
		{"GET", "/openapi.json", "", "", "", 200},
	} {
		if got := d.send(c.method, c.path, c.who, c.token, c.body); got.status != c.want {
			t.Errorf("%s %s by %q: got %d %s, want %d", c.method, c.path, c.who, got.status, got.body, c.want)
		}
	}
	if unseen := d.http.Unseen(); len(unseen) > 0 {
		t.Errorf("documented and never given:\n%s", strings.Join(unseen, "\n"))
	}
}
