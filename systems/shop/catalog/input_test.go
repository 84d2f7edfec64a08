package catalog_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/participant"
)

func TestBadInputChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	wantState(t, s.post(t, decrement, "used", lines("EST-1", 1)), participant.Applied)
	post := func(body string) request { return request{http.MethodPost, decrement, "k", body, ""} }
	const get, invalid, one = http.MethodGet, "participant:invalid-request", `{"lines":[{"item":"EST-1","quantity":1}]}`
	before := s.dump(t)
	for name, c := range map[string]struct {
		request
		status int
		code   string
		todo   string // what the detail says about it
	}{
		"malformed":              {post(`{"lines":`), 400, invalid, "correct the request"},
		"trailing":               {post(one + "{}"), 400, invalid, "correct the request"},
		"unknown field":          {post(`{"lines":[{"item":"EST-1","quantity":1}],"price":1}`), 400, invalid, "correct the request"},
		"unknown field in line":  {post(`{"lines":[{"item":"EST-1","quantity":1,"unitPrice":1}]}`), 400, invalid, "correct the request"},
		"no object":              {post(`[]`), 400, invalid, "correct the request"},
		"not UTF-8":              {post("{\"lines\":[{\"item\":\"\xff\",\"quantity\":1}]}"), 400, invalid, "correct the request"},
		"no lines":               {post(`{"lines":[]}`), 400, invalid, "send 1 to 100"},
		"null":                   {post(`null`), 400, invalid, "send 1 to 100"},
		"101 lines":              {post(`{"lines":[` + strings.Repeat(`{"item":"EST-1","quantity":1},`, 100) + `{"item":"EST-1","quantity":1}]}`), 400, invalid, "send 1 to 100"},
		"zero":                   {post(lines("EST-1", 0)), 400, invalid, "send 1 to 1000000"},
		"negative":               {post(lines("EST-1", -1)), 400, invalid, "send 1 to 1000000"},
		"negative beside enough": {post(lines("EST-1", 5, "EST-1", -1)), 400, invalid, "send 1 to 1000000"},
		"10^12":                  {post(lines("EST-1", int64(1e12))), 400, invalid, "send 1 to 1000000"},
		"10^30":                  {post(lines("EST-1", "1000000000000000000000000000000")), 400, invalid, "correct the request"},
		"too many in sum":        {post(lines("EST-1", 999_999, "EST-1", 2)), 400, invalid, "send 1 to 1000000"},
		"half":                   {post(lines("EST-1", 0.5)), 400, invalid, "correct the request"},
		"no item":                {post(lines("", 1)), 400, invalid, "take one from /catalog/items"},
		"odd item":               {post(lines("EST 1", 1)), 400, invalid, "take one from /catalog/items"},
		"long item":              {post(lines(strings.Repeat("x", 41), 1)), 400, invalid, "take one from /catalog/items"},
		"oversized":              {post(lines(strings.Repeat("x", 64<<10), 1)), 413, "participant:too-large", "send at most 65536 bytes"},
		"no body":                {post(""), 415, "participant:unsupported-media-type", "send the body as"},
		"empty JSON":             {request{http.MethodPost, decrement, "k", "", "application/json"}, 400, invalid, "correct the request"},
		"another media type":     {request{http.MethodPost, decrement, "k", one, "text/plain"}, 415, "participant:unsupported-media-type", "send the body as"},
		"used key":               {request{http.MethodPost, decrement, "used", lines("EST-1", 2), ""}, 422, "participant:key-reused", "Use a key of its own"},
		"no key":                 {request{http.MethodPost, decrement, "", one, ""}, 400, invalid, "send one Idempotency-Key"},
		"long key":               {request{http.MethodPost, decrement, strings.Repeat("k", 301), one, ""}, 400, invalid, "send 1 to 300"},
		"odd key":                {request{http.MethodPost, decrement, "a b", one, ""}, 400, invalid, "leave it out"},
		"fence, no key":          {request{http.MethodPost, fence, "", "", ""}, 400, invalid, "send one Idempotency-Key"},
		"undo, no key":           {request{http.MethodPost, undo, "", "", ""}, 400, invalid, "send one Idempotency-Key"},
		"probe, no key":          {request{get, decrement, "", "", ""}, 400, invalid, "ask with ?key="},
		"probe, two keys":        {request{get, decrement + "?key=a&key=b", "", "", ""}, 400, invalid, "ask with ?key="},
		"probe, empty key":       {request{get, decrement + "?key=", "", "", ""}, 400, invalid, "send 1 to 300"},
		"method":                 {request{http.MethodDelete, decrement, "k", "", ""}, 405, "shop:method-not-allowed", "use GET, HEAD, POST"},
		"path":                   {request{get, "/catalog/stocks", "", "", ""}, 404, "shop:no-such-resource", "the paths start with"},
		"item":                   {request{get, "/catalog/items/EST-0", "", "", ""}, 404, "shop:unknown-item", "/catalog/items"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send(t, c.request)
			wantProblem(t, got, c.status, c.code)
			if !strings.Contains(got.problem.Detail, c.todo) {
				t.Errorf("the detail %q does not say %q", got.problem.Detail, c.todo)
			}
		})
	}
	if after := s.dump(t); after != before {
		t.Errorf("bad input left\n%s\ninstead of\n%s", after, before)
	}
}
